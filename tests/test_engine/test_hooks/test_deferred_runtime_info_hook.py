from pathlib import Path

import pytest
import torch
from mmengine.config import Config
from mmengine.hooks import Hook
from mmengine.runner import Runner
from mmpretrain.registry import HOOKS

from mmlt.engine import DeferredRuntimeInfoHook

ROOT = Path(__file__).parents[3]


@HOOKS.register_module()
class CountReadings(Hook):
    """How often a value was read from a tensor between two iterations."""

    priority = 'LOWEST'

    def __init__(self):
        self.total = 0
        self.per_iteration = []

    def after_train_iter(self, runner, batch_idx, **kwargs):
        self.per_iteration.append(self.total)
        self.total = 0


def trained(tmp_path, monkeypatch, name, by_epoch=True, **hook):
    cfg = Config.fromfile(ROOT / 'configs/ce/resnet20_digitslt.py')
    cfg.work_dir = str(tmp_path / name)
    cfg.experiment_name = f'{tmp_path.name}-{name}'
    cfg.train_cfg = (
        dict(by_epoch=True, max_epochs=2, val_interval=1)
        if by_epoch
        else dict(by_epoch=False, max_iters=20, val_interval=15)
    )
    cfg.param_scheduler = []
    cfg.log_level = 'WARNING'
    cfg.default_hooks.logger.interval = 10
    cfg.default_hooks.checkpoint = None
    cfg.default_hooks.runtime_info = hook or dict(type='RuntimeInfoHook')
    cfg.custom_hooks.append(dict(type='CountReadings'))
    runner = Runner.from_cfg(cfg)
    count = next(h for h in runner.hooks if isinstance(h, CountReadings))
    original = torch.Tensor.item

    def item(self):
        count.total += 1
        return original(self)

    with monkeypatch.context() as patch:
        patch.setattr(torch.Tensor, 'item', item)
        runner.train()
    losses = runner.message_hub.get_scalar('train/loss').data[0]
    return losses.tolist(), count.per_iteration


@pytest.mark.parametrize('by_epoch', [True, False])
def test_the_log_holds_the_numbers_of_the_parents_hook(
    tmp_path, monkeypatch, by_epoch
):
    settings = (tmp_path, monkeypatch)
    parent, reads = trained(*settings, 'parent', by_epoch)
    ours, none = trained(
        *settings, 'ours', by_epoch, type='DeferredRuntimeInfoHook', interval=5
    )
    assert len(parent) == (26 if by_epoch else 20)
    assert ours == parent
    # the parent reads the loss (twice, by both its names) in every step
    assert min(reads) >= 1
    # a new pass over the data (0, 13) and an evaluation read of their own
    others = {0, 13} if by_epoch else {0, 13, 15}
    assert not any(n for i, n in enumerate(none) if i not in others)


def test_refuses_no_interval():
    with pytest.raises(ValueError, match='interval'):
        DeferredRuntimeInfoHook(0)
