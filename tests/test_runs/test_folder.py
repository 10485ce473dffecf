import os
import re
import shutil
from pathlib import Path

import pytest

from mmlt.runs.folder import find_run, last_checkpoint, read_work_dir

from .conftest import CONFIG, record


def test_everything_of_a_moved_and_resumed_run(folder):
    run = read_work_dir(folder)
    assert run.recipe == 'fcc/resnet20_digitslt'
    assert run.checkpoint == folder / 'epoch_2.pth'
    assert (run.epoch, run.seed, run.device) == (2, 7, 'CPU')
    assert run.minutes == 3.5
    assert run.curves['accuracy/top1'] == ([1, 2], [30.0, 60.0])
    # step 30 was trained twice and counts once, as it went on
    assert run.curves['loss'] == ([1, 2], [3.0, 0.75])
    assert run.settings() == dict(
        model=dict(type='A'), train_cfg=dict(max_epochs=2)
    )


def test_a_folder_of_another_name_has_the_name_of_the_config(folder):
    (folder / 'resnet20_digitslt.py').write_text(
        CONFIG.format(work_dir='/tmp/a')
    )
    assert read_work_dir(folder).recipe == 'resnet20_digitslt'


def test_a_recorded_run_knows_recipe_and_commit(folder):
    run = read_work_dir(folder)
    assert (run.source, run.commit, run.commit_note) == (None, None, '')
    record(folder, ('a' * 40, False, False, '20260102_100000'))
    run = read_work_dir(folder)
    assert run.recipe == 'fcc/b'
    assert run.source == 'configs/fcc/b.py'
    assert (run.commit, run.commit_note) == ('a' * 40, '')
    record(
        folder,
        ('b' * 40, True, False, '20260102_100000'),
        ('a' * 40, False, True, '20260102_110000'),
    )
    run = read_work_dir(folder)
    assert run.commit == 'a' * 40
    assert run.commit_note == (
        'with changes that were not committed; resumed; earlier parts: '
        'bbbbbbbbbb'
    )
    record(folder, ('a' * 40, False, True, '20260102_110000'))
    run = read_work_dir(folder)
    assert run.commit_note == 'resumed; earlier parts: unknown'
    assert run.minutes == 3.5


def test_a_config_that_is_none_is_named(folder):
    (folder / 'resnet20_digitslt.py').write_text('model = dict(')
    with pytest.raises(ValueError, match='resnet20_digitslt.py to be a conf'):
        read_work_dir(folder)


def test_what_is_missing_is_named(folder):
    with pytest.raises(FileNotFoundError, match='does not exist. In .*moved'):
        read_work_dir(folder.parent / 'none')
    with pytest.raises(FileNotFoundError, match='hold a config'):
        read_work_dir(folder.parent)
    empty = folder.parent / 'empty'
    empty.mkdir()
    shutil.copy(folder / 'resnet20_digitslt.py', empty)
    for find in (read_work_dir, find_run):
        with pytest.raises(FileNotFoundError, match='there is no checkpoint'):
            find(empty)
    (folder / 'second.py').touch()
    with pytest.raises(ValueError, match='one config in .*, second.py. Name'):
        find_run(folder)


def test_a_run_is_its_folder_or_a_config_and_a_checkpoint(folder):
    config = str(folder / 'resnet20_digitslt.py')
    last, other = (str(folder / f'epoch_{n}.pth') for n in (2, 1))
    assert find_run(folder) == (config, last)
    assert find_run(str(folder), other) == (config, other)
    assert find_run(config, other) == (config, other)
    address = 'https://example.org/a.pth'
    assert find_run('mmlt::fcc/a.py', address) == ('mmlt::fcc/a.py', address)
    with pytest.raises(ValueError, match='a checkpoint beside the config'):
        find_run(config)
    with pytest.raises(FileNotFoundError, match='no.py does not exist'):
        find_run(folder / 'no.py', other)


def test_the_checkpoint_of_a_folder_is_in_it_or_where_it_was_put(folder):
    note, inside = folder / 'last_checkpoint', folder / 'epoch_2.pth'
    assert last_checkpoint(folder) == str(inside)
    elsewhere = folder.parent / 'epoch_2.pth'
    shutil.copy(inside, elsewhere)
    note.write_text(str(elsewhere))
    # a copy of a folder has a checkpoint of its own
    assert last_checkpoint(folder) == str(inside)
    inside.unlink()
    assert last_checkpoint(folder) == str(elsewhere)
    assert last_checkpoint(folder.parent / 'none') is None


