"""Checkpoints that a stranger made: each does something when it is read."""

import builtins
import io
import struct
import zipfile
from pathlib import Path

import torch

PLANTED = 'planted_by_a_checkpoint'  # a name in `builtins`


class Touch:
    """Makes a file when it is unpickled.

    Args:
        mark: The file.
    """

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self):
        return open, (str(self.mark), 'w')


def with_code(path: Path, mark: Path, content: dict | None = None) -> Path:
    """Save a checkpoint that makes a file when it is unpickled.

    Args:
        path: Of the checkpoint.
        mark: The file that it makes.
        content: What it holds besides.
    """
    torch.save({**(content or {}), 'note': Touch(mark)}, path)
    return path


def with_pickle(path: Path, program: bytes) -> Path:
    """Save a checkpoint whose pickle is written by hand.

    Args:
        path: Of the checkpoint.
        program: The pickle.
    """
    archive = io.BytesIO()
    torch.save({}, archive)
    with zipfile.ZipFile(archive) as old, zipfile.ZipFile(path, 'w') as new:
        for name in old.namelist():
            is_pickle = name.endswith('data.pkl')
            new.writestr(name, program if is_pickle else old.read(name))
    return path


def text(value: str) -> bytes:
    """Opcodes that push a text."""
    data = value.encode()
    return b'X' + struct.pack('<I', len(data)) + data


def named(module: str, name: str) -> bytes:
    """Opcodes that push what a module has by a name."""
    return f'c{module}\n{name}\n'.encode()


def attribute(thing: bytes, name: str) -> bytes:
    """Opcodes that push ``getattr(thing, name)``."""
    return named('builtins', 'getattr') + thing + text(name) + b'\x86R'


def changes_builtins(path: Path) -> Path:
    """A checkpoint within mmengine's list that writes into ``builtins``.

    ``getattr`` is on that list: ``getattr.__self__.__dict__`` is the table
    of Python's own functions, and an unpickler fills any dict.
    """
    module = attribute(named('builtins', 'getattr'), '__self__')
    table = attribute(module, '__dict__')
    planted = table + text(PLANTED) + attribute(module, 'exec') + b's'
    return with_pickle(
        path,
        b'\x80\x02}('
        + text('state_dict')
        + b'}'
        + text('a')
        + planted
        + b'u.',
    )


def array(path: Path, shape: bytes, itemsize: bytes) -> Path:
    """A checkpoint with an array of 8 bytes.

    Args:
        path: Of the checkpoint.
        shape: Opcodes of its shape.
        itemsize: Opcodes of what it says of the length of an item.
    """
    dtype = named('numpy', 'dtype') + text('S8') + b'\x89\x88\x87R'
    # version, order of bytes, three Nones, length, alignment, flags
    dtype += b'(K\x03' + text('|') + b'NNN' + itemsize + b'K\x01K\x00tb'
    raw = named('_codecs', 'encode') + text('a' * 8) + text('latin1')
    raw += b'\x86R'
    made = named('numpy._core.multiarray', '_reconstruct')
    made += named('numpy', 'ndarray') + b'K\x00\x85' + text('b') + b'\x87R'
    made += b'(K\x01' + shape + dtype + b'\x89' + raw + b'tb'
    return with_pickle(path, b'\x80\x02}' + text('a') + made + b's.')


def is_planted() -> bool:
    """Whether a checkpoint wrote into ``builtins``; cleans up."""
    return builtins.__dict__.pop(PLANTED, None) is not None
