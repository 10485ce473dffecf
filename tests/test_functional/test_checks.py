"""Checks of arguments: what is accepted, and what each message says."""

import math
import re

import numpy as np
import pytest
import torch

from mmlt.functional.checks import (
    at_least_float32,
    check_choice,
    check_counts,
    check_finite,
    check_floating,
    check_integer,
    check_labels,
    check_not_empty,
    check_real,
    check_shapes,
    to_float64,
)

HINT = 'The paper uses 0.5.'


@pytest.mark.parametrize('value', [0, 0.0, 0.5, 1, np.float32(0.25)])
def test_a_number_in_the_range_comes_back_as_a_float(value):
    got = check_real('x', value, 0, HINT, high=1)
    assert type(got) is float
    assert got == value


@pytest.mark.parametrize(
    ('settings', 'value', 'rule'),
    [
        ({}, -1, 'a finite number >= 0'),
        ({}, math.inf, 'a finite number >= 0'),
        ({}, math.nan, 'a finite number >= 0'),
        ({'above': True}, 0, 'a finite number > 0'),
        ({'high': 1}, 1.5, r'a number in \[0, 1\]'),
        ({'high': 1, 'below': True}, 1, r'a number in \[0, 1\)'),
        ({'high': 1, 'above': True}, 0, r'a number in \(0, 1\]'),
        ({'high': 1}, math.nan, r'a number in \[0, 1\]'),
    ],
)
def test_a_number_outside_is_refused(settings, value, rule):
    message = f'Expected `x` to be {rule}, but got {value}. {HINT}'
    with pytest.raises(ValueError, match=message):
        check_real('x', value, 0, HINT, **settings)


def test_a_number_without_a_lower_limit():
    assert check_real('x', -1e9, -math.inf, HINT) == -1e9
    with pytest.raises(ValueError, match='a finite number, but got -inf'):
        check_real('x', -math.inf, -math.inf, HINT)
    with pytest.raises(ValueError, match='a finite number <= 1, but got 2'):
        check_real('x', 2, -math.inf, HINT, high=1)


@pytest.mark.parametrize('value', ['1', None, True, [1], torch.tensor(1.0)])
def test_what_is_no_number_is_a_type_error(value):
    with pytest.raises(TypeError, match='Expected `x` to be a Python number'):
        check_real('x', value, 0, HINT)


@pytest.mark.parametrize('value', [1, 7, np.int64(3)])
def test_an_integer_comes_back_as_an_int(value):
    got = check_integer('n', value, 1, HINT)
    assert type(got) is int
    assert got == value


@pytest.mark.parametrize('value', [0, 1.0, True, '2', None])
def test_what_is_no_such_integer_is_refused(value):
    message = f'Expected `n` to be an integer >= 1, but got {value!r}. {HINT}'
    with pytest.raises(ValueError, match=re.escape(message)):
        check_integer('n', value, 1, HINT)


def test_an_integer_above_the_limit_is_refused():
    with pytest.raises(ValueError, match='an integer from 1 to 3, but got 4'):
        check_integer('n', 4, 1, HINT, high=3)


def test_an_unknown_choice_names_the_known_ones():
    check_choice('norm', 'l2', ('l1', 'l2'), HINT)
    message = "Expected `norm` to be one of ['l1', 'l2'], but got 'l3'. "
    with pytest.raises(ValueError, match=re.escape(message + HINT)):
        check_choice('norm', 'l3', ('l1', 'l2'), HINT)
    with pytest.raises(ValueError, match='one of'):
        check_choice('norm', torch.ones(2), ('l1', 'l2'), HINT)


def test_what_is_not_floating_is_a_type_error():
    check_floating('x', torch.ones(2))
    with pytest.raises(TypeError, match='torch.int64. Call `.float'):
        check_floating('x', torch.ones(2).long())
    with pytest.raises(TypeError, match='got list. Wrap it'):
        check_floating('x', [1.0])


def test_an_empty_tensor_is_refused():
    check_not_empty('x', torch.ones(1), HINT)
    with pytest.raises(ValueError, match=r'shape \(0, 3\). The paper'):
        check_not_empty('x', torch.ones(0, 3), HINT)


def test_a_letter_stands_for_one_size():
    probs, labels = torch.ones(4, 3), torch.ones(4)
    check_shapes(HINT, probs=(probs, 'N C'), labels=(labels, 'N'))
    message = (
        'Expected `probs` of the shape (N, C) and `labels` of the shape '
        f'(N,), but got (4, 3) and (5,). {HINT}'
    )
    with pytest.raises(ValueError, match=re.escape(message)):
        check_shapes(HINT, probs=(probs, 'N C'), labels=(torch.ones(5), 'N'))
    with pytest.raises(ValueError, match='but got'):
        check_shapes(HINT, probs=(labels, 'N C'))


def test_a_number_in_a_shape_stands_for_itself():
    check_shapes(HINT, images=(torch.ones(2, 3), 'N 3'))
    with pytest.raises(ValueError, match=r'\(N, 3\), but got \(2, 4\)'):
        check_shapes(HINT, images=(torch.ones(2, 4), 'N 3'))


@pytest.mark.parametrize(
    ('dtype', 'wide'),
    [
        (torch.float16, torch.float32),
        (torch.bfloat16, torch.float32),
        (torch.float32, torch.float32),
        (torch.float64, torch.float64),
    ],
)
def test_half_precision_is_widened_and_nothing_is_narrowed(dtype, wide):
    x = torch.ones(2, dtype=dtype)
    assert at_least_float32(x).dtype == wide
    x64, back = to_float64('x', x)
    assert x64.dtype == torch.float64
    assert back == wide


def test_without_a_hint_the_nearest_spelling_is_offered():
    with pytest.raises(ValueError, match=r"got 'Maxx'\. Did you mean 'max'\?"):
        check_choice('norm', 'Maxx', ('l1', 'max'))
    for value in ('cosine', None):
        with pytest.raises(ValueError, match=r'\. Choose one of the list\.$'):
            check_choice('norm', value, ('l1', 'max'))


def test_counts_name_the_first_class_that_is_wrong():
    assert check_counts((3, 1)).dtype == torch.float64
    assert check_counts(np.array([3, 0]), empty=True).tolist() == [3, 0]
    with pytest.raises(ValueError, match=r'class 2 has 0 \(2 such classes'):
        check_counts([3, 1, 0, 0])
    with pytest.raises(ValueError, match='class 1 has nan'):
        check_counts([3, math.nan])
    with pytest.raises(ValueError, match='a count >= 0, but class 1 has -1'):
        check_counts([3, -1, 0], empty=True)
    with pytest.raises(ValueError, match=f'class 0 has 0 .*{HINT}'):
        check_counts([0], hint=HINT)
    with pytest.raises(ValueError, match='all 2 are 0'):
        check_counts([0, 0], empty=True)
    for shape in ((0,), (2, 2)):
        with pytest.raises(ValueError, match='to be one number per class'):
            check_counts(torch.ones(shape))


def test_a_wrong_value_is_told_with_its_index():
    check_labels(torch.tensor([0, 1]), 2, HINT)
    with pytest.raises(ValueError, match='`y` from 0 to 1, but got -1 at'):
        check_labels(torch.tensor([0, -1, 2]), 2, HINT, name='y')
    values = torch.ones(2, 3)
    check_finite('x', values, HINT)
    values[1, 2] = math.inf
    with pytest.raises(ValueError, match=r'inf at index \(1, 2\)\. The paper'):
        check_finite('x', values, HINT)
