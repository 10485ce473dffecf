import pytest
import torch
from mmpretrain.models import SeesawLoss

from mmlt.functional import seesaw_loss
from mmlt.models import SyncSeesawLoss
from mmlt.structures import MixedLabels
from tests.golden_cases import LABELS, logits
from tests.test_distributed.processes import in_processes, needs_gloo


def build(classes=4, **settings):
    loss = SyncSeesawLoss(**settings)
    loss.set_class_counts([1] * classes)
    return loss


def test_batch_by_batch_it_is_that_of_mmpretrain():
    torch.manual_seed(0)
    ours, theirs = build(5), SeesawLoss(num_classes=5)
    for _ in range(4):
        z, labels = torch.randn(9, 5), torch.randint(5, (9,))
        torch.testing.assert_close(ours(z, labels), theirs(z, labels))
    assert ours.seen.tolist() == theirs.cum_samples.tolist()
    assert ours.seen.sum() == 36


def test_nothing_is_counted_in_evaluation():
    loss = build().eval()
    loss(logits(), LABELS)
    assert loss.seen.sum() == 0


@pytest.mark.parametrize('dtype', [torch.int32, torch.uint8])
def test_labels_of_any_integers_are_counted(dtype):
    loss = build()
    loss(logits(), LABELS.to(dtype))
    assert loss.seen.tolist() == [1, 1, 0, 1]


def test_mixed_images_count_once():
    loss = build()
    second = torch.tensor([1, 3, 0])
    mixed = MixedLabels(LABELS, second, torch.full((3,), 0.7))
    value = loss(logits(), mixed)
    assert loss.seen.tolist() == [1, 1, 0, 1]
    first, other = (
        seesaw_loss(logits(), labels, loss.seen).mean()
        for labels in (LABELS, second)
    )
    torch.testing.assert_close(value, 0.7 * first + 0.3 * other)


def test_the_counts_travel_in_a_checkpoint():
    loss, other = build(), SyncSeesawLoss()
    loss(logits(), LABELS)
    other.load_state_dict(loss.state_dict())
    assert torch.equal(other.seen, loss.seen)


def counted(rank_batches):
    """Counts and losses of this process's batches."""
    rank = torch.distributed.get_rank()
    loss = build()
    losses = [
        loss(z, labels, reduction_override='none')
        for z, labels in rank_batches[rank]
    ]
    return loss.seen, torch.stack(losses)


@needs_gloo
def test_two_processes_count_as_one():
    torch.manual_seed(1)
    z, labels = torch.randn(2, 6, 4).double(), torch.randint(4, (2, 6))
    halves = [
        [(z[i, part], labels[i, part]) for i in range(2)]
        for part in (slice(0, 3), slice(3, 6))
    ]
    results = in_processes(2, counted, halves)
    one = build()
    expected = torch.stack(
        [one(z[i], labels[i], reduction_override='none') for i in range(2)]
    )
    for seen, _ in results:
        assert torch.equal(seen, one.seen)
    found = torch.cat([losses for _, losses in results], dim=1)
    torch.testing.assert_close(found, expected, rtol=1e-12, atol=0)


def test_what_does_not_fit_is_refused():
    with pytest.raises(
        ValueError, match=r'4 classes that were counted, but got 3'
    ):
        build()(torch.randn(2, 3), torch.tensor([0, 1]))
    with pytest.raises(TypeError, match='one class per label'):
        build()(logits(), torch.full((3, 4), 0.25))
    for name, value in (('p', -1), ('q', -1), ('eps', 0)):
        with pytest.raises(ValueError, match=f'`{name}`'):
            SyncSeesawLoss(**{name: value})


def test_it_goes_on_counting_where_the_counts_are_told_again():
    """As the hook does in a resumed training."""
    loss = build()
    loss(logits(), LABELS)
    loss.set_class_counts([9, 9, 9, 2])
    assert loss.seen.tolist() == [1, 1, 0, 1]
    loss.set_class_counts([9, 9, 9])
    assert loss.seen.tolist() == [0, 0, 0]


def test_counts_are_needed():
    with pytest.raises(RuntimeError, match='never set'):
        SyncSeesawLoss()(logits(), LABELS)