@pytest.fixture
def said(monkeypatch):
    """Lines that go to the log."""
    lines = []
    monkeypatch.setattr(
        'mmlt.runs.folder.print_log', lambda text, **_: lines.append(text)
    )
    return lines


def halve(path):
    os.truncate(path, path.stat().st_size // 2)


def flip(path):
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 4
    path.write_bytes(data)


DAMAGE = {
    'cut short': (halve, 'epoch_2.pth is cut short'),
    'empty': (lambda p: os.truncate(p, 0), 'epoch_2.pth is empty'),
    'one bit': (flip, r'epoch_2.pth is damaged \(the checksum of \S+ differs'),
    'gone': (Path.unlink, 'epoch_2.pth does not exist'),
    'text': (lambda p: p.write_text('a'), 'epoch_2.pth is no checkpoint'),
    'folder': (lambda p: (p.unlink(), p.mkdir()), 'epoch_2.pth is a folder'),
}


@pytest.mark.parametrize('kind', DAMAGE)
def test_a_damaged_checkpoint_is_passed_over_and_named(folder, kind, said):
    damage, words = DAMAGE[kind]
    damage(folder / 'epoch_2.pth')
    assert last_checkpoint(folder) == str(folder / 'epoch_1.pth')
    (line,) = said
    assert re.search(f'whole checkpoint is .*epoch_1.pth: {words}', line)
    # results are of the last epoch: another is named, not taken
    error = FileNotFoundError if kind == 'gone' else ValueError
    if kind == 'folder':
        error = FileNotFoundError
    with pytest.raises(error, match=r'epoch_1.pth: name it after the config'):
        find_run(folder)


NOTES = {
    'missing': (Path.unlink, 'there is no `last_checkpoint`'),
    'empty': (lambda p: p.write_text(''), '`last_checkpoint` is empty'),
    'garbled': (lambda p: p.write_bytes(b'\x80\xff'), 'is garbled'),
    'zeros': (lambda p: p.write_bytes(bytes(9)), 'is garbled'),
    'long': (lambda p: p.write_text('a' * 4096), 'is garbled'),
    'cut short': (
        lambda p: p.write_text('/elsewhere/ep'),
        'ep does not exist',
    ),
    'root': (lambda p: p.write_text('/'), 'moved is a folder'),
    'a folder': (lambda p: (p.unlink(), p.mkdir()), 'is a folder'),
}


@pytest.mark.parametrize('kind', NOTES)
def test_a_checkpoint_that_is_not_noted_is_found(folder, kind, said):
    damage, words = NOTES[kind]
    damage(folder / 'last_checkpoint')
    assert last_checkpoint(folder) == str(folder / 'epoch_2.pth')
    (line,) = said
    assert re.search(f'whole checkpoint is .*epoch_2.pth: .*{words}', line)
    if kind not in ('cut short', 'root'):
        assert find_run(folder)[1] == str(folder / 'epoch_2.pth')


def test_numbers_are_compared_as_numbers_and_the_best_is_not_the_last(folder):
    (folder / 'last_checkpoint').unlink()
    for name in ('epoch_10.pth', 'best_accuracy_top1_epoch_99.pth'):
        shutil.copy(folder / 'epoch_1.pth', folder / name)
    assert last_checkpoint(folder) == str(folder / 'epoch_10.pth')


def test_without_a_whole_one_nothing_begins_anew(folder):
    for epoch in (1, 2):
        halve(folder / f'epoch_{epoch}.pth')
    words = r'epoch_2.pth is cut .*; epoch_1.pth is cut .*--work-dir'
    with pytest.raises(ValueError, match=words):
        last_checkpoint(folder)


def test_a_deleted_checkpoint_is_named_where_it_is_needed(folder):
    (folder / 'epoch_2.pth').unlink()
    run = read_work_dir(folder)
    assert (run.checkpoint, run.epoch) == (folder / 'epoch_2.pth', 2)
    with pytest.raises(FileNotFoundError, match='epoch_2.pth, which'):
        find_run(folder)
