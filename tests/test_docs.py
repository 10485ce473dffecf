"""The Python blocks of docs/bare_pytorch.md run as they stand."""

import ast
import re
from pathlib import Path

import pytest
from torch import nn

PAGE = Path(__file__).parents[1] / 'docs/bare_pytorch.md'


def blocks():
    found = re.findall(r'```python\n(.*?)```', PAGE.read_text(), re.S)
    for number, code in enumerate(found, 1):
        yield pytest.param(code, id=f'block {number}')


BLOCKS = list(blocks())


def imported(code):
    """Packages that a block imports."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            yield from (alias.name.split('.')[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module.split('.')[0]


@pytest.mark.parametrize('code', BLOCKS)
def test_a_block_runs(code):
    if 'timm' in imported(code):
        pytest.importorskip('timm')
    names = {}
    exec(compile(code, 'block', 'exec'), names)
    if 'scores' in names:
        scores = names['scores']
        assert scores.isfinite().all()
        assert ((scores.sum(1) - 1).abs() < 1e-5).all()
    for part in names.values():  # what was trained got a gradient
        if isinstance(part, nn.Module):
            for parameter in part.parameters():
                assert parameter.grad.isfinite().all()


@pytest.mark.parametrize('code', BLOCKS)
def test_a_block_needs_neither_config_nor_registry(code):
    assert set(imported(code)) <= {'mmlt', 'timm', 'torch'}


@pytest.mark.parametrize('code', BLOCKS)
def test_a_block_is_short(code):
    assert len(code.splitlines()) <= 25


def test_there_are_blocks():
    assert len(BLOCKS) >= 4
