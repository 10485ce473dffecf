"""Which runs belong together, and what they are called."""

from dataclasses import replace

import pytest

from mmlt.report import by_recipe, check_same_test_set, file_name, with_names
from mmlt.report.names import short_names, slug

from .conftest import record_of


def runs(*paths):
    return [
        record_of(recipe=path, recipe_hash=str(i), settings={}, seed=0)
        for i, path in enumerate(paths)
    ]


@pytest.mark.parametrize(
    ('paths', 'names'),
    [
        (['fcc/a', 'vmf/a'], ['fcc', 'vmf']),
        (['fcc/a', 'fcc/b'], ['a', 'b']),
        (['fcc/a', 'fcc/b', 'vmf/a'], ['fcc/a', 'fcc/b', 'vmf/a']),
        (['a', 'vmf/b'], ['a', 'vmf/b']),
    ],
)
def test_the_shortest_names_that_tell_recipes_apart(paths, names):
    assert short_names(runs(*paths)) == names


def test_seeds_of_a_recipe_have_one_name_and_are_together():
    (first,) = runs('fcc/a')
    named = with_names([first, replace(first, seed=1)])
    assert by_recipe(named) == {'fcc': named}
    assert [file_name(r) for r in named] == [
        'fcc-seed0.json', 'fcc-seed1.json'
    ]  # fmt: skip
    with pytest.raises(ValueError, match='a run counts once'):
        by_recipe([named[0], named[0]])


def test_a_file_has_a_name_that_any_system_takes():
    assert slug('a b/../ü=1') == 'a-b-..-ü-1'
    assert slug('/') == '-'


def test_runs_on_other_test_sets_are_named():
    first = replace(runs('fcc/a')[0], dataset='A', num_samples=3)
    other = replace(runs('vmf/a')[0], dataset='A', num_samples=4)
    check_same_test_set([first, first])
    with pytest.raises(
        ValueError, match='fcc/a and vmf/a differ in the number .*: 3 and 4'
    ):
        check_same_test_set([first, first, other])
