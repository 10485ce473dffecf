"""Files and folders that other programs leave among images."""

from pathlib import PurePath

__all__ = ['is_hidden']

# without a dot in front: of macOS archives, Synology, QNAP and Windows
LEFTOVERS = {
    '__MACOSX',
    '@eaDir',
    '.@__thumb',
    '#recycle',
    '$RECYCLE.BIN',
    'System Volume Information',
    'Thumbs.db',
    'desktop.ini',
}


def is_hidden(path: str | PurePath) -> bool:
    """Whether a file is no image of a data set, by its name alone.

    True for what begins with a dot (``.ipynb_checkpoints``, ``._cat.jpg``),
    and for what file servers and archives add (``@eaDir``, ``__MACOSX``).

    Args:
        path: From the top of the data set.
    """
    return any(
        (part.startswith('.') and part not in ('.', '..')) or part in LEFTOVERS
        for part in PurePath(path).parts
    )
