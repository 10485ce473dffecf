"""Early stopping counts on where a training is resumed."""

import json
import logging
from types import SimpleNamespace

import pytest

from mmlt.engine import ResumableEarlyStoppingHook


def runner_of(folder, epoch=0, resume=False):
    return SimpleNamespace(
        work_dir=folder,
        epoch=epoch,
        _resume=resume,
        logger=logging.getLogger('test'),
        train_loop=SimpleNamespace(stop_training=False),
    )


def trained(folder, values, resume=False, begin=0, patience=2):
    """The runner after evaluations with some accuracies, one an epoch."""
    hook = ResumableEarlyStoppingHook(
        monitor='top1', rule='greater', patience=patience
    )
    runner = runner_of(folder, begin, resume)
    hook.before_run(runner)
    hook.before_train(runner)
    for value in values:
        if runner.train_loop.stop_training:
            break
        runner.epoch += 1
        hook.after_val_epoch(runner, {'top1': value})
    return runner


def test_stops_after_the_patience_and_keeps_every_score(tmp_path):
    runner = trained(tmp_path, [50.0, 49.0, 48.0, 60.0])
    assert (runner.epoch, runner.train_loop.stop_training) == (3, True)
    kept = json.loads((tmp_path / 'early_stopping.json').read_text())
    assert kept == [[1, 50.0], [2, 49.0], [3, 48.0]]


@pytest.mark.parametrize('cut', [1, 2])
def test_resumed_training_stops_where_the_whole_one_does(tmp_path, cut):
    values = [50.0, 49.0, 48.0, 47.0]
    trained(tmp_path, values[:cut])
    runner = trained(tmp_path, values[cut:], resume=True, begin=cut)
    assert (runner.epoch, runner.train_loop.stop_training) == (3, True)


def test_scores_of_epochs_that_are_trained_again_do_not_count(tmp_path):
    trained(tmp_path, [50.0, 49.0])
    runner = trained(tmp_path, [49.5, 51.0], resume=True, begin=1)
    assert not runner.train_loop.stop_training
    kept = json.loads((tmp_path / 'early_stopping.json').read_text())
    assert kept == [[1, 50.0], [2, 49.5], [3, 51.0]]


def test_training_that_begins_anew_takes_no_scores(tmp_path):
    trained(tmp_path, [50.0, 49.0, 48.0])
    assert trained(tmp_path, [40.0]).train_loop.stop_training is False


def test_stopped_training_says_so_when_it_is_resumed(tmp_path, caplog):
    trained(tmp_path, [50.0, 49.0, 48.0])
    runner = trained(tmp_path, [60.0], resume=True, begin=3)
    assert runner.epoch == 3
    assert 'Stopped early after epoch 3' in caplog.text
    longer = trained(tmp_path, [60.0], resume=True, begin=3, patience=5)
    assert longer.epoch == 4
