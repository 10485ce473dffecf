import math

import numpy as np
import pytest
import scipy.special
import scipy.stats
import torch
import torch.nn.functional as F

from mmlt.functional import distillation_loss, virtual_examples


def logits(n=4, c=5):
    return (
        torch.randn(n, c, dtype=torch.float64),
        torch.randn(n, c, dtype=torch.float64),
    )


def by_hand(student, teacher, temperature, power):
    """The formula, sample by sample and class by class."""
    losses = []
    for z, t in zip(student.tolist(), teacher.tolist(), strict=True):
        p = [math.exp(v / temperature) for v in z]
        p = [v / sum(p) for v in p]
        q = [math.exp(v / temperature) for v in t]
        q = [(v / sum(q)) ** power for v in q]
        q = [v / sum(q) for v in q]
        kl = sum(b * math.log(b / a) for a, b in zip(p, q, strict=True))
        losses.append(temperature**2 * kl)
    return torch.tensor(losses, dtype=torch.float64)


@pytest.mark.parametrize('temperature', [1.0, 2.0, 7.5])
@pytest.mark.parametrize('power', [0.0, 0.5, 1.0])
def test_loss_is_the_formula(temperature, power):
    student, teacher = logits()
    torch.testing.assert_close(
        distillation_loss(student, teacher, temperature, power),
        by_hand(student, teacher, temperature, power),
        rtol=1e-12,
        atol=1e-14,
    )


def test_power_half_at_temperature_two_is_a_temperature_of_four():
    _, teacher = logits()
    q = virtual_examples(teacher, temperature=2, power=0.5).exp()
    torch.testing.assert_close(q, (teacher / 4).softmax(1), rtol=1e-14, atol=0)


def test_power_one_is_the_distillation_of_hinton():
    student, teacher = logits()
    expected = 9 * F.kl_div(
        (student / 3).log_softmax(1),
        (teacher / 3).softmax(1),
        reduction='batchmean',
    )
    loss = distillation_loss(student, teacher, temperature=3).mean()
    torch.testing.assert_close(loss, expected, rtol=1e-13, atol=0)


def test_a_student_equal_to_its_teacher_loses_nothing_at_power_one():
    student, _ = logits()
    loss = distillation_loss(student, student, 2.0)
    assert loss.abs().max() < 1e-14


def test_a_smaller_power_gives_the_rare_class_a_larger_share():
    teacher = torch.tensor([[5.0, 1.0, -2.0]])
    shares = [virtual_examples(teacher, 2, p).exp()[0, 2] for p in (1, 0.5, 0)]
    assert shares[0] < shares[1] < shares[2]
    assert shares[2] == pytest.approx(1 / 3)


def test_no_gradient_flows_to_the_teacher():
    student, teacher = logits()
    student.requires_grad_()
    teacher.requires_grad_()
    distillation_loss(student, teacher).sum().backward()
    assert student.grad is not None
    assert teacher.grad is None


def test_gradient():
    student, teacher = logits()
    student.requires_grad_()
    assert torch.autograd.gradcheck(
        lambda z: distillation_loss(z, teacher, 2.0, 0.5), student
    )


@pytest.mark.parametrize('scale', [1e4, 1e30])
def test_far_logits_stay_finite(scale):
    student, teacher = (scale * z.float() for z in logits())
    student.requires_grad_()
    loss = distillation_loss(student, teacher, 2.0, 0.5)
    loss.sum().backward()
    assert loss.isfinite().all()
    assert student.grad.isfinite().all()


def test_dtype_is_kept_and_half_precision_computes_in_float32():
    student, teacher = logits()
    exact = distillation_loss(student, teacher)
    assert exact.dtype == torch.float64
    single = distillation_loss(student.float(), teacher.float())
    assert single.dtype == torch.float32
    half = distillation_loss(student.bfloat16(), teacher.bfloat16())
    assert half.dtype == torch.float32
    rounded = distillation_loss(
        student.bfloat16().double(), teacher.bfloat16().double()
    )
    torch.testing.assert_close(half.double(), rounded, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    ('kwargs', 'match'),
    [
        (dict(temperature=0), '`temperature` to be a finite number > 0'),
        (dict(temperature=float('nan')), '`temperature`'),
        (dict(power=-1), '`power` to be a finite number >= 0'),
    ],
)
def test_settings_out_of_range(kwargs, match):
    with pytest.raises(ValueError, match=match):
        distillation_loss(*logits(), **kwargs)


def test_other_classes_of_the_teacher_are_refused():
    student, _ = logits()
    with pytest.raises(ValueError, match='need the same classes'):
        distillation_loss(student, student[:, :4])


@pytest.mark.parametrize(('temperature', 'power'), [(2.0, 0.5), (3.0, 1.0)])
def test_loss_against_the_relative_entropy_of_scipy(temperature, power):
    student, teacher = logits()
    p = scipy.special.softmax(student.numpy() / temperature, axis=1)
    q = scipy.special.softmax(teacher.numpy() / temperature, axis=1)
    q = q**power  # scipy's entropy divides by the sum itself
    expected = temperature**2 * scipy.stats.entropy(q, p, axis=1)
    got = distillation_loss(student, teacher, temperature, power)
    np.testing.assert_allclose(got.numpy(), expected, rtol=1e-12)
