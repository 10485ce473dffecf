"""The recipes and overlays that come with mmlt, by name and in words."""

import ast
import re
from pathlib import Path

from .keys import did_you_mean
from .recipe_files import CONFIGS, OVERLAYS
from .recipes import known_overlays

__all__ = ['method_names', 'overlay_names', 'recipe_names']


def method_names() -> dict[str, str]:
    """Folder of each method to its full name."""
    found = {}
    for page in sorted(CONFIGS.glob('*/README.md')):
        title = re.search(r'^# (.+)$', page.read_text('utf-8'), re.MULTILINE)
        if not page.parent.name.startswith('_'):
            found[page.parent.name] = title[1].strip()
    return found


def recipe_names(method: str) -> list[str]:
    """Recipes of a method, as ``mmlt train`` takes them.

    Raises:
        ValueError: If there is no such method.
    """
    known = method_names()
    if method not in known:
        raise ValueError(
            f'Expected the name of a method, but got {method!r}. '
            f'{did_you_mean(method, list(known))}Known: {", ".join(known)}.'
        )
    paths = sorted((CONFIGS / method).glob('*.py'))
    return [f'{method}/{path.stem}' for path in paths]


def overlay_names() -> dict[str, str]:
    """Name of each overlay to what it adds, in a line.

    Where there is a file for each data set, the line says for which.
    """
    return {name: _title(name) for name in known_overlays()}


def _title(name: str) -> str:
    folder = OVERLAYS / name
    if not folder.is_dir():
        return _first_line(folder.with_name(f'{name}.py'))
    files = sorted(folder.glob('*.py'))
    # each names its own data set
    text = re.sub(r' on [^ ]+$', '', _first_line(files[0]).rstrip('.'))
    return f'{text}; for {", ".join(path.stem for path in files)}.'


def _first_line(path: Path) -> str:
    text = ast.get_docstring(ast.parse(path.read_text('utf-8'))) or ''
    return text.partition('\n')[0]
