"""The file of a config and those that it inherits from, before they run.

A config is a program: mmengine runs it, and says of a mistake in it what
Python says, without the name of the file. So the text is looked at first.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

from .recipe_files import other_recipes, shipped_recipe

__all__ = ['check_files', 'place_of']


def check_files(path: str | Path, above: tuple[Path, ...] = ()) -> None:
    """See that a config and all that it inherits from can be read.

    Those of other packages ('mmpretrain::...') are taken as they are; a recipe
    of this one ('mmlt::...') must exist.

    Args:
        path: File of the config.
        above: Files that inherit from it, the first one first.

    Raises:
        FileNotFoundError: If a file does not exist.
        ValueError: If a file is no text, or no Python, or inherits from
            itself.
    """
    path = Path(path).resolve()
    if path in above:
        ring = ' inherits from '.join(
            file.name for file in (*above[above.index(path) :], path)
        )
        raise ValueError(
            f'Expected a config that does not inherit from itself, but {ring}.'
            f' Take one of them out of `_base_` in {above[-1]}.'
        )
    if not path.is_file():
        what = f'the `_base_` of {above[-1]}' if above else 'a config'
        raise FileNotFoundError(
            f'Expected {what} to be a file, but {path} does not exist. '
            f'{_neighbors(path)}'
        )
    if path.suffix != '.py':
        if path.suffix not in ('.json', '.yaml', '.yml'):
            raise ValueError(
                f'Expected {path} to be a config, which ends in .py, .json or '
                f'.yaml, but it ends in {path.suffix!r}. Name the config.'
            )
        return
    for base in _bases(path):
        package, _, name = base.rpartition('::')
        if package == 'mmlt' and shipped_recipe(name) is None:
            raise FileNotFoundError(
                f'Expected the `_base_` of {path} to be a recipe, but mmlt '
                f'has no {name}. {other_recipes(name)}'
            )
        if not package:
            check_files(path.parent / base, (*above, path))


def _neighbors(path: Path) -> str:
    known = sorted(p.name for p in path.parent.glob('*.py'))
    return f'In that folder: {", ".join(known)}.' if known else 'Correct it.'


def _bases(path: Path) -> Iterator[str]:
    """What `_base_` names, where it is written out."""
    try:
        tree = ast.parse(path.read_text(encoding='utf-8'))
    except UnicodeDecodeError as error:
        raise ValueError(
            f'Expected {path} to be a config, a Python file, but byte '
            f'{error.start} of it is no text. Name the config.'
        ) from error
    except (SyntaxError, ValueError) as error:
        line = getattr(error, 'lineno', None)
        raise ValueError(
            f'Expected {path} to be a config, a Python file, but Python '
            f'cannot read {f"line {line}" if line else "it"} '
            f'({getattr(error, "msg", error)}). Mend it there.'
        ) from error
    for node in tree.body:
        names = [getattr(t, 'id', '') for t in getattr(node, 'targets', ())]
        if isinstance(node, ast.Assign) and '_base_' in names:
            for part in ast.walk(node.value):
                if isinstance(part, ast.Constant):
                    yield str(part.value)


def place_of(error: BaseException) -> str:
    """File and line of a config in which an error arose, or ''.

    mmengine runs the text of a config under an empty name.

    Args:
        error: What the config raised, with its traceback.
    """
    file = line = None
    step = error.__traceback__
    while step:
        frame = step.tb_frame
        named = frame.f_locals.get('filename')
        if frame.f_code.co_name == '_file2dict' and named:
            file = named
        if frame.f_code.co_filename in ('', file):
            line = step.tb_lineno
        step = step.tb_next
    return f'{file}, line {line}' if file and line else ''
