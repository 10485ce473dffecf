"""A training on shapes: the counts, the checkpoint, the test, a resume."""

import pytest
import torch

pytest.importorskip('mmseg')
from mmengine.config import Config

from mmlt.runs.preflight import complete_config
from mmlt.runs.runner import build_runner

from .conftest import training


def run(cfg):
    runner = build_runner(complete_config(Config(cfg)))
    runner.train()
    return runner


def weights(path):
    return torch.load(path, weights_only=False)['state_dict']


def test_a_training_is_tested_and_goes_on(shapes, tmp_path):
    whole = run(training(shapes, tmp_path / 'whole'))
    layer = whole.model.decode_head.conv_seg
    assert layer.class_counts[3] < layer.class_counts[0]
    assert (tmp_path / 'whole/pixel_counts.json').is_file()
    kappa = weights(tmp_path / 'whole/iter_4.pth')[
        'decode_head.conv_seg.kappa_raw'
    ]
    assert not torch.equal(kappa, torch.full((4,), kappa[0].item()))

    # tested alone: the counts are those of the checkpoint
    cfg = training(shapes, tmp_path / 'test')
    cfg.update(
        load_from=str(tmp_path / 'whole/iter_4.pth'),
        train_dataloader=None,
        train_cfg=None,
        optim_wrapper=None,
    )
    metrics = build_runner(complete_config(Config(cfg))).test()
    for name in ('mIoU', 'mAcc', 'aAcc'):
        assert metrics[f'pixel/{name}'] == pytest.approx(
            metrics[name], abs=0.0051
        )
    assert {'pixel/IoU_tail', 'pixel/train/ECE_tail'} <= metrics.keys()

    # weights of other data: the pixels of this set count
    other = torch.load(tmp_path / 'whole/iter_4.pth', weights_only=False)
    counts = other['meta']['class_counts']
    other['meta']['class_counts'] = [1, 2, 3, 4]
    torch.save(other, tmp_path / 'other.pth')
    cfg = training(shapes, tmp_path / 'tuned', iterations=1)
    cfg.update(load_from=str(tmp_path / 'other.pth'))
    tuned = run(cfg).model.decode_head.conv_seg
    assert tuned.class_counts.tolist() == counts

    # the same from a checkpoint in the middle, to the last bit
    cfg = training(shapes, tmp_path / 'resumed')
    cfg.update(resume=True, load_from=str(tmp_path / 'whole/iter_2.pth'))
    run(cfg)
    again = weights(tmp_path / 'resumed/iter_4.pth')
    for name, value in weights(tmp_path / 'whole/iter_4.pth').items():
        assert torch.equal(value, again[name]), name


def test_a_layer_that_is_not_used_is_said(shapes, tmp_path):
    from mmseg.models import FCNHead
    from mmseg.registry import MODELS

    @MODELS.register_module(name='OtherEnd', force=True)
    class OtherEnd(FCNHead):
        """Ends in a convolution of its own, as OCR's first head."""

        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.end = torch.nn.Conv2d(self.channels, self.num_classes, 1)

        def cls_seg(self, feat):
            return self.end(feat)

    cfg = training(shapes, tmp_path)
    cfg['model']['decode_head']['head_type'] = 'OtherEnd'
    with pytest.raises(RuntimeError, match='decode_head.conv_seg to be tr'):
        run(cfg)


def test_the_copy_of_a_moving_average_knows_the_counts(shapes, tmp_path):
    """EMAHook copies the model before the training begins."""
    cfg = training(shapes, tmp_path, iterations=2)
    cfg['custom_hooks'] = [*cfg['custom_hooks'], dict(type='EMAHook')]
    runner = run(cfg)
    (hook,) = [h for h in runner.hooks if hasattr(h, 'ema_model')]
    own = runner.model.decode_head.conv_seg.class_counts
    copied = hook.ema_model.module.decode_head.conv_seg.class_counts
    assert torch.equal(own, copied)
    assert own.sum() > 0
