"""Checkpoints from their files, and their weights into a network."""

import os
from collections.abc import Mapping
from pathlib import Path

import torch
from mmengine.runner.checkpoint import CheckpointLoader, load_state_dict
from torch import Tensor, nn

__all__ = ['load_weights', 'read_checkpoint', 'weights_of']


def read_checkpoint(path: str | Path) -> dict:
    """Read a checkpoint onto the CPU.

    Every checkpoint that mmlt reads comes through here.

    Args:
        path: Local file, or an address such as ``https://...``.

    Returns:
        What was saved: of a training, 'state_dict', 'meta', 'optimizer', ...

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is not a checkpoint.
    """
    path = str(path)
    remote = '://' in path
    if not remote and not os.path.isfile(path):
        raise FileNotFoundError(
            f'Expected a checkpoint file, but {path} does not exist. '
            '`--resume` without a path takes the latest of the work '
            'directory.'
        )
    try:
        if remote:
            content = CheckpointLoader.load_checkpoint(path, 'cpu')
        else:
            # the message hub of mmengine is more than tensors
            content = torch.load(path, map_location='cpu', weights_only=False)
    except Exception as error:
        raise ValueError(
            f'Expected {path} to be a checkpoint, but it cannot be read '
            f'({type(error).__name__}): damaged, or another kind of file. '
            'Download or train it again.'
        ) from error
    if not isinstance(content, dict):
        raise ValueError(
            f'Expected {path} to hold a dict with `state_dict`, but got '
            f'{type(content).__name__}. '
            'Name a checkpoint of mmengine, such as epoch_200.pth.'
        )
    return content


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
