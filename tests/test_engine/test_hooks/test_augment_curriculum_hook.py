"""Levels of augmentation in trainings of the digits."""

import numpy as np
import pytest
import torch
from mmengine.hooks import Hook
from mmengine.runner import IterBasedTrainLoop, Runner

from mmlt.engine import AugmentCurriculumHook
from mmlt.engine.hooks.augment_curriculum_hook import drawn
from mmlt.models import BatchDataPreprocessor, CurriculumDataPreprocessor
from tests.test_distributed.processes import in_processes, needs_gloo
from tests.test_distributed.trainings import short_config

RECIPE = 'cuda/resnet20_digitslt.py'


def config(work_dir, world_size=1, epochs=3):
    cfg = short_config(RECIPE, str(work_dir), world_size)
    cfg.train_cfg.update(max_epochs=epochs, val_interval=epochs)
    cfg.data_preprocessor.accept = 0.1  # a few digits teach little
    cfg.custom_hooks[-1].batch_size = 16
    return cfg


def weights(runner):
    model = getattr(runner.model, 'module', runner.model)
    return {name: v.clone() for name, v in model.state_dict().items()}


class StopAt(Hook):
    """Stops a training when an epoch begins."""

    priority = 'VERY_HIGH'

    def __init__(self, epoch):
        self.epoch = epoch

    def before_train_epoch(self, runner):
        """Stop in it."""
        if runner.epoch == self.epoch:
            raise KeyboardInterrupt


def test_rows_are_drawn_of_their_own_class_as_often_as_asked():
    trials = torch.tensor([[10, 20, 0], [0, 0, 0], [10, 0, 0]])
    images = [np.array([4, 5]), np.array([], int), np.array([7])]
    rows, classes, levels = drawn(trials, images, [1, 2])
    assert len(rows) == 40
    assert set(rows[:30]) == {4, 5}
    assert rows[30:] == [7] * 10
    assert classes.tolist() == [0] * 30 + [2] * 10
    assert levels.tolist() == [0] * 10 + [1] * 20 + [0] * 10
    assert drawn(trials, images, [1, 2])[0] == rows
    assert drawn(trials, images, [1, 3])[0] != rows


def test_a_resumed_training_is_the_uninterrupted_one(tmp_path):
    whole = Runner.from_cfg(config(tmp_path / 'whole'))
    whole.train()
    expected = weights(whole)
    levels = expected['data_preprocessor.levels']
    assert levels.max() > 0
    assert expected['data_preprocessor.levels_epoch'] == 2

    first = config(tmp_path / 'part')
    runner = Runner.from_cfg(first)
    runner.register_hook(StopAt(2))
    with pytest.raises(KeyboardInterrupt):
        runner.train()
    again = config(tmp_path / 'part')
    again.resume = True
    resumed = Runner.from_cfg(again)
    resumed.train()
    for name, value in weights(resumed).items():
        assert torch.equal(value, expected[name]), name


@needs_gloo
def test_two_processes_have_the_same_levels(tmp_path):
    pair = in_processes(2, trained_levels, str(tmp_path / 'pair'), 2)
    assert pair[0].max() > 0
    assert torch.equal(*pair)


def trained_levels(work_dir, world_size):
    runner = Runner.from_cfg(config(work_dir, world_size))
    runner.train()
    return weights(runner)['data_preprocessor.levels']


@needs_gloo
def test_the_trials_of_two_processes_are_those_of_one(tmp_path):
    """Right answers of a network that every process begins with."""
    (alone,) = in_processes(1, right_answers, str(tmp_path / 'a'), 1)
    pair = in_processes(2, right_answers, str(tmp_path / 'b'), 2)
    assert alone.sum() > 0
    for each in pair:
        assert torch.equal(each, alone)


def right_answers(work_dir, world_size):
    """How many trials the first network of a run gets right."""
    runner = Runner.from_cfg(config(work_dir, world_size))
    runner.train_loop  # noqa: B018  built on demand
    runner.model.train()
    runner._hooks = [
        hook
        for hook in runner._hooks
        if type(hook).__name__ in ('LongTailHook', 'AugmentCurriculumHook')
    ]
    hook = runner._hooks[-1]
    hook.before_train(runner)
    trials = torch.tensor([[10, 20, 30] + [0] * 8] * 10)
    found = hook._correct(runner, trials)
    assert runner.model.training
    return found


def test_parts_without_levels_and_iterations_are_refused():
    class FakeRunner:
        model = torch.nn.Module()
        train_loop = IterBasedTrainLoop.__new__(IterBasedTrainLoop)

    hook, runner = AugmentCurriculumHook(), FakeRunner()
    runner.model.data_preprocessor = BatchDataPreprocessor()
    with pytest.raises(TypeError, match='BatchDataPreprocessor'):
        hook.before_train(runner)
    pixels = CurriculumDataPreprocessor(num_classes=3)
    runner.model.data_preprocessor = pixels
    with pytest.raises(ValueError, match='IterBasedTrainLoop'):
        hook.before_train(runner)
    with pytest.raises(ValueError, match='batch_size'):
        AugmentCurriculumHook(batch_size=0)
