import logging
from collections.abc import Sequence

import torch
from mmengine.hooks import Hook
from mmengine.logging import print_log
from mmengine.model import is_model_wrapper
from mmpretrain.registry import HOOKS
from torch import Tensor, nn

__all__ = ['FreshPartsHook']


@HOOKS.register_module()
class FreshPartsHook(Hook):
    """Starts parts of the model anew when a training loads weights.

    For a classifier that is re-trained on a trained network: with
    ``load_from``, everything is loaded except these parts, which keep their
    initialization. A resumed training and a test load everything.

    Args:
        parts: Names of parts of the model, such as 'head'.

    Raises:
        ValueError: If the model has no part of that name.
    """

    # before LongTailHook, which may fill buffers
    priority = 'VERY_HIGH'

    def __init__(self, parts: Sequence[str] = ('head',)) -> None:
        self.parts = [parts] if isinstance(parts, str) else list(parts)
        self._fresh: dict[str, Tensor] | None = None

    def after_load_checkpoint(self, runner, checkpoint: dict) -> None:
        """Keep the state of the parts before the weights are loaded."""
        self._fresh = {
            name: value.clone() for name, value in self._state(runner).items()
        }

    def before_train(self, runner) -> None:
        """Restore it, if a training starts (and is not resumed)."""
        if self._fresh is None:
            print_log(
                f'No weights were loaded: {", ".join(self.parts)} is trained '
                'with a network that was not. Train both stages with '
                'tools/train.py, or name a checkpoint with `load_from`.',
                logger='current',
                level=logging.WARNING,
            )
            return
        if runner.iter == 0:  # else the training is resumed
            with torch.no_grad():
                for name, value in self._state(runner).items():
                    if value.shape == self._fresh[name].shape:
                        value.copy_(self._fresh[name])
            print_log(
                f'{", ".join(self.parts)}: not from the checkpoint, new.',
                logger='current',
                level=logging.INFO,
            )
        self._fresh = None

    def _state(self, runner) -> dict[str, Tensor]:
        """Parameters and buffers of the parts, by name."""
        model = runner.model
        if is_model_wrapper(model):
            model = model.module
        known = [name for name, _ in model.named_children()]
        state = {}
        for name in self.parts:
            try:
                part: nn.Module = model.get_submodule(name)
            except AttributeError:
                raise ValueError(
                    'Expected `parts` of FreshPartsHook to name parts of the '
                    f'model, but got {name!r}. Choose among '
                    f'{", ".join(known)}.'
                ) from None
            for key, value in part.state_dict(keep_vars=True).items():
                state[f'{name}.{key}'] = value.detach()
        return state
