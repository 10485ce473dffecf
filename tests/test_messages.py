"""Every error that a person can meet says name, rule, value and next step."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FILES = [
    path
    for room in ('mmlt', 'tools')
    for path in sorted((ROOT / room).rglob('*.py'))
    if '.mim' not in path.relative_to(ROOT).parts
]
# not AttributeError, whose words are Python's, nor errors with an errno
ERRORS = {
    'FileExistsError',
    'FileNotFoundError',
    'ImportError',
    'KeyError',
    'RuntimeError',
    'TypeError',
    'ValueError',
    'ArithmeticError',
    'BadImageError',
    'NothingToChange',
}
# texts that are another sentence, each with its reason
OTHERWISE = {
    # caught three lines below, where it becomes part of the sentence
    'an image has several annotations',
    # the error of what is inside the file, which begins with Expected
    '{} Write {} again with tools/analysis_tools/dump_predictions.py.',
}


def text_of(node):
    """The words of a message; what is computed stands as {}."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return ''.join(text_of(part) for part in node.values)
    if isinstance(node, ast.BinOp):
        return text_of(node.left) + text_of(node.right)
    return '{}'


def raised(text):
    """(line, message) of every error that is raised with a text."""
    for node in ast.walk(ast.parse(text)):
        call = node.exc if isinstance(node, ast.Raise) else None
        name = getattr(getattr(call, 'func', None), 'id', None)
        if name in ERRORS and call.args:
            yield node.lineno, text_of(call.args[0])


def faults(message):
    """What a message lacks."""
    if message in OTHERWISE:
        return []
    found = []
    if not message.startswith('Expected '):
        found.append('does not begin with "Expected"')
    sentences = re.split(r'[.?]\)?\s+', message.strip())
    # a computed last sentence is the hint that the caller gave
    step = sentences[1:] and any(
        part == '{}' or len(part.split()) > 1 for part in sentences[1:]
    )
    if not step:
        found.append('has no second sentence, the next step')
    return found


@pytest.mark.parametrize('path', FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_message_says_what_was_expected_and_what_to_do(path):
    text = path.read_text()
    wrong = [
        f'line {line} {fault}: {message}'
        for line, message in raised(text)
        for fault in faults(message)
    ]
    assert not wrong, '\n'.join(wrong)


@pytest.mark.parametrize('path', FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_input_is_not_checked_by_assert(path):
    lines = [
        node.lineno
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Assert)
    ]
    assert not lines, 'python -O drops an assert: raise an error instead'


def test_what_a_message_lacks_is_found():
    def of(code):
        return [faults(message) for _, message in raised(code)]

    good = "raise ValueError(f'Expected `x` to be 1, but got {x}. Pass 1.')"
    hint = "raise TypeError(f'Expected `x` to be 1, but got {x}. {hint}')"
    assert of(good) == of(hint) == [[]]
    no_step = "raise ValueError(f'Expected `x` to be 1, but got {x:.1f}.')"
    assert 'next step' in of(no_step)[0][0]
    other = "raise KeyError('x is wrong. Pass 1.')"
    assert 'begin' in of(other)[0][0]


def test_the_walk_finds_the_messages():
    found = [m for path in FILES for _, m in raised(path.read_text())]
    assert len(found) > 150
    assert set(found) >= OTHERWISE
