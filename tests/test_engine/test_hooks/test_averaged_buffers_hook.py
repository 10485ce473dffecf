"""One average in all processes; with two: tests/test_distributed."""

import pytest
from mmengine.hooks import EMAHook
from mmengine.runner import Runner

from mmlt.engine import AveragedBuffersHook
from mmlt.engine.hooks import averaged_buffers_hook as module
from mmlt.runs.recipes import load_recipe


def runner_with(tmp_path, *hooks):
    cfg = load_recipe('ce/resnet20_digitslt', ['ema'])
    cfg.work_dir = str(tmp_path)
    cfg.train_cfg.max_epochs = 1
    cfg.custom_hooks += hooks
    return Runner.from_cfg(cfg)


def test_statistics_that_would_reach_nothing_are_refused(tmp_path):
    hook = dict(type='PreciseBNHook', num_samples=64)
    runner = runner_with(tmp_path, hook)
    with pytest.raises(ValueError, match='Leave out one of the two'):
        runner.train()


def test_the_statistics_of_the_average_are_what_is_shared(
    tmp_path, monkeypatch
):
    shared = []
    monkeypatch.setattr(
        module,
        'all_reduce_params',
        lambda tensors, op: shared.append((tensors, op)),
    )
    runner = runner_with(tmp_path)
    runner.train()
    assert any(isinstance(h, AveragedBuffersHook) for h in runner.hooks)
    (hook,) = (h for h in runner.hooks if isinstance(h, EMAHook))
    ((tensors, op),) = shared  # one epoch
    assert op == 'mean'
    names = [
        name
        for name, buffer in hook.ema_model.module.named_buffers()
        if any(buffer.data_ptr() == t.data_ptr() for t in tensors)
    ]
    assert len(names) == len(tensors)
    assert {n.rpartition('.')[2] for n in names} >= {
        'running_mean',
        'running_var',
    }
    assert all(t.dtype.is_floating_point for t in tensors)
