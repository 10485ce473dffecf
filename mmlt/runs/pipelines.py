"""Pipelines that a config writes and no data set takes.

`train_pipeline` is a variable of the bases: their data set has a copy of it.
A config that writes it anew, or changes that of its base, and stops there
trains with the old one.
"""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mmengine.config import Config

__all__ = ['check_pipelines']

PIPELINES = {
    f'{split}_pipeline': f'{split}_dataloader'
    for split in ('train', 'val', 'test')
}


def check_pipelines(cfg: Config) -> None:
    """See that a pipeline that a config writes is that of a data set.

    Args:
        cfg: As it is read from its file, which is looked at.

    Raises:
        ValueError: Naming a pipeline that is written for nothing.
    """
    file = Path(cfg.filename or '')
    if file.suffix != '.py' or not file.is_file():
        return
    tree = ast.parse(file.read_text('utf-8'))
    # what a run has written inherits from nothing: its variables are copies
    if not any(_is_base(node) for node in ast.walk(tree)):
        return
    for name, loader in PIPELINES.items():
        if not is_only_written(tree, name):
            continue
        used = dict(_pipelines(cfg.get(loader), loader))
        if used and cfg.get(name) not in used.values():
            place = next(iter(used))
            inside = f'pipeline={name}'
            for part in reversed(place.split('.')[1:-1]):
                inside = f'{part}=dict({inside})'
            raise ValueError(
                f'Expected `{name}` of {file} to be used, but `{place}` is '
                'that of the base, which this variable does not change. '
                f'Write {loader} = dict({inside}) after it.'
            )


def is_only_written(tree: ast.Module, name: str) -> bool:
    """Whether a variable gets a value, or is changed, and is not used.

    Args:
        tree: Of a config.
        name: Of the variable, its own or that of ``_base_``; the two are
            not the same one.
    """
    places = [node for node in ast.walk(tree) if _spelled(node, name)]
    written = [
        place
        for statement in ast.walk(tree)
        for target in _targets(statement)
        if _spelled(place := _variable(target), name)
    ]
    used = {_spelled(p, name) for p in places if p not in written}
    return any(_spelled(p, name) not in used for p in written)


def _targets(statement: ast.AST) -> list[ast.expr]:
    """What a statement gives a value, or calls."""
    if isinstance(statement, ast.Assign):
        return statement.targets
    if isinstance(statement, ast.AugAssign):
        return [statement.target]
    if isinstance(statement, ast.Expr) and isinstance(
        statement.value, ast.Call
    ):
        return [statement.value.func]
    return []


def _variable(target: ast.AST) -> ast.AST:
    """The x of x, x[0] and x.insert; of `_base_.x[0]` it is `_base_.x`."""
    while isinstance(target, ast.Subscript | ast.Attribute):
        inner = target.value
        if isinstance(target, ast.Attribute) and _is_base(inner):
            break
        target = inner
    return target


def _is_base(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and node.id == '_base_'


def _spelled(node: ast.AST, name: str) -> str:
    """How a place in a config names a variable; '' where it does not."""
    if isinstance(node, ast.Name) and node.id == name:
        return name
    if isinstance(node, ast.Attribute) and node.attr == name:
        return f'_base_.{name}' if _is_base(node.value) else ''
    return ''


def _pipelines(settings: Any, place: str) -> Iterator[tuple[str, list]]:
    """The pipelines of a loader, with the places at which they stand."""
    if not isinstance(settings, dict):
        return
    for name, value in settings.items():
        if name == 'pipeline' and isinstance(value, list):
            yield f'{place}.{name}', value
        elif name == 'dataset':
            yield from _pipelines(value, f'{place}.{name}')
