import logging
from collections.abc import Sequence

import numpy as np
import torch
from mmengine.hooks import Hook
from mmengine.logging import print_log
from mmengine.runner import IterBasedTrainLoop
from mmpretrain.registry import HOOKS
from torch import nn

from mmlt.datasets.class_names import align_classes
from mmlt.datasets.counting import class_counts_of
from mmlt.datasets.hidden_files import check_no_hidden_files
from mmlt.datasets.seeded_batches import SeededBatchSampler, seed_images
from mmlt.datasets.shared_images import shared_images

from .other_parts import check_parts
from .runner_parts import held_by_hooks, is_training, parts_of, unwrap

__all__ = ['LongTailHook']


@HOOKS.register_module()
class LongTailHook(Hook):
    """Hands class counts, progress and seed to the parts that ask for them.

    - The class counts, a (C,) int64 tensor, from the training set before
      training (and, from the checkpoint's ``meta``, before testing) to every
      module (on the device of the network) and metric (on the CPU) that has
      ``set_class_counts(counts)``, also to those that another hook holds
      (the averaged network of ``EMAHook``, a loss of ``SwitchRecipeHook``).
    - The progress, before every epoch, to every module and sampler that has
      ``set_progress(epoch, max_epochs)``, epoch counted from 0. In an
      iteration-based loop an epoch is one pass over the training set.
    - The seed and the epoch, to the batches of the training set: what a
      pipeline draws follows from these and the place of the image in the
      epoch (:mod:`mmlt.datasets.seeded_batches`), not from the worker.
    - The head of the model, before every evaluation, to every metric that
      has ``set_head(head)``.

    And it looks at the data sets: the classes of a validation or test set are
    put in the order of the network's, by name; hidden files, and images that
    are trained and tested on, are found.

    Raises:
        ValueError: If the head and the training set have different numbers
            of classes, or a test set has a class that the network has not.
    """

    # after the checkpoint is loaded (RuntimeInfoHook), before all others
    priority = 'HIGH'

    def __init__(self) -> None:
        self.class_counts: np.ndarray | None = None
        self.classes: Sequence[str] | None = None
        self._batches: SeededBatchSampler | None = None
        self._checked: list = []

    def before_run(self, runner) -> None:
        """Hand out the class counts of the training set.

        Other hooks copy the model now (EMAHook), so every buffer must have
        its size.
        """
        check_parts(runner)
        if not is_training(runner):
            return
        dataset = runner.train_dataloader.dataset
        check_no_hidden_files(dataset)
        self.class_counts = class_counts_of(dataset)
        self.classes = getattr(dataset, 'metainfo', {}).get('classes')
        self._check_evaluated(runner.val_loop, dataset)
        check_num_classes(unwrap(runner.model), self.class_counts, dataset)
        self._hand_out_counts(runner)

    def before_train(self, runner) -> None:
        """Hand out the counts to what was made or loaded since; the seed."""
        self._batches = seed_images(runner.train_dataloader, runner.seed)
        device = next(runner.model.parameters()).device
        for module in held_by_hooks(runner, copies=False):
            module.to(device)  # a loss that SwitchRecipeHook puts in
        self._hand_out_counts(runner)
        self._hand_out_progress(runner)

    def before_train_epoch(self, runner) -> None:
        """Hand out the progress."""
        self._hand_out_progress(runner)
        self._tell_batches(runner)

    def before_train_iter(self, runner, batch_idx, data_batch=None) -> None:
        """Hand out the progress where an epoch ends inside the loop."""
        if isinstance(runner.train_loop, IterBasedTrainLoop) and (
            runner.iter % len(runner.train_dataloader) == 0
        ):
            self._hand_out_progress(runner)

    def before_save_checkpoint(self, runner, checkpoint: dict) -> None:
        """Write the class counts into the checkpoint's ``meta``."""
        if self.class_counts is not None:
            counts = self.class_counts.tolist()
            checkpoint['meta']['class_counts'] = counts

    def after_load_checkpoint(self, runner, checkpoint: dict) -> None:
        """Read the class counts of the checkpoint, for testing."""
        meta = checkpoint.get('meta', {})
        counts = meta.get('class_counts')
        if counts is not None and self.class_counts is None:
            self.class_counts = np.asarray(counts)
        if self.classes is None:
            named = meta.get('dataset_meta') or {}
            self.classes = named.get('classes') or named.get('CLASSES')

    def before_val(self, runner) -> None:
        """Hand out the head, and the counts where there was no training."""
        self._check_evaluated(runner.val_loop)
        self._hand_out_counts(runner)
        self._hand_out_head(runner)

    def before_test(self, runner) -> None:
        """Hand out the head, and the counts where there was no training."""
        self._check_evaluated(runner.test_loop)
        self._hand_out_counts(runner)
        self._hand_out_head(runner)

    def _check_evaluated(self, loop, trained_on=None) -> None:
        """Look at the data set of an evaluation, the first time.

        Args:
            loop: Of the validation or the test, or None.
            trained_on: Training set, where there is one.
        """
        if loop is None:
            return
        dataset = loop.dataloader.dataset
        if dataset not in self._checked:
            check_no_hidden_files(dataset)
            if align_classes(dataset, self.classes):
                loop.evaluator.dataset_meta = dataset.metainfo
            self._checked.append(dataset)
        shared = shared_images(trained_on, dataset) if trained_on else []
        if shared:
            print_log(
                f'{len(shared)} of the {len(dataset)} images of the '
                f'validation set are trained on ({shared[0]}, ...): its '
                'numbers say little. Take them out of one of the two.',
                logger='current',
                level=logging.WARNING,
            )

    def _hand_out_counts(self, runner) -> None:
        if self.class_counts is None:
            return
        weights = next(runner.model.parameters(), None)
        device = None if weights is None else weights.device
        for part in parts_of(runner, 'set_class_counts', copies=True):
            # a tensor for each part, which it may keep and change
            counts = torch.tensor(self.class_counts, dtype=torch.long)
            if isinstance(part, nn.Module):
                counts = counts.to(device)
            part.set_class_counts(counts)

    def _hand_out_head(self, runner) -> None:
        head = getattr(unwrap(runner.model), 'head', None)
        for part in parts_of(runner, 'set_head'):
            part.set_head(head)

    def _hand_out_progress(self, runner) -> None:
        epoch, max_epochs = runner.epoch, runner.max_epochs
        if isinstance(runner.train_loop, IterBasedTrainLoop):
            length = len(runner.train_dataloader)
            epoch = runner.iter // length
            max_epochs = -(-runner.max_iters // length)
        for part in parts_of(runner, 'set_progress'):
            part.set_progress(epoch, max_epochs)

    def _tell_batches(self, runner) -> None:
        if self._batches is None:
            return
        epoch, begin = runner.epoch, 0
        if isinstance(runner.train_loop, IterBasedTrainLoop):
            # one call for all passes. Resumed, the loop goes through those
            # it has done, or leaps over them in a sampler without an end
            epoch = 0
            if hasattr(runner.train_dataloader.sampler, 'skip'):
                begin = runner.iter * self._batches.batch_size
        self._batches.set_epoch(epoch, begin)


def check_num_classes(model: nn.Module, counts: np.ndarray, dataset) -> None:
    """Check that head and training set have the same number of classes.

    Raises:
        ValueError: Naming both numbers.
    """
    expected = getattr(getattr(model, 'head', None), 'num_classes', None)
    if expected is not None and expected != len(counts):
        raise ValueError(
            f'Expected model.head.num_classes to be {len(counts)}, the '
            f'classes of {type(dataset).__name__}, but got {expected}. Set '
            f'`model=dict(head=dict(num_classes={len(counts)}))`.'
        )
