"""The config that a checkpoint carries as a text: read, never run."""

import ast
from typing import Any

__all__ = ['read_config_text']

# mmengine writes float('inf') and float('nan') as these names
NAMES = {'inf': float('inf'), 'nan': float('nan')}


def read_config_text(text: str) -> dict[str, Any]:
    """Settings of a config as mmengine wrote it out (``pretty_text``).

    Args:
        text: Assignments of literals, lists, tuples, sets, dicts and
            ``dict(...)``.

    Returns:
        Name to value.

    Raises:
        ValueError: If there is anything else, with its line.
    """
    try:
        lines = ast.parse(text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise ValueError(
            f'Expected the text of a config, but it is none ({error}). '
            'Do not trust the file that it is in.'
        ) from error
    return dict(map(_assignment, lines))


def _assignment(node: ast.stmt) -> tuple[str, Any]:
    if (
        not isinstance(node, ast.Assign)
        or len(node.targets) != 1
        or not isinstance(node.targets[0], ast.Name)
    ):
        raise _refusal(node)
    return node.targets[0].id, _value(node.value)


def _value(node: ast.expr) -> Any:
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.List):
        return [_value(item) for item in node.elts]
    if isinstance(node, ast.Tuple):
        return tuple(_value(item) for item in node.elts)
    if isinstance(node, ast.Set):
        return {_value(item) for item in node.elts}
    if isinstance(node, ast.Dict) and None not in node.keys:
        keys = [_value(key) for key in node.keys]
        values = [_value(value) for value in node.values]
        return dict(zip(keys, values, strict=True))
    if isinstance(node, ast.Name) and node.id in NAMES:
        return NAMES[node.id]
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        value = _value(node.operand)
        if isinstance(value, int | float):
            return -value
    if (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == 'dict'
        and [type(item) for item in node.args] in ([], [ast.Dict])
        and all(word.arg for word in node.keywords)
    ):
        # mmengine puts keys that are no names into a dict of its own
        words = {word.arg: _value(word.value) for word in node.keywords}
        return (_value(node.args[0]) if node.args else {}) | words
    raise _refusal(node)


def _refusal(node: ast.AST) -> ValueError:
    return ValueError(
        'Expected a config of literals and `dict(...)` alone, but line '
        f'{node.lineno} has `{ast.unparse(node)[:60]}`, which is not run. '
        'Do not trust the file that it is in.'
    )
