"""Write docs/signatures.md: every function, loss, neck and sampler in a line.

python docs/site/signatures.py
"""

import importlib
import inspect
import re
from pathlib import Path

PAGE = Path(__file__).resolve().parents[1] / 'signatures.md'
HEAD = """# Every function, loss, neck and sampler

In one line each, with its arguments and their defaults. The whole text, with
shapes, ranges, examples and sources: `help(mmlt.functional.NAME)`, or the
pages that `make docs` builds. All of it needs torch and numpy alone
([a bare PyTorch loop](bare_pytorch.md)). `docs/site/signatures.py` writes this
page.

Losses are called `loss(logits, labels)`, with logits (N, C) and labels (N,),
except `ClassFeatureConsistencyLoss`, `InterClassDiscrepancyLoss` and
`DiVELoss`, which say what they take.
Of those with `set_class_counts`, call it once before. Of any part with
`set_progress`, call it before every epoch.
"""
CLASSES = {
    'Losses': 'mmlt.losses',
    'Necks': 'mmlt.necks',
    'Samplers': 'mmlt.samplers',
}
FUNCTIONS = 'mmlt.functional'
ROLE = re.compile(r':\w+:`~?(?:\w+\.)*(\w+)`')


def page() -> str:
    """The whole page."""
    parts = [HEAD]
    for title, name in CLASSES.items():
        room = importlib.import_module(name)
        parts.append(f'## {title}: `{name}`\n')
        parts.append(table(room, room.__all__))
    room = importlib.import_module(FUNCTIONS)
    parts.append(f'## Functions: `{FUNCTIONS}`\n')
    files: dict[str, list[str]] = {}
    for name in room.__all__:
        part = getattr(room, name)
        error = inspect.isclass(part) and issubclass(part, Exception)
        if callable(part) and not error:  # the others are constants
            files.setdefault(part.__module__, []).append(name)
    for where in sorted(files):
        title = where.removeprefix(f'{FUNCTIONS}.').replace('_', ' ')
        parts.append(f'### {title.capitalize()}\n')
        parts.append(table(room, files[where]))
    return '\n'.join(parts)


def table(room, names: list[str]) -> str:
    """Names of a module as the rows of a table."""
    rows = [
        f'| `{name}{arguments(getattr(room, name))}` '
        f'| {first_line(getattr(room, name))} |'
        for name in sorted(names)
    ]
    return '\n'.join(['| call | what |', '|---|---|', *rows, ''])


def arguments(part) -> str:
    """Its arguments as they are written, without types."""
    if inspect.isclass(part):
        found = arguments_of_class(part)
    else:
        found = list(inspect.signature(part).parameters.values())
    found = [p.replace(annotation=p.empty) for p in found]
    found = [
        p.replace(default=Name(p.default.__name__))
        if inspect.isfunction(p.default)
        else p
        for p in found
    ]
    return str(inspect.Signature(found)).replace('|', r'\|')


def arguments_of_class(part: type) -> list[inspect.Parameter]:
    """Its own, and those of its bases that ``**kwargs`` stands for."""
    found: dict[str, inspect.Parameter] = {}
    for base in part.__mro__:
        if base.__module__.split('.')[0] != 'mmlt':
            break
        if '__init__' not in vars(base):
            continue
        _, *own = inspect.signature(base.__init__).parameters.values()
        for p in own:
            if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD):
                found.setdefault(p.name, p)
        if all(p.kind != p.VAR_KEYWORD for p in own):
            break
    return list(found.values())


class Name(str):
    """A default that is shown by its name."""

    __repr__ = str.__str__


def first_line(part) -> str:
    """The first sentence of its docstring."""
    text = ' '.join(inspect.getdoc(part).split('\n\n')[0].split())
    return ROLE.sub(r'`\1`', text).replace('|', r'\|')


if __name__ == '__main__':
    PAGE.write_text(page(), 'utf-8')
