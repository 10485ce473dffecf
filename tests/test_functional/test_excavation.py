"""The losses of SHIKE against the published code.

``mix_outputs`` of jinyan-06/SHIKE at commit 2b04b62, cifarTrain.py lines 166
to 223, executed in float32 on CPU with the inputs of
``tests/golden_cases.py``.
"""

import pytest
import scipy.special
import torch
import torch.nn.functional as F

from mmlt.functional import (
    balanced_softmax_loss,
    hardest_negative_teacher,
    mutual_distillation,
    negative_suppression,
)
from tests.golden_cases import COUNTS, LABELS, experts


def test_first_stage_is_that_of_the_published_code():
    z = experts()
    found = sum(F.cross_entropy(scores, LABELS) for scores in z)
    found += 10 * negative_suppression(z, LABELS).mean() / 4
    found += 2 * mutual_distillation(z).mean() / 4
    assert found.item() == pytest.approx(43.3948288, rel=1e-5)


def test_second_stage_is_that_of_the_published_code():
    found = sum(
        balanced_softmax_loss(z, LABELS, COUNTS).mean() for z in experts()
    )
    assert found.item() == pytest.approx(5.0999694, rel=1e-5)


def test_teacher_by_hand():
    """Of image 0 the hardest wrong class is 1; the others' largest count."""
    found = hardest_negative_teacher(experts(), LABELS)[0].tolist()
    mean = [(0.5 + 0.2 - 0.2) / 3, (-1 + 0 + 0.9) / 3, (0.3 - 0.4 + 0.1) / 3]
    assert max(mean) == mean[0]
    assert found == pytest.approx([0, mean[0], 0.9, 0.3], rel=1e-12)


def test_suppression_is_the_divergence_of_scipy():
    z = experts()
    q = scipy.special.softmax(
        hardest_negative_teacher(z, LABELS).numpy(), axis=1
    )
    expected = 0
    for scores in z:
        masked = scores.clone()
        masked[range(3), LABELS] = -30
        r = scipy.special.softmax(masked.numpy(), axis=1)
        expected = expected + scipy.special.rel_entr(q, r).sum(1)
    found = negative_suppression(z, LABELS)
    assert found.tolist() == pytest.approx(expected.tolist(), rel=1e-12)


def test_the_label_is_not_looked_at():
    """Its logit in the teacher is 0, in the experts -30, whatever it was."""
    z = experts()
    moved = z.clone()
    moved[:, range(3), LABELS] += 5
    assert torch.equal(
        negative_suppression(moved, LABELS), negative_suppression(z, LABELS)
    )


def test_two_classes_have_one_wrong_one():
    z = experts()[:, :, :2]
    labels = torch.tensor([0, 1, 0])
    teacher = hardest_negative_teacher(z, labels)
    rows = torch.arange(3)
    assert torch.equal(teacher[rows, labels], torch.zeros(3).double())
    assert torch.equal(teacher[rows, 1 - labels], z.mean(0)[rows, 1 - labels])


def test_gradients():
    z = experts().requires_grad_()
    assert torch.autograd.gradcheck(
        lambda z: negative_suppression(z, LABELS), z
    )


def test_large_logits_and_half_precision():
    z = (1e4 * experts().float()).requires_grad_()
    value = negative_suppression(z, LABELS)
    value.sum().backward()
    assert value.isfinite().all()
    assert z.grad.isfinite().all()
    half = negative_suppression(experts().bfloat16(), LABELS)
    assert half.dtype == torch.float32
