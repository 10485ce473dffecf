"""The epoch, told to the steps of a pipeline that ask for it."""

import pytest
from mmengine.runner import IterBasedTrainLoop

from mmlt.engine import PipelineEpochHook


class Step:
    """Keeps what it is told."""

    def set_progress(self, epoch, max_epochs):
        self.told = epoch, max_epochs


def dataset_of(step):
    """A data set with this step, and one that asks for nothing."""
    pipeline = type('Pipeline', (), dict(transforms=[object(), step]))()
    return type('Dataset', (), dict(pipeline=pipeline))()


class FakeRunner:
    """What the hook reads of a runner."""

    def __init__(self, dataset, loop=None):
        self.train_loop = loop
        loader = type('Loader', (), dict(dataset=dataset))
        self.train_dataloader = loader
        self.epoch, self.max_epochs = 3, 5


def test_the_hook_tells_through_wrappers(monkeypatch):
    monkeypatch.setattr(
        'mmlt.engine.hooks.pipeline_epoch_hook.EpochBasedTrainLoop', object
    )
    crop = Step()
    wrapped = type('Wrapper', (), dict(dataset=dataset_of(crop)))()
    hook, runner = PipelineEpochHook(), FakeRunner(wrapped)
    hook.before_train(runner)
    hook.before_train_epoch(runner)
    assert crop.told == (3, 5)
    with pytest.raises(ValueError, match='asks for the epoch'):
        hook.before_train(FakeRunner(object()))


def test_a_loop_of_iterations_is_refused():
    loop = IterBasedTrainLoop.__new__(IterBasedTrainLoop)
    with pytest.raises(ValueError, match='IterBasedTrainLoop'):
        PipelineEpochHook().before_train(FakeRunner(dataset_of(Step()), loop))
