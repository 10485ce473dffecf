"""The average of the weights is one network in all processes."""

from unittest import mock

import torch
from mmengine.hooks import EMAHook
from mmengine.runner import Runner

from .processes import in_processes, needs_gloo
from .trainings import LAYOUT, short_config


def averaged(work_dir):
    """What is evaluated after the last epoch, and the average itself."""
    cfg = short_config('ce/resnet20_digitslt.py+ema', work_dir, 2)
    with mock.patch(LAYOUT, lambda text, **_: (text, True)):
        runner = Runner.from_cfg(cfg)
    (hook,) = (h for h in runner.hooks if isinstance(h, EMAHook))
    evaluated = {}
    with mock.patch.object(
        type(hook),
        'after_val_epoch',
        lambda self, runner, *args, **_: evaluated.update(
            {k: v.clone() for k, v in runner.model.state_dict().items()}
        ),
    ):
        runner.train()
    copy = hook.ema_model.module.state_dict()
    return evaluated, {k: v.clone() for k, v in copy.items()}


@needs_gloo
def test_all_processes_evaluate_and_save_one_average(tmp_path):
    first, second = in_processes(2, averaged, str(tmp_path))
    for ours, theirs in zip(first, second, strict=True):
        assert len(ours) > 100
        assert any(name.endswith('running_mean') for name in ours)
        for name, value in ours.items():
            assert torch.equal(value, theirs[name]), name
