"""The examples of the docstrings: every public function has one, all run."""

import doctest
import inspect

import numpy as np
import pytest
import torch

import mmlt.functional
from mmlt.functional import checks

PUBLIC = {
    name: getattr(mmlt.functional, name) for name in mmlt.functional.__all__
}
CHECKS = {
    name: getattr(checks, name)
    for name in checks.__all__
    if name.startswith('check_')
}
# what a reader of an example has imported
GIVEN = {'torch': torch, 'np': np, **PUBLIC, **CHECKS}


def run(name, text):
    test = doctest.DocTestParser().get_doctest(text, dict(GIVEN), name, '', 0)
    report = []
    results = doctest.DocTestRunner(verbose=False).run(test, out=report.append)
    assert not results.failed, ''.join(report)
    return results.attempted


@pytest.mark.parametrize('name', sorted(PUBLIC | CHECKS))
def test_the_example_of_a_public_function_runs(name):
    text = inspect.getdoc(GIVEN[name])
    assert run(name, text), f'{name} has no example'


def test_a_wrong_example_is_noticed():
    with pytest.raises(AssertionError, match='Got:\n *2'):
        run('wrong', '>>> 1 + 1\n3')
