"""Checkpoints and other files of torch, written whole or not at all."""

import hashlib
import io
from pathlib import Path
from typing import Any

import torch
from mmengine.fileio import LocalBackend, register_backend

from mmlt.fileio import whole_file

__all__ = ['WholeFileBackend', 'save_by_checksum', 'save_checkpoint', 'saved']


def save_checkpoint(content: Any, path: str | Path) -> None:
    """``torch.save`` into a file that is there whole or not at all.

    torch writes into memory first: where its archive cannot be written to
    the end, it ends the program instead of raising an error.

    Args:
        content: What is saved.
        path: The file; its folder is made.

    Raises:
        NoRoomError: If the disk is full.
    """
    with whole_file(path) as draft:
        draft.write_bytes(saved(content))


def saved(content: Any) -> memoryview:
    """The bytes of the file that ``torch.save`` would write.

    Args:
        content: What is saved.
    """
    buffer = io.BytesIO()
    torch.save(content, buffer)
    return buffer.getbuffer()


def save_by_checksum(content: Any, start: str | Path) -> Path:
    """Save under a name that ends with the file's checksum.

    Args:
        content: What is saved.
        start: Of the name.

    Returns:
        The file: ``start-XXXXXXXX.pth``, with 8 digits of its sha256.

    Raises:
        NoRoomError: If the disk is full.
    """
    data = saved(content)
    path = Path(f'{start}-{hashlib.sha256(data).hexdigest()[:8]}.pth')
    with whole_file(path) as draft:
        draft.write_bytes(data)
    return path


class WholeFileBackend(LocalBackend):
    """mmengine's local files, each there whole or not at all.

    ``backend_args=dict(backend='whole')`` of whatever mmengine writes.
    """

    def put(self, obj: bytes, filepath: str | Path) -> None:
        """Write bytes to a file; its folder is made."""
        with whole_file(filepath) as draft:
            draft.write_bytes(obj)

    def put_text(
        self, obj: str, filepath: str | Path, encoding: str = 'utf-8'
    ) -> None:
        """Write a text to a file; its folder is made."""
        self.put(obj.encode(encoding), filepath)


register_backend('whole', WholeFileBackend)
