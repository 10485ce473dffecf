import math

import pytest
import torch
import torch.nn.functional as F

from mmlt.functional import (
    background_log_prior,
    objectness_log_probs,
    objectness_losses,
)

C = 4


def boxes(dtype=torch.float64):
    generator = torch.Generator().manual_seed(2)
    logits = 4 * torch.randn(9, C + 2, dtype=dtype, generator=generator)
    return logits, torch.tensor([0, 4, 3, 4, 1, 2, 4, 4, 0])


def test_probabilities_are_products():
    logits, _ = boxes()
    probs = objectness_log_probs(logits).exp()
    classes, objectness = logits[:, :C].softmax(1), logits[:, C:].softmax(1)
    torch.testing.assert_close(probs[:, :C], classes * objectness[:, :1])
    torch.testing.assert_close(probs[:, C], objectness[:, 1])
    torch.testing.assert_close(probs.sum(1), torch.ones(9).double())


def test_the_parts_are_cross_entropies_and_sum_to_that_of_the_label():
    logits, labels = boxes()
    classes, objectness = objectness_losses(logits, labels)
    objects = labels < C
    torch.testing.assert_close(
        classes[objects],
        F.cross_entropy(
            logits[objects, :C], labels[objects], reduction='none'
        ),
    )
    assert not classes[~objects].any()
    whole = F.nll_loss(objectness_log_probs(logits), labels, reduction='none')
    torch.testing.assert_close(classes + objectness, whole)


def test_background_gives_no_gradient_to_the_classes():
    logits, _ = boxes()
    logits.requires_grad_()
    sum(objectness_losses(logits, torch.full((9,), C))).sum().backward()
    assert not logits.grad[:, :C].any()
    assert logits.grad[:, C:].all()


def test_losses_have_the_gradient_of_finite_differences():
    logits, labels = boxes()
    assert torch.autograd.gradcheck(
        lambda z: objectness_losses(z, labels), logits.requires_grad_()
    )


@pytest.mark.parametrize('dtype', [torch.float16, torch.bfloat16])
def test_half_precision_is_widened(dtype):
    logits, labels = boxes(dtype)
    assert objectness_log_probs(logits).dtype == torch.float32
    exact = objectness_losses(logits.float(), labels)
    for got, expected in zip(
        objectness_losses(logits, labels), exact, strict=True
    ):
        assert torch.equal(got, expected)


def test_logits_of_a_million_are_finite():
    logits = torch.tensor([[1e6, 0.0, -1e6, 1e6]])
    assert objectness_log_probs(logits).isfinite().all()
    for label in range(3):
        for loss in objectness_losses(logits, torch.tensor([label])):
            assert loss.isfinite().all()


def test_a_prior_with_background_sums_to_one_and_keeps_ratios():
    counts = torch.tensor([50552.0, 100.0, 1.0], dtype=torch.float64)
    prior = background_log_prior(counts.log(), 0.75)
    assert prior.exp().sum().item() == pytest.approx(1)
    assert prior[3].item() == pytest.approx(math.log(0.75))
    torch.testing.assert_close(
        prior[0] - prior[2], counts[0].log() - counts[2].log()
    )
    # only ratios count
    again = background_log_prior(counts.log() + 3, 0.75)
    torch.testing.assert_close(again, prior)


@pytest.mark.parametrize('share', [0, 1, -0.1, float('nan')])
def test_a_share_is_between_zero_and_one(share):
    with pytest.raises(ValueError, match='`share` to be a number in'):
        background_log_prior(torch.zeros(3), share)


def test_shapes_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match='got 2 columns'):
        objectness_log_probs(torch.zeros(3, 2))
    with pytest.raises(ValueError, match='`labels` of the shape'):
        objectness_losses(torch.zeros(3, 5), torch.zeros(2).long())
