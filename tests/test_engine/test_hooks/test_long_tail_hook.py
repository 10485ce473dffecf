import copy
from pathlib import Path

import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.hooks import Hook
from mmengine.runner import Runner
from torch import nn

from mmlt.engine import LongTailHook
from mmlt.engine.hooks.long_tail_hook import check_num_classes
from mmlt.models import FCCNeck

ROOT = Path(__file__).parents[3]
CONFIG = ROOT / 'configs/fcc/resnet20_digitslt.py'
COUNTS = [130, 93, 66, 47, 34, 24, 17, 12, 9, 6]


@pytest.fixture
def cfg(tmp_path):
    """The digits recipe, two epochs, no log on the screen."""
    cfg = Config.fromfile(CONFIG)
    cfg.work_dir = str(tmp_path / 'run')
    cfg.experiment_name = tmp_path.name
    cfg.train_cfg.max_epochs = 2
    cfg.train_cfg.val_interval = 1
    cfg.param_scheduler = []
    cfg.log_level = 'WARNING'
    return cfg


class Recorder(nn.Module):
    """Writes down what the hook says."""

    def __init__(self):
        super().__init__()
        self.said = []

    def set_class_counts(self, counts):
        # as a loss that a user writes: .float() needs a tensor
        assert counts.float().shape == (len(counts),)
        assert counts.dtype == torch.int64
        self.said.append(counts.tolist())
        counts.zero_()  # its own: no other part sees that

    def set_progress(self, epoch, max_epochs):
        self.said.append((epoch, max_epochs))


def trained(cfg):
    runner = Runner.from_cfg(copy.deepcopy(cfg))
    assert any(isinstance(hook, LongTailHook) for hook in runner.hooks)
    runner.model.recorder = Recorder()
    runner.train()
    return runner


def test_counts_come_first_and_progress_before_every_epoch(cfg):
    said = trained(cfg).model.recorder.said
    # the counts again before each evaluation, for metrics built late
    assert said[0] == COUNTS
    progress = [x for x in said if isinstance(x, tuple)]
    assert progress == [(0, 2), (0, 2), (1, 2)]


def test_an_iteration_based_loop_counts_passes_over_the_data(cfg):
    cfg.train_cfg = dict(by_epoch=False, max_iters=30, val_interval=30)
    cfg.default_hooks.checkpoint.by_epoch = False
    progress = [
        x for x in trained(cfg).model.recorder.said if isinstance(x, tuple)
    ]
    # 13 batches a pass, 30 iterations: three passes, the last incomplete
    assert sorted(set(progress)) == [(0, 3), (1, 3), (2, 3)]


def test_parts_and_metrics_know_the_counts(cfg):
    runner = trained(cfg)
    neck = next(m for m in runner.model.modules() if isinstance(m, FCCNeck))
    assert neck.class_counts.tolist() == COUNTS
    assert neck.class_counts.dtype == torch.int64
    shots = runner.val_evaluator.metrics[1]
    assert shots.class_counts.tolist() == COUNTS


def test_counts_travel_in_the_checkpoint_to_a_test_without_training_set(cfg):
    trained(cfg)
    checkpoint = torch.load(
        f'{cfg.work_dir}/epoch_2.pth', map_location='cpu', weights_only=False
    )
    assert checkpoint['meta']['class_counts'] == COUNTS
    assert checkpoint['state_dict']['neck.1.class_counts'].tolist() == COUNTS

    test_only = copy.deepcopy(cfg)
    for key in ('train_dataloader', 'train_cfg', 'optim_wrapper'):
        test_only[key] = None
    test_only.param_scheduler = None
    test_only.val_dataloader = test_only.val_cfg = None
    test_only.val_evaluator = None
    test_only.load_from = f'{cfg.work_dir}/epoch_2.pth'
    test_only.experiment_name += '-test'
    metrics = Runner.from_cfg(test_only).test()
    assert np.isfinite(metrics['shot/few'])


def test_a_dataset_that_does_not_know_its_counts_is_counted(cfg, monkeypatch):
    from mmlt.datasets import DigitsLT

    original = DigitsLT.metainfo.fget

    def forgetful(self):
        meta = original(self)
        meta.pop('class_counts', None)
        return meta

    monkeypatch.setattr(DigitsLT, 'metainfo', property(forgetful))
    assert trained(cfg).model.recorder.said[0] == COUNTS


def test_a_config_with_the_wrong_number_of_classes_is_refused(cfg):
    cfg.model.head.num_classes = 12
    runner = Runner.from_cfg(cfg)
    with pytest.raises(ValueError, match='num_classes to be 10.* got 12'):
        runner.train()


def test_a_model_without_a_head_is_not_checked():
    check_num_classes(nn.Linear(2, 2), np.ones(3), None)


def test_fcc_says_when_it_switches_on(cfg, monkeypatch):
    lines = []
    monkeypatch.setattr(
        'mmlt.models.necks.fcc_neck.print_log',
        lambda text, **kwargs: lines.append(text),
    )
    cfg.model.neck[1].begin = 1
    trained(cfg)
    (on,) = [line for line in lines if line.startswith('FCC on')]
    assert on.startswith('FCC on from epoch 2 of 2 (begin=1)')


@pytest.mark.parametrize('resumed', [False, True])
def test_a_share_of_the_schedule_trains_as_its_epoch(cfg, resumed):
    """Also where the training was cut off and goes on."""
    cfg.train_cfg.max_epochs = 3
    weights = {}
    for begin in (2, 0.67):  # floor of 2.01
        run = copy.deepcopy(cfg)
        run.model.neck[1].begin = begin
        run.work_dir += str(begin)
        run.experiment_name += str(begin)
        if resumed and begin == 0.67:
            cut = Runner.from_cfg(copy.deepcopy(run))
            cut.register_hook(CutOff(), priority='LOWEST')
            with pytest.raises(KeyboardInterrupt):
                cut.train()
            run.resume = True
            run.experiment_name += '-on'
        runner = trained(run)
        assert runner.model.neck[1].active
        weights[begin] = {
            name: value for name, value in runner.model.state_dict().items()
        }
    for name, value in weights[2].items():
        assert torch.equal(value, weights[0.67][name]), name


class CutOff(Hook):
    """Ends a training when its second epoch is saved."""

    def after_train_epoch(self, runner):
        if runner.epoch == 1:
            raise KeyboardInterrupt


def test_metrics_that_ask_get_the_head(cfg):
    cfg.val_evaluator.metrics.append(dict(type='ClassOverlap'))
    cfg.test_evaluator.metrics.append(dict(type='ClassOverlap'))
    runner = trained(cfg)
    assert runner.val_evaluator.metrics[-1].head is runner.model.head
    assert np.isfinite(runner.test()['overlap/mean'])
    assert runner.test_evaluator.metrics[-1].head is runner.model.head
