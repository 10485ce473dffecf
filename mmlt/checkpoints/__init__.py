"""Checkpoints: written whole or not at all, checked, and read as data.

- ``reading``: :func:`read_checkpoint`, the door of every checkpoint; with
  this import, of those that mmengine loads as well
- ``plain_data``, ``numpy_data``: what a file may hold, by name
- ``safetensors_file``: the same for weights as safetensors
- ``trust``: the files that may hold more, by name
- ``damage``: what is wrong with a file, and which is the newest whole one
- ``writing``: :func:`save_checkpoint`, and mmengine's files
- ``addresses``: from https and other addresses to a file
"""

from mmengine.runner.checkpoint import CheckpointLoader

from .addresses import SCHEMES
from .damage import damage_of, newest_whole, numbered
from .reading import load_from_checked_file, read_checkpoint
from .safetensors_file import packed
from .trust import trusting
from .writing import save_by_checksum, save_checkpoint, saved

__all__ = [
    'damage_of',
    'newest_whole',
    'numbered',
    'packed',
    'read_checkpoint',
    'save_by_checksum',
    'save_checkpoint',
    'saved',
    'trusting',
]

# '' is every path; mmengine knows s3 also behind another word
CheckpointLoader.register_scheme(
    [
        '',
        *(name for names in SCHEMES.values() for name in names),
        *(rf'(\S+\:)?{name}' for name in SCHEMES['s3']),
    ],
    load_from_checked_file,
    force=True,
)
