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

from .averaged_weights import with_weights

__all__ = [
    'check_checkpoint',
    'check_weights',
    'load_model',
    'read_checkpoint',
]


# what a training goes on from, and of which types it is
STATE = {
    'state_dict': dict,
    'optimizer': dict,
    'meta': dict,
    'message_hub': dict,
    'param_schedulers': (list, dict),
}


def check_checkpoint(
    path: str,
    resume: bool = False,
    scheduled: bool = False,
    averaged: str | None = None,
) -> None:
    """Raise if a file is not a checkpoint, before anything is written.

    Args:
        path: Local file; addresses (``https://...``) are not looked at.
        resume: Whether a training is to go on from it.
        scheduled: Whether that has a schedule of the learning rate, which
            would begin anew where the file has none.
        averaged: As ``weights`` of :func:`load_model`.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is not a checkpoint or its weights are no numbers,
            or it holds no state of a training where one is to be resumed, or
            no moving average where ``averaged`` is said.
    """
    if '://' in path:
        return
    content = read_checkpoint(path)
    check_weights(content, path)
    with_weights(content, averaged, path)
    fault = _fault_of_state(content, scheduled) if resume else None
    if fault is not None:
        raise ValueError(
            f'Expected {path} to hold the state of a training, but it has '
            f'{fault}. Start from its weights with --cfg-options '
            f'load_from={path} instead of --resume.'
        )


def _fault_of_state(content: dict, scheduled: bool) -> str | None:
    """What keeps a training from going on, as a part of a sentence."""
    for name, kinds in STATE.items():
        if name not in content and name == 'param_schedulers':
            if scheduled:
                return 'no param_schedulers'
        elif name not in content:
            return f'no {name}'
        elif not isinstance(content[name], kinds):
            return f'a {type(content[name]).__name__} as {name}'
    schedulers = content.get('param_schedulers', [])
    if isinstance(schedulers, list) and not all(
        isinstance(scheduler, dict) for scheduler in schedulers
    ):
        return 'param_schedulers of another form'
    for name in ('epoch', 'iter'):
        number = content['meta'].get(name)
        if type(number) is not int or number < 0:
            return f'{number} as meta.{name}'
    if not {'log_scalars', 'runtime_info'} <= content['message_hub'].keys():
        return 'a message_hub of another form'
    return None


def load_model(
    cfg: Config,
    checkpoint: str | Path,
    strict: bool = False,
    weights: str | None = None,
) -> tuple[nn.Module, dict]:
    """Build the model of a config and load a checkpoint into it.

    Args:
        cfg: Config of the training; not changed.
        checkpoint: File or address.
        strict: Whether the checkpoint must hold every buffer too, and
            nothing else.
        weights: Where the checkpoint has a moving average of the weights:
            'ema', that; 'plain', those of the last step; None: what its
            ``state_dict`` has, which is the average.

    Returns:
        The model on the CPU, in evaluation mode; and of the checkpoint
        'state_dict', without the prefixes of wrappers, and 'meta'.

    Raises:
        FileNotFoundError: If there is no such checkpoint.
        ValueError: If it cannot be read, a weight is missing or has another
            shape, or there is no moving average and ``weights`` is said.
    """
    settings = copy.deepcopy(cfg.model)
    preprocessor = cfg.get('data_preprocessor')
    if preprocessor is not None:
        settings.setdefault('data_preprocessor', copy.deepcopy(preprocessor))
    scope = cfg.get('default_scope') or 'mmpretrain'
    with DefaultScope.overwrite_default_scope(scope):
        model = MODELS.build(settings)
    content = with_weights(read_checkpoint(checkpoint), weights, checkpoint)
    check_weights(content, checkpoint)
    state = weights_of(content)
    load_weights(model, state, checkpoint, strict)
    return model.eval(), {
        'state_dict': state,
        'meta': content.get('meta', {}),
    }
