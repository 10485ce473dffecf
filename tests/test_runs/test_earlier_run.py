"""What an earlier training left is not written over."""

import os

import pytest

from mmlt.runs.earlier_run import (
    check_nothing_is_lost,
    checkpoints_in,
    move_aside,
)


@pytest.mark.parametrize(
    'name',
    [
        'epoch_3.pth',
        'iter_100.pth',
        'best_accuracy_top1_epoch_2.pth',
        'stopped_epoch_2_iter_25.pth',
    ],
)
def test_checkpoints_of_every_name_are_kept(tmp_path, name):
    (tmp_path / name).write_text('weights')
    with pytest.raises(FileExistsError, match=f'left {name}. Go on .*--resu'):
        check_nothing_is_lost(tmp_path)
    assert move_aside(tmp_path).parent == tmp_path / 'earlier'
    check_nothing_is_lost(tmp_path)
    (kept,) = tmp_path.glob(f'earlier/*/{name}')
    assert kept.read_text() == 'weights'


def test_logs_and_a_pretrained_network_are_in_nobodys_way(tmp_path):
    (tmp_path / '20260101_000000').mkdir()
    (tmp_path / 'pretrained.pth').touch()
    check_nothing_is_lost(tmp_path)
    assert move_aside(tmp_path) is None
    check_nothing_is_lost(tmp_path / 'none')
    assert move_aside(tmp_path / 'none') is None


def test_everything_is_moved_but_the_first_stage(tmp_path):
    for name in ('20260101_000000', 'stage1'):
        (tmp_path / name).mkdir()
    (tmp_path / 'run.json').touch()
    for _ in range(2):  # in one second
        (tmp_path / 'epoch_1.pth').touch()
        (tmp_path / 'last_checkpoint').touch()
        place = move_aside(tmp_path)
        assert (place / 'last_checkpoint').is_file()
    first, second = sorted((tmp_path / 'earlier').iterdir())
    assert {path.name for path in first.iterdir()} == {
        *('20260101_000000', 'run.json', 'epoch_1.pth', 'last_checkpoint')
    }
    assert {p.name for p in tmp_path.iterdir()} == {'earlier', 'stage1'}


def test_the_newest_is_named(tmp_path):
    for number in (9, 10):
        (tmp_path / f'epoch_{number}.pth').touch()
        os.utime(tmp_path / f'epoch_{number}.pth', (1, 1))
    assert [p.name for p in checkpoints_in(tmp_path)][-1] == 'epoch_10.pth'
    with pytest.raises(FileExistsError, match='2 checkpoints, the last epoc'):
        check_nothing_is_lost(tmp_path)


def test_another_seed_leads_to_a_folder_for_each(folder):
    for seed in (None, 7):  # 7 is that of the folder
        with pytest.raises(FileExistsError) as caught:
            check_nothing_is_lost(folder, seed)
        assert 'mmlt seeds' not in str(caught.value)
    with pytest.raises(FileExistsError) as caught:
        check_nothing_is_lost(folder, 1)
    assert str(caught.value).endswith(
        'The seed there is 7, and this one is 1: `mmlt seeds` trains several, '
        'each in a folder of its own.'
    )
