"""Two real processes, joined by gloo, against one."""

import torch
import torch.multiprocessing as mp

from mmlt.evaluation import LongTailMetric

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
