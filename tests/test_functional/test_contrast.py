import math

import numpy as np
import pytest
import torch
from scipy.special import logsumexp
from sklearn.metrics.pairwise import cosine_similarity

from mmlt.functional import contrastive_loss


def batch():
    torch.manual_seed(0)
    return (
        torch.randn(3, 4, dtype=torch.float64),
        torch.randn(3, 4, dtype=torch.float64),
        torch.randn(5, 4, dtype=torch.float64),
    )


def cosine(a, b):
    dot = sum(u * v for u, v in zip(a, b, strict=True))
    return dot / (math.hypot(*a) * math.hypot(*b))


def test_loss_is_the_formula():
    queries, keys, queue = batch()
    expected = []
    for q, k in zip(queries.tolist(), keys.tolist(), strict=True):
        own = math.exp(cosine(q, k) / 0.2)
        others = sum(math.exp(cosine(q, m) / 0.2) for m in queue.tolist())
        expected.append(-math.log(own / (own + others)))
    torch.testing.assert_close(
        contrastive_loss(queries, keys, queue),
        torch.tensor(expected, dtype=torch.float64),
        rtol=1e-12,
        atol=0,
    )


def test_length_of_a_vector_does_not_count():
    queries, keys, queue = batch()
    torch.testing.assert_close(
        contrastive_loss(3 * queries, 5 * keys, 7 * queue),
        contrastive_loss(queries, keys, queue),
    )


def test_an_empty_queue_leaves_nothing_to_confuse():
    queries, keys, queue = batch()
    loss = contrastive_loss(queries, keys, queue[:0])
    assert not loss.any()


def test_gradient_flows_to_the_queries_alone():
    queries, keys, queue = batch()
    for tensor in (queries, keys, queue):
        tensor.requires_grad_()
    contrastive_loss(queries, keys, queue).sum().backward()
    assert keys.grad is None
    assert queue.grad is None
    assert torch.autograd.gradcheck(
        lambda q: contrastive_loss(q, keys, queue), queries
    )


def test_half_precision_and_autocast_compute_in_float32():
    queries, keys, queue = (t.float() for t in batch())
    exact = contrastive_loss(queries, keys, queue)
    with torch.autocast('cpu', dtype=torch.bfloat16):
        assert torch.equal(contrastive_loss(queries, keys, queue), exact)
    half = contrastive_loss(queries.half(), keys.half(), queue)
    assert half.dtype == torch.float32
    assert half.tolist() == pytest.approx(exact.tolist(), rel=1e-2)


def test_against_the_cosines_of_sklearn():
    rng = np.random.default_rng(0)
    queries, keys = rng.normal(size=(2, 4, 6))
    queue = rng.normal(size=(9, 6))
    own = np.diag(cosine_similarity(queries, keys))[:, None]
    scores = np.hstack([own, cosine_similarity(queries, queue)]) / 0.3
    expected = logsumexp(scores, axis=1) - scores[:, 0]
    got = contrastive_loss(
        *map(torch.from_numpy, (queries, keys, queue)), temperature=0.3
    )
    np.testing.assert_allclose(got.numpy(), expected, rtol=1e-12)
