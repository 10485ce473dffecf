import itertools
import math

import numpy as np
import pytest
import scipy.stats
import torch
import torch.nn.functional as F
from sklearn.metrics import log_loss

from mmlt.functional import (
    hard_classes,
    mutual_distillation,
    ncl_losses,
    restrict_logits,
)

COUNTS = [50, 20, 8, 3, 1]


def batch(k=3, n=4, c=5):
    logits = torch.randn(k, n, c, dtype=torch.float64)
    labels = torch.arange(n) % c
    return logits, labels, torch.tensor(COUNTS[:c]).double().log()


def softmax(values):
    top = max(values)
    e = [math.exp(v - top) for v in values]
    return [v / sum(e) for v in e]


def by_hand(logits, labels, log_counts, num_hard, excluded):
    """The four terms, image by image, from the definition."""
    logits, terms = logits.tolist(), []
    experts = range(len(logits))
    for i, label in enumerate(labels.tolist()):
        others = [c for c in range(len(COUNTS)) if c != label]
        others.sort(key=lambda c: -logits[0][i][c])
        hard = {label, *others[: num_hard - 1]}
        scores = [
            [z + a for z, a in zip(logits[k][i], log_counts, strict=True)]
            for k in experts
        ]
        if excluded == 'zero':
            hard_scores = [
                [z if c in hard else 0.0 for c, z in enumerate(row)]
                for row in scores
            ]
            hard_label = label
        else:
            order = sorted(hard)
            hard_scores = [[row[c] for c in order] for row in scores]
            hard_label = order.index(label)
        term = []
        for rows, y in ((scores, label), (hard_scores, hard_label)):
            term.append(sum(-math.log(softmax(row)[y]) for row in rows))
        for rows in (scores, hard_scores):
            p = [softmax(row) for row in rows]
            apart = 0.0
            for a, b in itertools.permutations(experts, 2):
                apart += sum(
                    v * math.log(v / u)
                    for u, v in zip(p[a], p[b], strict=True)
                )
            term.append(apart / max(len(p) - 1, 1))
        terms.append(term)
    return torch.tensor(terms, dtype=torch.float64).T


@pytest.mark.parametrize('excluded', ['zero', 'drop'])
@pytest.mark.parametrize('num_hard', [1, 3, 5])
@pytest.mark.parametrize('k', [1, 2, 3])
def test_terms_are_the_definition(k, num_hard, excluded):
    logits, labels, log_counts = batch(k)
    terms = ncl_losses(logits, labels, log_counts, num_hard, excluded)
    expected = by_hand(logits, labels, log_counts.tolist(), num_hard, excluded)
    torch.testing.assert_close(
        torch.stack(terms), expected, rtol=1e-12, atol=1e-14
    )


def test_hard_classes_are_the_label_and_the_largest_logits():
    logits = torch.tensor([[0.1, 3.0, 2.0, -1.0], [5.0, 4.0, 3.0, 9.0]])
    labels = torch.tensor([3, 0])
    assert hard_classes(logits, labels, 3).tolist() == [[3, 1, 2], [0, 3, 1]]
    assert hard_classes(logits, labels, 1).tolist() == [[3], [0]]


@pytest.mark.parametrize('excluded', ['zero', 'drop'])
def test_all_classes_hard_is_the_loss_over_all(excluded):
    ce, hard, apart, hard_apart = ncl_losses(*batch(), 5, excluded)
    torch.testing.assert_close(hard, ce)
    torch.testing.assert_close(hard_apart, apart)


def test_identical_experts_have_nothing_to_learn_from_each_other():
    logits, labels, log_counts = batch(1)
    same = logits.expand(3, -1, -1)
    one = ncl_losses(logits, labels, log_counts, 3)
    three = ncl_losses(same, labels, log_counts, 3)
    for term in three[2:]:
        assert not term.any()
    for a, b in zip(one[:2], three[:2], strict=True):
        torch.testing.assert_close(b, 3 * a)


def test_one_expert_is_balanced_softmax():
    logits, labels, log_counts = batch(1)
    ce, _, apart, hard_apart = ncl_losses(logits, labels, log_counts, 5)
    expected = F.cross_entropy(
        logits[0] + log_counts, labels, reduction='none'
    )
    torch.testing.assert_close(ce, expected)
    assert not apart.any()
    assert not hard_apart.any()


def test_distillation_is_symmetric_in_the_experts():
    logits, _, _ = batch()
    torch.testing.assert_close(
        mutual_distillation(logits), mutual_distillation(logits.flip(0))
    )


