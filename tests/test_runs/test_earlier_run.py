"""What an earlier training left is not written over."""

import os

import pytest

from mmlt.runs.earlier_run import (
    check_config_is_kept,
    check_nothing_is_lost,
    checkpoints_in,
    move_aside,
)
from mmlt.runs.recipes import load_recipe


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


def test_what_a_training_left_is_moved_and_nothing_else(folder):
    """Runs in folders of their own may be training at this moment."""
    left = {p.name for p in folder.iterdir()}
    for name in ('predictions_test.npz', 'calibrators.json', 'run.json'):
        (folder / name).touch()
        left.add(name)
    (folder / 'report').mkdir()
    (folder / 'report/index.html').touch()
    left.add('report')
    stays = {
        'thesis.tex',
        'train.txt',
        'mine.py',
        'other.py',
        'pretrained.pth',
    }
    for name in stays:
        (folder / name).write_text("_base_ = 'mmlt::ce/a.py'\nwork_dir = 'a'")
    (folder / 'other.py').write_text('lr = 0.1')
    for name in ('seed_1', 'trial_2', 'photos', 'stage1'):
        (folder / name).mkdir()
        stays.add(name)
    (folder / 'seed_1/run.json').touch()
    place = move_aside(folder)
    assert {p.name for p in place.iterdir()} == left
    assert 'resnet20_digitslt.py' in left
    assert {p.name for p in folder.iterdir()} == stays | {'earlier'}
    assert (folder / 'seed_1/run.json').is_file()


def test_a_config_of_a_person_is_not_written_over(tmp_path):
    config = tmp_path / 'mine.py'
    config.write_text("_base_ = 'mmlt::ce/resnet20_digitslt.py'\n")
    cfg = load_recipe(config)
    cfg.work_dir = str(tmp_path)
    with pytest.raises(FileExistsError, match=f'{config} is there.*--work-d'):
        check_config_is_kept(cfg)
    # another's, too
    config.write_text("model = dict(type='A')\n")
    with pytest.raises(FileExistsError, match=f'{config} is there.*--work-d'):
        check_config_is_kept(cfg)
    # that of a run is
    cfg.dump(config)
    check_config_is_kept(cfg)
    check_config_is_kept(load_recipe(config))


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
