import pytest
import torch
import torch.nn.functional as F

from mmlt.functional import (
    NoMinimumError,
    balanced_weights,
    refuse_lone_classes,
    refuse_no_temperature,
    refuse_separated,
)


def refused(check, *args):
    try:
        check(*args)
    except NoMinimumError:
        return True
    return False


def least_at_an_end(logits, labels, weights):
    """Whether the likelihood over 200 temperatures is best at an end."""
    beta = torch.logspace(-9, 9, 200, dtype=torch.float64)
    nll = torch.stack(
        [
            weights @ F.cross_entropy(b * logits, labels, reduction='none')
            for b in beta
        ]
    )
    return nll[0] <= nll.min() or nll[-1] <= nll.min()


@pytest.mark.parametrize('balanced', [False, True])
def test_a_temperature_is_refused_where_none_is_best(balanced):
    """As a search over 18 decades finds, for 400 sets of a few samples."""
    seen = set()
    for seed in range(400):
        generator = torch.Generator().manual_seed(seed)
        size = 1 + seed % 7
        logits = torch.randn(size, 3, generator=generator).double()
        labels = torch.randint(0, 3, (size,), generator=generator)
        weights = torch.full((size,), 1 / size).double()
        if balanced:
            weights = balanced_weights(labels, 3)
        got = refused(refuse_no_temperature, logits, labels, weights)
        assert got == least_at_an_end(logits, labels, weights), seed
        seen.add(got)
    assert seen == {False, True}


def test_both_ends_have_a_sentence_of_their_own():
    logits, labels = torch.eye(3), torch.arange(3)
    with pytest.raises(NoMinimumError, match='all 3 can be right.*falls to 0'):
        refuse_no_temperature(logits, labels)
    with pytest.raises(NoMinimumError, match='temperature rises'):
        refuse_no_temperature(logits, labels.roll(1))


def test_a_tie_is_no_wrong_prediction():
    # the likelihood falls to 1/2 for the tied one, and never rises
    logits = torch.tensor([[1.0, 1.0, 0.0], [0.0, 2.0, 0.0]])
    assert refused(refuse_separated, logits, torch.tensor([0, 1]))
    assert refused(refuse_separated, logits, torch.tensor([1, 1]))
    assert not refused(refuse_separated, logits, torch.tensor([2, 1]))


def test_a_class_that_is_masked_out_is_not_in_the_way():
    logits = torch.tensor([[2.0, 0.0], [1.0, 0.5], [0.0, 1.0]])
    masked = F.pad(logits, (0, 1), value=-torch.inf)
    refuse_no_temperature(masked, torch.tensor([0, 1, 1]))
    assert refused(refuse_no_temperature, masked, torch.tensor([0, 0, 1]))


def test_a_class_that_nothing_holds_is_named():
    logits = torch.tensor([[2.0, 0, 0], [0, 1, 1], [3, 0, 0], [0, 1, 9]])
    labels = torch.tensor([0, 1, 1, 2])
    with pytest.raises(NoMinimumError, match=r'class 2 is told.*\(1 such'):
        refuse_lone_classes(logits, labels)
    with pytest.raises(NoMinimumError, match=r'class 2 has none.*\(2 such'):
        refuse_lone_classes(F.pad(logits, (0, 1)), labels % 2)