def test_convention_zero_keeps_a_constant_of_the_counts_and_drop_does_not():
    logits, labels, log_counts = batch()
    for excluded, same in (('zero', False), ('drop', True)):
        a = ncl_losses(logits, labels, log_counts, 3, excluded)[1]
        b = ncl_losses(logits, labels, log_counts + 2, 3, excluded)[1]
        assert torch.allclose(a, b) == same


@pytest.mark.parametrize('excluded', ['zero', 'drop'])
def test_gradient_flows_to_every_expert(excluded):
    logits, labels, log_counts = batch(n=2)
    logits.requires_grad_()
    assert torch.autograd.gradcheck(
        lambda z: ncl_losses(z, labels, log_counts, 3, excluded), logits
    )


@pytest.mark.parametrize('excluded', ['zero', 'drop'])
def test_far_logits_stay_finite(excluded):
    logits, labels, log_counts = batch()
    logits = (1e5 * logits.float()).requires_grad_()
    total = sum(
        t.sum() for t in ncl_losses(logits, labels, log_counts, 3, excluded)
    )
    total.backward()
    assert total.isfinite()
    assert logits.grad.isfinite().all()


def test_half_precision_is_computed_in_float32():
    logits, labels, log_counts = batch()
    half = ncl_losses(logits.half(), labels, log_counts, 3)
    exact = ncl_losses(logits.half().double(), labels, log_counts, 3)
    for a, b in zip(half, exact, strict=True):
        assert a.dtype == torch.float32
        torch.testing.assert_close(a.double(), b, rtol=1e-5, atol=1e-6)


def test_settings_out_of_range():
    logits, labels, _ = batch()
    for num_hard in (0, 6):
        with pytest.raises(
            ValueError, match=r'`num_hard` to be an integer from 1 to 5'
        ):
            hard_classes(logits[0], labels, num_hard)
    with pytest.raises(ValueError, match='`excluded` to be one of'):
        restrict_logits(logits, labels[:, None], 'inf')


def test_the_terms_are_those_of_the_published_code():
    """Means over the batch of NIL_NBOD, one factor 1 and the others 0.

    Executed on CPU in float64, with three hard classes:
    https://github.com/Bazinga699/NCL/blob/f64fddb3587b7439f3a8b731448a4ab3d3defe26/lib/loss/loss.py#L78-L106
    """
    counts = [5000, 2997, 1796, 1077, 645, 387, 232, 139, 83, 50]
    steps = torch.arange(40, dtype=torch.float64)
    logits = torch.stack(
        [2 * torch.sin(k * steps).reshape(4, 10) for k in (1, 2, 3)]
    )
    labels = torch.tensor([0, 3, 7, 9])
    log_counts = torch.tensor(counts, dtype=torch.float64).log()
    terms = ncl_losses(logits, labels, log_counts, num_hard=3)
    got = [term.mean().item() for term in terms]
    expected = [10.868253714811878, 8.407592310014468]
    assert got[:2] == pytest.approx(expected, rel=1e-12)
    # log(p + 1e-9) there, log(p) here
    expected = [3.5711994454387783, 2.1074579185008697]
    assert got[2:] == pytest.approx(expected, rel=1e-7)


def test_distances_against_scipy():
    """KL(p_j || p_i) over ordered pairs, by scipy's relative entropy."""
    logits, _, _ = batch()
    p = scipy.special.softmax(logits.numpy(), axis=2)
    expected = sum(
        scipy.stats.entropy(p[j], p[i], axis=1)
        for i, j in itertools.permutations(range(3), 2)
    )
    np.testing.assert_allclose(
        mutual_distillation(logits).numpy(), expected / 2, rtol=1e-12
    )


@pytest.mark.parametrize('excluded', ['zero', 'drop'])
def test_cross_entropies_against_sklearn(excluded):
    logits, labels, log_counts = batch(k=2)
    terms = ncl_losses(logits, labels, log_counts, 3, excluded)
    scores = logits.numpy() + log_counts.numpy()
    hard = scores.copy()
    for i, label in enumerate(labels.tolist()):
        order = np.argsort(-logits[0, i].numpy())
        others = [c for c in order if c != label]
        left_out = 0 if excluded == 'zero' else -np.inf
        hard[:, i, others[2:]] = left_out
    for term, values in ((terms[0], scores), (terms[1], hard)):
        expected = sum(
            log_loss(
                labels.numpy(),
                scipy.special.softmax(z, axis=1),
                labels=range(5),
                normalize=False,
            )
            for z in values
        )
        assert term.sum().item() == pytest.approx(expected, rel=1e-12)
