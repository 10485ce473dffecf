"""The weights of a checkpoint, and those of a network."""

from collections.abc import Mapping
from pathlib import Path

from mmengine.runner.checkpoint import load_state_dict
from torch import Tensor, nn

from .checkpoints import read_checkpoint

__all__ = ['load_weights', 'read_checkpoint', 'weights_of']


def weights_of(checkpoint: dict) -> dict[str, Tensor]:
    """Weights in a checkpoint, or in a file of weights alone.

    Args:
        checkpoint: As :func:`read_checkpoint` returns it.

    Returns:
        Name to value, without the prefix 'module.' of a wrapped network.
    """
    return {
        name.removeprefix('module.'): value
        for name, value in checkpoint.get('state_dict', checkpoint).items()
    }


def load_weights(
    module: nn.Module,
    weights: Mapping[str, Tensor],
    source: str | Path,
    strict: bool = False,
) -> None:
    """Load weights into a module that has been built.

    Args:
        module: Changed in place.
        weights: By name, see :func:`weights_of`.
        source: Where they are from, for the messages.
        strict: Whether every buffer must be there too, and nothing else.

    Raises:
        ValueError: If a parameter is missing or has another shape, and
            where ``strict`` says so; it names them.
    """
    for name, parameter in module.named_parameters():
        if name not in weights or weights[name].shape != parameter.shape:
            got = tuple(weights[name].shape) if name in weights else 'nothing'
            raise ValueError(
                f'Expected {source} to hold {name} of the shape '
                f'{tuple(parameter.shape)}, but got {got}. Is it the '
                'checkpoint of another config?'
            )
    try:
        load_state_dict(module, dict(weights), strict, logger='silent')
    except RuntimeError as error:
        said = ' '.join(str(error).split())
        raise ValueError(
            f'Expected {source} to hold the weights of '
            f'{type(module).__name__}, but they do not fit. {said}'
        ) from error
