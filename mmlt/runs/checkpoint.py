"""The network of a run: its config with the weights of its checkpoint."""

import copy
from pathlib import Path

from mmengine.config import Config
from mmengine.registry import MODELS, DefaultScope
from torch import nn

from mmlt.weights import (
    check_weights,
    load_weights,
    read_checkpoint,
    weights_of,
)

__all__ = [
    'check_checkpoint',
    'check_weights',
    'load_model',
    'read_checkpoint',
]


def check_checkpoint(path: str, resume: bool = False) -> None:
    """Raise if a file is not a checkpoint, before anything is written.

    Args:
        path: Local file; addresses (``https://...``) are not looked at.
        resume: Whether a training is to go on from it.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is not a checkpoint or its weights are no numbers,
            or it holds weights alone where a training is to be resumed.
    """
    if '://' in path:
        return
    content = read_checkpoint(path)
    check_weights(content, path)
    if not resume:
        return
    if not {'state_dict', 'optimizer', 'meta'} <= content.keys():
        raise ValueError(
            f'Expected {path} to hold the state of a training, but it has '
            'no optimizer. Start from its weights with --cfg-options '
            f'load_from={path} instead of --resume.'
        )
    counted = [content['meta'].get(name) for name in ('epoch', 'iter')]
    if not all(type(n) is int and n >= 0 for n in counted):
        raise ValueError(
            f'Expected {path} to say the epoch and the iteration it is of '
            f'(`meta`), but got {counted[0]} and {counted[1]}. Start from '
            f'its weights with --cfg-options load_from={path} instead of '
            '--resume.'
        )


def load_model(
    cfg: Config, checkpoint: str | Path, strict: bool = False
) -> tuple[nn.Module, dict]:
    """Build the model of a config and load a checkpoint into it.

    Args:
        cfg: Config of the training; not changed.
        checkpoint: File or address.
        strict: Whether the checkpoint must hold every buffer too, and
            nothing else.

    Returns:
        The model on the CPU, in evaluation mode; and of the checkpoint
        'state_dict', without the prefixes of wrappers, and 'meta'.

    Raises:
        FileNotFoundError: If there is no such checkpoint.
        ValueError: If it cannot be read, or a weight is missing or has
            another shape.
    """
    settings = copy.deepcopy(cfg.model)
    preprocessor = cfg.get('data_preprocessor')
    if preprocessor is not None:
        settings.setdefault('data_preprocessor', copy.deepcopy(preprocessor))
    scope = cfg.get('default_scope') or 'mmpretrain'
    with DefaultScope.overwrite_default_scope(scope):
        model = MODELS.build(settings)
    content = read_checkpoint(checkpoint)
    check_weights(content, checkpoint)
    weights = weights_of(content)
    load_weights(model, weights, checkpoint, strict)
    return model.eval(), {
        'state_dict': weights,
        'meta': content.get('meta', {}),
    }
