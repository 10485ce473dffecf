import copy
import logging
from collections.abc import Iterator, Sequence

import torch
from mmengine.dist import all_reduce
from mmengine.hooks import Hook
from mmengine.logging import print_log
from mmpretrain.registry import HOOKS
from torch import Tensor, nn

from mmlt.checkpoints import read_checkpoint
from mmlt.datasets.pipelines import pipeline_of, with_pipeline
from mmlt.datasets.seeded_batches import restore, states
from mmlt.functional import running_class_means, unit_vectors
from mmlt.structures import labels_of

from .runner_parts import unwrap

__all__ = ['ClassifierStartHook']


@HOOKS.register_module()
class ClassifierStartHook(Hook):
    """Gives the classifier its first weights: class means, or those of a file.

    Before a training begins, ``head.fc.weight`` becomes, for each class, the
    mean of the features of its training images, at length 1; the images pass
    the network as at test. Or the weights of a file, such as
    ``mmlt classifier-weights`` writes from the names of the classes. A bias
    becomes 0. A resumed training keeps the weights that it has.

    With several processes each takes a part of the images, and every image
    counts once.

    Args:
        weights: File with ``fc.weight`` (C, D) in ``state_dict`` and, in
            ``meta``, the names of the ``classes``; None: class means.

    Raises:
        TypeError: If the head has no linear layer ``fc``.
        ValueError: If the weights have another shape or are those of other
            classes, or a class has no training image.
    """

    # after LongTailHook (HIGH), and FreshPartsHook, which restores a head
    priority = 'NORMAL'

    def __init__(self, weights: str | None = None) -> None:
        self.weights = weights

    def before_train(self, runner) -> None:
        """Put the weights in, if a training starts (and is not resumed)."""
        model = unwrap(runner.model)
        layer = getattr(model.head, 'fc', None)
        if not isinstance(layer, nn.Linear):
            raise TypeError(
                'Expected a head with a linear layer `fc`, whose weights can '
                f'be given, but got {type(model.head).__name__}. Use '
                'CosineClsHead or LinearClsHead, or drop ClassifierStartHook.'
            )
        if runner.iter:
            return
        if self.weights is None:
            found, source = class_mean_weights(runner, layer), 'class means'
        else:
            dataset = runner.train_dataloader.dataset
            classes = getattr(dataset, 'metainfo', {}).get('classes')
            found = weights_in_file(self.weights, layer, classes)
            source = self.weights
        with torch.no_grad():
            layer.weight.copy_(found)
            if layer.bias is not None:
                layer.bias.zero_()
        print_log(
            f'The classifier begins with {source}.',
            logger='current',
            level=logging.INFO,
        )


def class_mean_weights(runner, layer: nn.Linear) -> Tensor:
    """Means (C, D) of the features of each class, at length 1.

    Raises:
        ValueError: If a class has no image.
    """
    weight = layer.weight
    means = torch.zeros_like(weight, dtype=torch.float64)
    amounts = means.new_zeros(len(means))
    for features, labels in training_features(runner):
        means, amounts = running_class_means(means, amounts, features, labels)
    sums = means * amounts[:, None]
    all_reduce(sums)
    all_reduce(amounts)
    if not amounts.all():
        empty = int((amounts == 0).nonzero()[0])
        raise ValueError(
            'Expected every class to have a training image, whose features '
            f'the classifier begins with, but class {empty} has none. Drop '
            'ClassifierStartHook.'
        )
    return unit_vectors(sums).to(weight)


@torch.no_grad()
def training_features(runner) -> Iterator[tuple[Tensor, Tensor]]:
    """Features and labels of the training images, preprocessed as at test."""
    model, kept = unwrap(runner.model), states()
    training = model.training
    model.eval()
    for batch in runner.build_dataloader(plain_loader(runner.cfg)):
        data = model.data_preprocessor(batch, training=False)
        features = model.extract_feat(data['inputs'], stage='pre_logits')
        yield features, labels_of(data['data_samples'])
    model.train(training)
    restore(*kept)  # what the training draws does not depend on this pass


def plain_loader(cfg) -> dict:
    """Config of a loader of the training set with the pipeline of the test."""
    loader = copy.deepcopy(cfg.test_dataloader)
    pipeline = pipeline_of(loader.pop('dataset'))
    dataset = copy.deepcopy(cfg.train_dataloader.dataset)
    loader['dataset'] = with_pipeline(dataset, pipeline)
    # without the images that a sampler repeats to fill up the processes
    loader['sampler'] = dict(
        type='DefaultSampler', shuffle=False, round_up=False
    )
    loader['drop_last'] = False
    return loader


def weights_in_file(
    path: str, layer: nn.Linear, classes: Sequence[str] | None
) -> Tensor:
    """Weights (C, D) of a file, for the classes of a training set.

    Args:
        path: File.
        layer: That they are for.
        classes: Names of the classes of the training set, or None.

    Raises:
        ValueError: If they are not for this layer and these classes.
    """
    content = read_checkpoint(path)
    found = content.get('state_dict', content).get('fc.weight')
    wanted = tuple(layer.weight.shape)
    if not isinstance(found, Tensor) or tuple(found.shape) != wanted:
        got = tuple(found.shape) if isinstance(found, Tensor) else 'none'
        raise ValueError(
            f'Expected {path} to hold `fc.weight` of the shape {wanted}, but '
            f'got {got}. Write it with mmlt classifier-weights for these '
            'classes and this network.'
        )
    named = content.get('meta', {}).get('classes')
    if named and classes and differs(list(named), list(classes)):
        raise ValueError(
            f'Expected the classes of {path} in the order of the training '
            f'set ({", ".join(classes[:3])}, ...), but it has them in '
            f'another ({", ".join(named[:3])}, ...). Write it again with the '
            'names in that order.'
        )
    return found.to(layer.weight)


def differs(named: list[str], classes: list[str]) -> bool:
    """Whether two lists have the same names in another order."""
    named, classes = (
        [str(name).replace('_', ' ').strip().lower() for name in names]
        for names in (named, classes)
    )
    return named != classes and sorted(named) == sorted(classes)
