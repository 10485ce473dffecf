import logging

from mmengine.hooks import Hook
from mmengine.logging import print_log
from mmpretrain.registry import HOOKS
from torch import nn
from torch.distributed.fsdp import FullyShardedDataParallel

from mmlt.weights import (
    OPTIONAL,
    TRAINING_PARTS,
    Fit,
    check_fits,
    check_weights,
    load_what_fits,
    weights_of,
)

from .runner_parts import is_training, unwrap

__all__ = ['FittingWeightsHook']

# less than this share of a backbone is the checkpoint of another one
ENOUGH = 0.9


@HOOKS.register_module()
class FittingWeightsHook(Hook):
    """Refuses a checkpoint that is not one of the network of the config.

    mmengine loads the weights that have a place, and only warns of the rest.
    Here

    - a test, a validation and a resumed training need all of them, and
      nothing else may be in the checkpoint (what belongs to training alone,
      such as a loss, does not count in a test);
    - a training that begins (``load_from``) takes what fits. One line says
      what is left out, as the classifier of another number of classes. The
      class counts are those of its own training set. It needs nine tenths of
      the weights of the backbone: less is a training of a network that is
      not the one that was asked for.

    ``mmlt train`` and ``mmlt test`` add it to every config. Models of
    strategies that keep a part of the weights per process (FSDP) are loaded
    as before, without these checks.

    Raises:
        ValueError: Naming what does not fit.
    """

    # after FreshPartsHook has kept what it restores, before all others
    priority = 20

    def after_load_checkpoint(self, runner, checkpoint: dict) -> None:
        """Load, and see what was left out."""
        model = unwrap(runner.model)
        if any(
            isinstance(part, FullyShardedDataParallel)
            for part in runner.model.modules()
        ):
            return
        source = runner._load_from or 'the checkpoint'
        check_weights(checkpoint, source)
        weights = weights_of(checkpoint)
        begins = is_training(runner) and not runner._resume
        if begins:  # its training set has counts of its own
            weights = {
                name: value
                for name, value in weights.items()
                if name.rpartition('.')[2] != 'class_counts'
            }
        fit = load_what_fits(model, weights, source)
        # EMAHook looks for it, also in a file of weights alone
        checkpoint.setdefault('state_dict', weights)
        if begins:
            check_backbone(model, fit, source)
            say_what_is_left_out(fit, source)
            # what the network has now is what mmengine and EMAHook load
            checkpoint['state_dict'] = model.state_dict()
            checkpoint.pop('ema_state_dict', None)
        elif is_training(runner):
            check_fits(fit.without(OPTIONAL), source)
        else:
            check_fits(fit.without((*TRAINING_PARTS, *OPTIONAL)), source)


def check_backbone(model: nn.Module, fit: Fit, source: str) -> None:
    """Check that the backbone, or what there is, was loaded.

    Raises:
        ValueError: If less than nine tenths were.
    """
    backbone = getattr(model, 'backbone', None)
    part, prefix = model, ''
    if list(getattr(backbone, 'parameters', list)()):
        part, prefix = backbone, 'backbone.'
    sizes = {prefix + k: v.numel() for k, v in part.named_parameters()}
    lost = sum(sizes.get(name, 0) for name in fit.not_loaded)
    share = 1 - lost / max(sum(sizes.values()), 1)
    if share < ENOUGH:
        what = 'backbone' if prefix else 'model'
        raise ValueError(
            f'Expected {source} to hold the {what} of this config, but '
            f'{100 * share:.0f} % of its weights are in it '
            f'({"; ".join(fit.phrases())}). Name a checkpoint of the same '
            'network. To begin with a part of another, set '
            "init_cfg=dict(type='Pretrained', checkpoint=..., prefix=...) of "
            'that part.'
        )


def say_what_is_left_out(fit: Fit, source: str) -> None:
    """Log, in one line, what a training does not begin with."""
    # the counts of the training set stand in the place of the checkpoint's
    said = list(fit.without(OPTIONAL).phrases())
    if said:
        print_log(
            f'Loaded from {source}: all that fits. Left out ({"; ".join(said)}'
            '): what is missing or of another shape is trained anew.',
            logger='current',
            level=logging.WARNING,
        )
