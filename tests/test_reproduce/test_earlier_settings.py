"""Which rows their recipe would not make again."""

from dataclasses import replace

import pytest

from mmlt.reproduce.comparisons import Comparison, add_comparison
from mmlt.reproduce.earlier_settings import rows_of_earlier_settings
from mmlt.reproduce.hashes import config_hash
from mmlt.reproduce.ledger import Row, add_row, read_ledger
from mmlt.reproduce.plan import Job
from mmlt.reproduce.tasks import configs_of

RECIPE = 'crt/resnet20_digitslt'


def settings(seed, **options):
    """Hash of what the recipe would train today."""
    return config_hash(*configs_of(Job(RECIPE, seed, options=options)))


@pytest.fixture
def ledger(tmp_path):
    """Rows: as today (two seeds), of other settings, unknown, gone."""
    path = tmp_path / 'ledger.jsonl'
    row = Row(RECIPE, [], 1, 8, {'top1': 40.0}, code_hash='c')
    for seed in (1, 2):
        add_row(path, replace(row, seed=seed, config_hash=settings(seed)))
    add_row(path, replace(row, seed=3, config_hash='other'))
    add_row(path, replace(row, seed=4, config_hash=None))
    gone = replace(row, recipe='crt/nothing', config_hash='gone')
    add_row(path, gone)
    unknown = {'train_cfg.no_such_setting': 1}
    add_row(path, replace(row, options=unknown, config_hash='gone'))
    return path


def test_rows_of_other_settings_and_of_what_is_gone_are_found(ledger):
    rows = read_ledger(ledger)
    found = rows_of_earlier_settings(ledger)
    assert found == {row.digest for row in (rows[2], *rows[4:])}


def test_a_row_that_a_comparison_found_equal_is_none_of_them(ledger):
    other = read_ledger(ledger)[2]
    comparison = Comparison(
        name=other.name,
        commit='0123456789',
        code_hash='d',
        rows={other.digest: settings(3)},
        epochs=2,
        weights=10,
        metrics=['top1'],
        device='here',
    )
    add_comparison(ledger, comparison)
    assert other.digest not in rows_of_earlier_settings(ledger)


def test_an_empty_ledger_has_none(tmp_path):
    assert rows_of_earlier_settings(tmp_path / 'ledger.jsonl') == frozenset()
