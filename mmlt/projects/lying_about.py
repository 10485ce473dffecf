"""What lies about among images and is none: it is left out, and said."""

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from mmlt.datasets.hidden_files import is_hidden

__all__ = ['LyingAbout', 'look_about']

APPLE = '._'  # how macOS begins the name of a file beside each file


@dataclass(frozen=True)
class LyingAbout:
    """What a folder of images has besides images.

    Args:
        hidden: What other programs left there, by name (``Thumbs.db``,
            ``._*``, ``@eaDir``), to how many files there are.
        beside: Files beside the folders of the classes.
    """

    hidden: dict[str, int] = field(default_factory=dict)
    beside: list[str] = field(default_factory=list)


def look_about(root: Path, of_classes: Sequence[Path]) -> LyingAbout:
    """See what else there is.

    Args:
        root: Folder of all.
        of_classes: Folders that hold those of the classes.
    """
    hidden: Counter[str] = Counter()
    for folder, _, files in os.walk(root):
        inside = Path(folder).relative_to(root)
        for name in files:
            parts = [p for p in (*inside.parts, name) if is_hidden(p)]
            if parts:
                apple = parts[0].startswith(APPLE)
                hidden[f'{APPLE}*' if apple else parts[0]] += 1
    beside = [
        path.relative_to(root).as_posix()
        for folder in of_classes
        for path in sorted(folder.iterdir())
        if path.is_file() and not is_hidden(path.name)
    ]
    return LyingAbout(dict(sorted(hidden.items())), beside)
