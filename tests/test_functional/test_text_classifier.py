"""Weights of a classifier from texts, by hand and by what they are for."""

import numpy as np
import pytest
import torch

from mmlt.functional import text_classifier_weights


def case(dtype=torch.float64, texts=3):
    generator = torch.Generator().manual_seed(0)
    shapes = (4, texts, 5), (7, 5)
    return [
        torch.randn(s, generator=generator, dtype=torch.float64).to(dtype)
        for s in shapes
    ]


def test_by_hand():
    texts, projection = (x.numpy() for x in case())
    texts = texts / np.linalg.norm(texts, axis=2, keepdims=True)
    mean = texts.mean(1)
    mean /= np.linalg.norm(mean, axis=1, keepdims=True)
    expected = mean @ projection.T
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    found = text_classifier_weights(*case())
    np.testing.assert_allclose(found.numpy(), expected, rtol=1e-12)


def test_scores_are_those_after_the_projection_up_to_the_length():
    """f . (P t) = (P^T f) . t, so each class has the score of its text."""
    texts, projection = case(texts=1)
    features = torch.randn(6, 7, dtype=torch.float64)
    unit = torch.nn.functional.normalize(texts[:, 0], dim=1)
    expected = (features @ projection) @ unit.T
    weights = text_classifier_weights(texts, projection)
    lengths = (unit @ projection.T).norm(dim=1)
    torch.testing.assert_close(features @ weights.T * lengths, expected)


def test_equal_texts_are_one_text():
    texts, projection = case(texts=1)
    several = text_classifier_weights(texts.repeat(1, 4, 1), projection)
    one = text_classifier_weights(texts, projection)
    torch.testing.assert_close(several, one)


@pytest.mark.parametrize('dtype', [torch.float16, torch.bfloat16])
def test_half_precision_is_computed_in_float32(dtype):
    found = text_classifier_weights(*case(dtype))
    assert found.dtype == torch.float32
    expected = text_classifier_weights(*(x.float() for x in case(dtype)))
    torch.testing.assert_close(found, expected)


def test_gradcheck():
    leaves = [x.requires_grad_() for x in case()]
    assert torch.autograd.gradcheck(text_classifier_weights, leaves)


def test_a_projection_of_another_width_is_refused():
    texts, projection = case()
    with pytest.raises(ValueError, match=r'\(D, P\).*\(7, 4\)'):
        text_classifier_weights(texts, projection[:, :4])
