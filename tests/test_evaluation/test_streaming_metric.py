"""Sums of batches; two real processes, joined by gloo, against one."""

import pytest
import torch
import torch.multiprocessing as mp
from mmpretrain.models import LinearClsHead

from mmlt.evaluation import (
    CalibrationError,
    LongTailMetric,
    MacroAccuracy,
    MisclassifiedArea,
    ShotAccuracy,
)

COUNTS = [200, 101, 100, 20, 5]


def predictions(size=103):
    generator = torch.Generator().manual_seed(0)
    scores = torch.randn(size, 5, generator=generator).mul(2).softmax(1)
    return scores, torch.randint(0, 5, (size,), generator=generator)


def feed(metric, rows):
    scores, labels = predictions()
    for part in rows.split(10):
        batch = dict(pred_score=scores[part], gt_label=labels[part])
        metric.process(None, [batch])
    return metric


def one_of_two(rank, store, out):
    torch.distributed.init_process_group(
        'gloo', init_method=f'file://{store}', rank=rank, world_size=2
    )
    # 103 samples in rounds of two: the first one comes again
    rows = (torch.arange(104) % 103)[rank::2]
    metric = feed(LongTailMetric(class_counts=COUNTS), rows)
    torch.save(metric.evaluate(103), f'{out}{rank}')
    torch.distributed.destroy_process_group()


def test_two_processes_give_the_bits_of_one(tmp_path):
    mp.spawn(one_of_two, (tmp_path / 'store', tmp_path / 'out'), nprocs=2)
    one = feed(LongTailMetric(class_counts=COUNTS), torch.arange(103))
    expected = one.evaluate(103)
    for rank in range(2):
        got = torch.load(tmp_path / f'out{rank}', weights_only=False)
        assert got == expected


def area():
    metric = MisclassifiedArea(gamma=1.0, class_counts=COUNTS)
    torch.manual_seed(0)
    head = LinearClsHead(num_classes=5, in_channels=8)
    torch.nn.init.normal_(head.fc.bias)
    metric.set_head(head)
    return metric


MAKE = {
    'all': lambda: LongTailMetric(class_counts=COUNTS),
    'shots': lambda: ShotAccuracy(class_counts=COUNTS),
    'macro': MacroAccuracy,
    'calibration': CalibrationError,
    'area': area,
}


@pytest.mark.parametrize('make', MAKE.values(), ids=MAKE)
def test_the_sample_that_a_sampler_repeats_leaves_no_trace(make):
    expected = feed(make(), torch.arange(103)).evaluate(103)
    rows = torch.arange(104) % 103  # the first one comes again
    assert feed(make(), rows).evaluate(103) == expected
    assert feed(make(), rows).evaluate(104) != expected


@pytest.mark.parametrize('make', MAKE.values(), ids=MAKE)
def test_more_than_a_sampler_repeats_is_refused(make):
    with pytest.raises(ValueError, match='of 50 samples.*made 103'):
        feed(make(), torch.arange(103)).evaluate(50)


@pytest.mark.parametrize('make', MAKE.values(), ids=MAKE)
def test_a_second_evaluation_starts_anew_and_an_empty_one_says_so(make):
    metric = feed(make(), torch.arange(103))
    first = metric.evaluate(103)
    assert metric.evaluate(0) == {}
    assert feed(metric, torch.arange(103)).evaluate(103) == first
