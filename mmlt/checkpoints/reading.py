"""The one door of checkpoints: whole, and data, or a sentence that says why.

``mmlt.checkpoints`` puts it behind mmengine's ``CheckpointLoader`` as well,
so that ``load_from``, ``--resume``, ``init_cfg`` and whatever else mmengine
loads comes through it.
"""

from pathlib import Path
from typing import Any

import torch

from .addresses import SCHEMES, local_file
from .damage import damage_of, newest_whole, numbered
from .plain_data import load_plain, refused_name
from .safetensors_file import SUFFIX, read_safetensors
from .trust import VARIABLE, is_trusted

__all__ = ['load_from_checked_file', 'read_checkpoint']


def read_checkpoint(address: str | Path, map_location: Any = 'cpu') -> dict:
    """Read a checkpoint; nothing in it is run.

    Args:
        address: Local file, or an address such as ``https://...``; the
            weights alone may come as ``.safetensors``.
        map_location: As ``torch.load``; of no effect on ``.safetensors``,
            which come to the CPU.

    Returns:
        What was saved: of a training, 'state_dict', 'meta', 'optimizer', ...

    Raises:
        FileNotFoundError: If there is no such file.
        IsADirectoryError: If it is a folder.
        ValueError: If it is damaged or no checkpoint, cannot be downloaded,
            or holds more than data.
    """
    with local_file(address) as path:
        content = _read_file(path, map_location)
    if not isinstance(content, dict):
        raise ValueError(
            f'Expected {address} to hold a dict with `state_dict`, but got '
            f'{type(content).__name__}. '
            'Name a checkpoint of mmengine, such as epoch_200.pth.'
        )
    if not isinstance(content.get('meta', {}), dict):
        raise ValueError(
            f'Expected `meta` in {address} to be a dict, but got '
            f'{type(content["meta"]).__name__}. '
            'Name a checkpoint of mmengine, such as epoch_200.pth.'
        )
    return content


def _read_file(path: Path, map_location: Any) -> Any:
    if path.is_dir():
        raise IsADirectoryError(
            f'Expected a checkpoint file, but {path} is a folder. '
            f'{_others(path, "Name a file.")}'
        )
    if not path.exists():
        raise FileNotFoundError(
            f'Expected a checkpoint file, but {path} does not exist. '
            f'{_others(path.parent, "Correct the path.")}'
        )
    damage = damage_of(path, read=False)
    if damage is not None:
        raise ValueError(
            f'Expected {path} to be a checkpoint, but it {damage}: damaged, '
            f'or another kind of file. {_instead(path)}'
        )
    try:
        if path.suffix == SUFFIX:
            return read_safetensors(path)
        if is_trusted(path):
            return torch.load(  # nosec B614 # the user trusts it, by name
                path, map_location=map_location, weights_only=False
            )
        return load_plain(path, map_location)
    except Exception as error:
        name = refused_name(error)
        if name is not None:
            raise ValueError(
                f'Expected {path} to hold tensors, numbers and texts alone, '
                f'but it holds {name}, and reading that could run code of '
                'whoever made the file. If you trust them, name the file: '
                f'--trust {path} (or set {VARIABLE}={path}).'
            ) from error
        raise ValueError(
            f'Expected {path} to be a checkpoint, but it cannot be read '
            f'({type(error).__name__}): damaged, or another kind of file. '
            f'{_instead(path)}'
        ) from error


def _others(folder: Path, otherwise: str) -> str:
    names = [path.name for path in numbered(folder)[:4]]
    return f'In {folder}: {", ".join(names)}.' if names else otherwise


def _instead(path: Path) -> str:
    good = newest_whole(path.parent, beside=path)
    if good is None:
        return 'Download or train it again.'
    return f'The newest good one beside it is {good}: name that.'


def load_from_checked_file(
    filename: str | Path, map_location: Any = 'cpu'
) -> dict:
    """:func:`read_checkpoint` for mmengine, which prints the second half.

    ``meta['config']``, of the trainings of mmcv, is left out: mmengine runs
    it as a program when a training is resumed.
    """
    content = read_checkpoint(filename, map_location)
    content.get('meta', {}).pop('config', None)
    if str(filename).startswith(SCHEMES['mmcls']):  # of the backbone alone
        weights = content.get('state_dict', content)
        start = 'backbone.'
        content = {
            'state_dict': {
                name.removeprefix(start): value
                for name, value in weights.items()
                if name.startswith(start)
            }
        }
    return content
