"""Weights as safetensors: nothing but numbers and a text, whoever made it.

A file of ours holds two things more than others: what of a checkpoint's
``meta`` a test needs (class names, images per class, epoch), and a checksum
of the weights. Both are JSON under the name 'mmlt' of the file's metadata;
it is the only name there, since safetensors writes several in any order, and
the same network is to be the same bytes.
"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import safetensors
import safetensors.torch
from torch import Tensor

__all__ = ['SUFFIX', 'damage_of_safetensors', 'packed', 'read_safetensors']

SUFFIX = '.safetensors'
OURS = 'mmlt'
LENGTH = 8  # bytes of the number that says how long the header is


def packed(weights: Mapping[str, Tensor], meta: Mapping[str, Any]) -> bytes:
    """The bytes of a safetensors file.

    Args:
        weights: Name to value.
        meta: Plain values: what of a checkpoint's ``meta`` is kept.
    """
    # safetensors refuses parts of one memory, and other layouts of it
    alone = {k: v.detach().cpu().contiguous() for k, v in weights.items()}
    alone = {name: value.clone() for name, value in alone.items()}
    digest = _digest(safetensors.torch.save(alone))
    text = json.dumps({'meta': dict(meta), 'sha256': digest}, allow_nan=False)
    return safetensors.torch.save(alone, {OURS: text})


def read_safetensors(path: str | Path) -> dict[str, dict]:
    """What a checkpoint would hold: 'state_dict', and 'meta'.

    Args:
        path: The file, see :func:`damage_of_safetensors`. One that others
            made has an empty 'meta'.

    Returns:
        Tensors on the CPU, in the precision in which they are stored.

    Raises:
        safetensors.SafetensorError: If it is no such file, or cut short.
    """
    data = Path(path).read_bytes()
    weights = safetensors.torch.load(data)
    return {'state_dict': weights, 'meta': _ours(data).get('meta', {})}


def damage_of_safetensors(path: str | Path) -> str | None:
    """What is wrong with a file; None: nothing.

    Returns:
        The end of a sentence that begins with its name.
    """
    try:
        data = Path(path).read_bytes()
        safetensors.deserialize(data)
        written = _ours(data).get('sha256')
    except Exception as error:
        return f'is damaged ({type(error).__name__})'
    if written not in (None, _digest(data)):
        return 'is damaged (the checksum of its weights differs)'
    return None


def _header(data: bytes) -> int:
    """Bytes of the header, the JSON that says what lies where.

    Source:
        The format: https://github.com/huggingface/safetensors#format
    """
    return int.from_bytes(data[:LENGTH], 'little')


def _digest(data: bytes) -> str:
    """SHA-256 of the weights, which follow the header."""
    return hashlib.sha256(data[LENGTH + _header(data) :]).hexdigest()


def _ours(data: bytes) -> dict:
    """What :func:`packed` wrote beside the weights; empty without."""
    header = json.loads(data[LENGTH : LENGTH + _header(data)])
    return json.loads(header.get('__metadata__', {}).get(OURS, '{}'))
