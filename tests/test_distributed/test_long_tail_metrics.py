"""The metric of torchmetrics, in two processes, says what one says."""

import pytest
import torch

pytest.importorskip('torchmetrics', reason='an extra')

from tests.test_evaluation.test_long_tail_metrics import (  # noqa: E402
    AREAS,
    COUNTS,
    LongTailMetrics,
    areas_of,
    arrays,
    check_equal,
    metric_of_all,
    ours,
)

from .processes import in_processes, needs_gloo  # noqa: E402


def shares():
    """What Lightning does in each process of its DDP strategy."""
    rank = torch.distributed.get_rank()
    logits, labels = arrays()
    metric = metric_of_all()
    areas = LongTailMetrics(7, COUNTS, 'logits', AREAS)
    share = slice(0, 120) if rank == 0 else slice(120, None)
    metric.update(logits[share], labels[share])
    areas.update(logits[share], labels[share])
    found = metric.compute()  # of both
    number = metric.summary()['num_samples']
    # not synced for good: the next batch is added to its own sums
    metric.update(logits[share][:3], labels[share][:3])
    return found, number, metric.compute(), areas.compute()


@needs_gloo
def test_two_processes_give_the_numbers_of_one():
    logits, labels = arrays()
    more = [*range(203), 0, 1, 2, 120, 121, 122]
    for found, number, after, areas in in_processes(2, shares):
        check_equal(found, ours(logits, labels))
        assert number == 203
        assert areas == areas_of(logits, labels)
        check_equal(after, ours(logits[more], labels[more]))
