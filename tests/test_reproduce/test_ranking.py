"""Methods under a short protocol, ranked, beside the full length."""

import math
from dataclasses import replace
from pathlib import Path

import pytest

from mmlt.reproduce.ledger import Row
from mmlt.reproduce.plan import read_plan
from mmlt.reproduce.ranking import (
    NEWCOMERS,
    agreement,
    newcomers_table,
    ranked,
    ranking_table,
    seed_spread,
    spread_in_words,
)

ROOT = Path(__file__).parents[2]
PLAN = """
sources: {paper: {text: a paper, url: https://example.org}}
runs:
- {recipe: a/net_set, published: {top1: 39}, source: paper}
- {recipe: b/net_set, published: {top1: 41}, source: paper}
- {recipe: c/net_set}
"""
PRINTED = 'published: {top1: 42}, source: paper}'
METRICS = {'many': 60.0, 'medium': 40.0, 'few': None, 'ece': 5.0, 'nll': 2.0}


@pytest.fixture
def plan(tmp_path):
    path = tmp_path / 'plan.yaml'
    path.write_text(PLAN)
    return read_plan(path)


def row(recipe, top1, seed=1, protocol='fast'):
    overlays = ['fast'] if protocol == 'fast' else []
    metrics = {**METRICS, 'top1': top1}
    return Row(recipe, overlays, seed, 40, metrics, protocol=protocol)


def test_methods_are_ranked_by_their_mean(plan):
    rows = [
        row('a/net_set', 38.0, 1),
        row('b/net_set', 37.0, 1),
        row('b/net_set', 41.0, 2),
        row('c/net_set', 36.0),
        row('a/net_other', 90.0),
        row('a/net_set', 40.0, protocol='full'),
    ]
    methods = ranked(rows, plan, data='_set')
    assert [(m.name, m.top1) for m in methods] == [
        ('b/net_set', 39.0),
        ('a/net_set', 38.0),
        ('c/net_set', 36.0),
    ]
    assert [m.published for m in methods] == [41, 39, None]
    assert [m.full for m in methods] == [[], [40.0], []]


def test_agreement_counts_methods_that_have_both_numbers(plan):
    rows = [row('a/net_set', 38.0), row('b/net_set', 39.0)]
    rows += [replace(r, overlays=[], protocol='full') for r in rows]
    rows += [row('c/net_set', 30.0)]
    found = agreement(ranked(rows, plan))
    both = (1.0, 2)
    assert found == {'published': both, 'unmixed': both, 'ours': both}
    rows[0] = row('a/net_set', 45.0)
    assert agreement(ranked(rows, plan))['ours'] == (-1.0, 2)


def test_it_is_given_without_the_methods_that_mix_images_too(tmp_path):
    path = tmp_path / 'plan.yaml'
    path.write_text(PLAN.replace('c/net_set}', 'mixup/net_set, ' + PRINTED))
    rows = [row('a/net_set', 38.0), row('b/net_set', 39.0)]
    rows += [row('mixup/net_set', 30.0)]
    methods = ranked(rows, read_plan(path))
    found = agreement(methods)
    assert found['published'] == (pytest.approx(-0.5), 3)
    assert found['unmixed'] == (1.0, 2)
    assert (
        'with the published accuracies: -0.50 over 3 methods; without the '
        'methods that mix images: 1.00 over 2 methods'
    ) in ranking_table(methods)


def test_nothing_is_said_of_fewer_than_two_methods(plan):
    methods = ranked([row('c/net_set', 30.0)], plan)
    value, count = agreement(methods)['published']
    assert math.isnan(value)
    assert count == 0
    text = ranking_table(methods)
    assert 'published accuracies: not measured' in text
    assert agreement(ranked([], plan))['ours'][1] == 0


def test_table_shows_what_is_not_there_as_such(plan):
    rows = [row('a/net_set', 38.0), row('c/net_set', 30.0)]
    first, second = ranking_table(ranked(rows, plan)).splitlines()[2:4]
    assert first.split(' | ')[1:] == [
        '1',
        '38.00',
        '60.00 / 40.00 / -',
        '5.00',
        '-',
        '2.00',
        '-',
        '39 |',
    ]
    assert second.endswith('| - | - |')


def test_newcomers_stand_beside_the_older_with_calibration_by_shot(plan):
    by_shot = {'ece_many': 1.0, 'ece_medium': 2.0, 'ece_few': 3.0}
    old, new = row('ce/net_set', 38.0), row('vs/net_set', 39.0)
    new = replace(
        new, metrics=new.metrics | by_shot, parameters=470004, minutes=20.4
    )
    rows = [old, new, row('mixup/net_set', 33.0)]
    table = newcomers_table(ranked(rows, plan))
    _, _, first, second, _, last = table.splitlines()
    cells = [cell.strip() for cell in first.strip('|').split('|')]
    assert cells == [
        'vs/net_set',
        '1',
        '39.00',
        '60.00 / 40.00 / -',
        '5.00',
        '1.00 / 2.00 / 3.00',
        '470,004',
        '20',
    ]
    assert second.startswith('| *ce/net_set* |')
    assert 'mixup' not in table
    assert last.startswith('Not run yet: balpoe, bcl')
    assert 'vs' not in last


def test_newcomers_are_folders_of_recipes():
    folders = {path.name for path in (ROOT / 'configs').iterdir()}
    assert set(NEWCOMERS) <= folders


def test_spread_over_the_seeds(plan):
    """Variances 8 (one degree of freedom) and 1 (two): (8 + 2) / 3."""
    rows = [
        row('a/net_set', 38.0),
        *(row('b/net_set', top1, seed) for seed, top1 in enumerate([37, 41])),
        *(row('c/net_set', top1, seed) for seed, top1 in enumerate([5, 6, 7])),
    ]
    methods = ranked(rows, plan)
    assert seed_spread(methods) == pytest.approx(math.sqrt(10 / 3), rel=1e-14)
    said = spread_in_words(methods)
    assert said.startswith('Of the 3 rows of the fast protocol 2 have')
    assert 'is 1.83 points; their seeds differ by 2.00 (c) to 4.00 (b)' in said
    assert 'less than 5.1 points apart' in said
    alone = ranked(rows[:1], plan)
    assert math.isnan(seed_spread(alone))
    assert 'No method has two seeds yet' in spread_in_words(alone)
