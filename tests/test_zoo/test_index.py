"""The networks that come with mmlt are those of the ledger."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from mmlt.checkpoints import read_checkpoint
from mmlt.reproduce.ledger import read_ledger
from mmlt.runs.recipes import load_recipe
from mmlt.zoo import index
from mmlt.zoo.measuring import differences, too_far

ROOT = Path(__file__).parents[2]
ENTRIES = index.read_index()
ROWS = read_ledger(ROOT / 'results' / 'ledger.jsonl')


@pytest.fixture(params=ENTRIES, ids=lambda entry: entry.name)
def entry(request):
    return request.param


def test_a_file_is_the_one_that_was_published(entry):
    assert index.check_file(entry) == ROOT / 'zoo' / entry.file


def test_a_network_has_the_row_that_the_index_names(entry):
    index.check_row(entry, ROWS)


def test_half_precision_changes_little(entry):
    assert set(entry.metrics) == set(entry.ledger) == set(index.METRICS)
    assert not too_far(differences(entry.metrics, entry.ledger))


def test_a_network_names_its_classes(entry):
    cfg = load_recipe(entry.recipe, entry.overlays, entry.options)
    meta = read_checkpoint(entry.path)['meta']
    assert cfg.model.head.num_classes == entry.classes
    assert len(meta['class_counts']) == entry.classes
    assert len(meta['dataset_meta']['classes']) == entry.classes


def test_the_folder_holds_these_networks_and_no_more_than_12_megabytes():
    files = {path.name for path in (ROOT / 'zoo').iterdir()}
    assert files == {entry.file for entry in ENTRIES} | {index.NAME}
    index.check_room(0, '', ENTRIES)
    assert sum((ROOT / 'zoo' / f).stat().st_size for f in files) <= 12e6


def test_the_index_is_as_it_would_be_written(tmp_path, monkeypatch):
    text = (ROOT / 'zoo' / index.NAME).read_text()
    monkeypatch.setattr(index, 'ZOO', tmp_path)
    index.write_index(reversed(ENTRIES))
    assert (tmp_path / index.NAME).read_text() == text


@pytest.fixture
def copied(tmp_path, monkeypatch):
    """A network in a folder where it may be damaged."""
    entry = ENTRIES[0]
    (tmp_path / entry.file).write_bytes(entry.path.read_bytes())
    monkeypatch.setattr(index, 'ZOO', tmp_path)
    index.write_index([entry])
    return entry


def test_a_flipped_byte_is_found(copied):
    data = bytearray(copied.path.read_bytes())
    data[len(data) // 2] ^= 1
    copied.path.write_bytes(data)
    with pytest.raises(ValueError, match='to have the SHA-256 '):
        index.check_file(copied)


def test_a_missing_file_is_named(copied):
    copied.path.unlink()
    with pytest.raises(FileNotFoundError, match=f'weights of {copied.name}'):
        index.check_file(copied)


def test_a_wrong_name_lists_the_right_ones():
    with pytest.raises(
        ValueError, match="got 'fcc'. Known: .*ce_cifar100lt, "
    ):
        index.find_entry('fcc')


@pytest.mark.parametrize(
    'change',
    [
        dict(recipe='ce/other'),
        dict(overlays=['fcc']),
        dict(options={'a': 1}),
        dict(ledger={}),
        dict(row='0' * 16),
    ],
)
def test_an_index_that_disagrees_with_the_ledger_is_found(change):
    wrong = replace(ENTRIES[0], **change)
    with pytest.raises(ValueError, match='again: mmlt publish RUN --zoo '):
        index.check_row(wrong, ROWS)


@pytest.mark.parametrize(
    'text',
    ['', '[]', '{"a": 3}', '{"a": {"file": "b"}}', 'no JSON'],
)
def test_a_damaged_index_is_told(copied, text):
    (index.ZOO / index.NAME).write_text(text)
    with pytest.raises(ValueError, match='to be the index of the zoo'):
        index.read_index()


def test_no_index_at_all_is_told(copied):
    facts = json.loads((index.ZOO / index.NAME).read_text())
    assert set(facts[copied.name]) == set(vars(copied)) - {'name'}
    (index.ZOO / index.NAME).unlink()
    with pytest.raises(FileNotFoundError, match='Install mmlt again'):
        index.read_index()
