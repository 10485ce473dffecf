"""Values that are tried: how they are written, and what is refused."""

import pytest

from mmlt.runs.search_space import Choices, Interval, grid, read_space


def test_values_are_numbers_where_they_can_be():
    space = read_space(['a.b=0.5,1,1e-3', 'c.0.d=True,None,word', 'e=-1'])
    assert space == [
        Choices('a.b', (0.5, 1, 1e-3)),
        Choices('c.0.d', (True, None, 'word')),
        Choices('e', (-1,)),
    ]


def test_intervals_have_a_kind_and_two_ends():
    words = ['lr=log(1e-3, 1e-1)', 'g=uniform(-1,2)', 'n=integer(1,5)']
    assert read_space(words) == [
        Interval('lr', 'log', 1e-3, 1e-1),
        Interval('g', 'uniform', -1, 2),
        Interval('n', 'integer', 1, 5),
    ]


def test_a_grid_has_every_combination():
    space = read_space(['a=1,2', 'b=x,y,z'])
    trials = grid(space)
    assert len(trials) == 6
    assert trials[0] == {'a': 1, 'b': 'x'}
    assert trials[1] == {'a': 1, 'b': 'y'}
    assert trials[-1] == {'a': 2, 'b': 'z'}


def test_drawn_numbers_are_short_and_stay_inside():
    part = Interval('lr', 'log', 0.0012345, 0.1)
    assert part.shortened(0.0123456789) == 0.01235
    assert part.shortened(0.0012345) == 0.0012345
    assert part.holds(part.shortened(0.00123451))
    assert Interval('n', 'integer', 1, 5).shortened(3) == 3
    assert not part.holds(0.2)
    assert not part.holds('word')


def test_a_truth_is_not_one():
    assert Choices('a', (1, 2)).holds(1)
    assert not Choices('a', (1, 2)).holds(True)


@pytest.mark.parametrize(
    ('words', 'sentence'),
    [
        (['tau'], r"KEY=VALUES, but got 'tau'\. Write it as"),
        (['tau='], 'KEY=VALUES'),
        (['=1'], 'KEY=VALUES'),
        (['a..b=1'], 'KEY=VALUES'),
        (['a=1', 'a=2'], 'each setting once after --over, but got a more'),
        (['a=1,1'], 'different ones'),
        (['a=1,,2'], 'different ones'),
        (['a=log(0,1)'], 'begin above 0, but got 0'),
        (['a=log(1,0.1)'], r'the lower first, but got log\(1,0.1\)'),
        (['a=log(1)'], 'two numbers'),
        (['a=uniform(0,inf)'], 'two numbers'),
        (['a=normal(0,1)'], 'log, uniform, integer with two numbers'),
        (['a=integer(0.5,2)'], 'whole ends'),
    ],
)
def test_what_is_no_space_is_refused(words, sentence):
    with pytest.raises(ValueError, match=sentence):
        read_space(words)
