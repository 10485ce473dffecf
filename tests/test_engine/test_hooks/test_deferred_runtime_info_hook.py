from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from mmengine.config import Config
from mmengine.hooks import Hook
from mmengine.logging import HistoryBuffer
from mmengine.runner import Runner
from mmpretrain.registry import HOOKS

from mmlt.engine import DeferredRuntimeInfoHook
from mmlt.engine.hooks.deferred_runtime_info_hook import (
    KEPT,
    shorten,
    values_to_keep,
)

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


def logs(num_batches, *windows, val_batches=None):
    custom = [dict(data_src='loss', window_size=size) for size in windows]
    return SimpleNamespace(
        train_dataloader=range(num_batches),
        val_loop=val_batches
        and SimpleNamespace(dataloader=range(val_batches)),
        log_processor=SimpleNamespace(window_size=10, custom_cfg=custom),
    )


def test_keeps_what_the_log_can_ask_for():
    assert values_to_keep(logs(13)) == KEPT
    assert values_to_keep(logs(5000)) == 5000
    assert values_to_keep(logs(13, val_batches=4000)) == 4000
    assert values_to_keep(logs(13, 'epoch', 2000)) == 2000
    assert values_to_keep(logs(13, 5, 'global')) is None
    no_window = logs(13)
    no_window.log_processor.custom_cfg = [dict(data_src='loss')]
    assert values_to_keep(no_window) == KEPT


def test_a_history_does_not_grow_with_the_epochs():
    histories = {'train/loss': HistoryBuffer(range(90), [1] * 90)}
    shorten(histories, 50)
    history = histories['train/loss']
    assert history.data[0].tolist() == list(range(40, 90))
    for value in range(90, 200):
        history.update(value)
        shorten(histories, 50)
    assert histories['train/loss'] is history
    assert history.data[0].tolist() == list(range(150, 200))
    assert history.mean(10) == sum(range(190, 200)) / 10


def test_a_training_keeps_only_so_much(tmp_path, monkeypatch):
    module = 'mmlt.engine.hooks.deferred_runtime_info_hook'
    monkeypatch.setattr(f'{module}.KEPT', 15)
    losses, _ = trained(
        tmp_path, monkeypatch, 'short', type='DeferredRuntimeInfoHook'
    )
    assert len(losses) == 15
