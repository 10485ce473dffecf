from fractions import Fraction

import pytest
import torch
import torch.nn.functional as F

from mmlt.functional import (
    compress_features,
    compress_mixed_features,
    compression_factors,
)

# For C = 10, gamma = 0.5: exact decimals, written down, not computed here.
# Equal difference: Algorithm 1 of the paper's appendix, and
# https://github.com/lijian16/FCC/blob/ba9e7d3b8938c1cc092fc2546d9184ce4846ed1e/lib/fcc/fcc_functions.py#L34-L36
# Reverse: Eq. 10 of the appendix. The halves: its Appendix C, with the
# boundary of the compiled module that the same commit holds
# (lib/fcc/__pycache__).
EDC = [1.5, 1.45, 1.4, 1.35, 1.3, 1.25, 1.2, 1.15, 1.1, 1.05]
TABLE = {
    'equal_difference': EDC,
    'uniform': [1.5] * 10,
    'half_top': [*EDC[:6], 1, 1, 1, 1],
    'half_bottom': [1, 1, 1, 1, 1, *EDC[5:]],
    'reverse': [1, 0.95, 0.9, 0.85, 0.8, 0.75, 0.7, 0.65, 0.6, 0.55],
}


@pytest.mark.parametrize('strategy', TABLE)
def test_factors_are_those_of_the_table(strategy):
    tau = compression_factors(10, 0.5, strategy, order='index')
    expected = torch.tensor(TABLE[strategy], dtype=torch.float64)
    torch.testing.assert_close(tau, expected, rtol=1e-15, atol=0)


def test_hundred_classes_fall_from_two_to_one_hundredth_above_one():
    tau = compression_factors(100, 1.0, order='index')
    exact = [float(2 - Fraction(k, 100)) for k in range(100)]
    torch.testing.assert_close(
        tau, torch.tensor(exact, dtype=torch.float64), rtol=1e-15, atol=0
    )


def test_rounding_leaves_eleven_factors_on_imagenet_lt():
    # what the published code's round(tau, 2) leaves (fcc_functions.py#L36, see
    # above): (1000, 0.1) and (8142, 0.1) keep only 11 distinct values and
    # the tail is exactly 1; (100, 0.5) keeps 51
    for classes in (1000, 8142):
        tau = compression_factors(classes, 0.1, order='index', round_digits=2)
        assert len(tau.unique()) == 11
        assert tau[-1] == 1
        exact = compression_factors(classes, 0.1, order='index')
        assert (tau - exact).abs().max() <= 0.005 + 1e-12
    tau = compression_factors(100, 0.5, order='index', round_digits=2)
    assert len(tau.unique()) == 51


@pytest.mark.parametrize(
    ('setting', 'other'), [((1000, 0.1), 10), ((100, 0.5), 5), ((10, 0.5), 0)]
)
def test_rounding_is_of_the_published_expression(setting, other):
    """``round((1 + gamma - k*(gamma/num_classes)), 2)``, #L36 as above.

    Rounding 1 + gamma (1 - k/C), the same number on paper, differs by 0.01 in
    as many classes.
    """
    tau = compression_factors(*setting, order='index', round_digits=2)
    classes, gamma = setting
    published = [
        round(1 + gamma - k * (gamma / classes), 2) for k in range(classes)
    ]
    on_paper = [
        round(1 + gamma * (1 - k / classes), 2) for k in range(classes)
    ]
    assert tau.tolist() == published
    assert sum(a != b for a, b in zip(published, on_paper, strict=True)) == (
        other
    )


@pytest.mark.parametrize('setting', [(10, 0.5), (100, 1.0)])
def test_rounding_changes_nothing_on_cifar(setting):
    torch.testing.assert_close(
        compression_factors(*setting, order='index', round_digits=2),
        compression_factors(*setting, order='index'),
        rtol=1e-15,
        atol=0,
    )


@pytest.mark.parametrize('strategy', TABLE)
def test_gamma_zero_is_no_compression(strategy):
    assert (compression_factors(7, 0, strategy, order='index') == 1).all()


def test_frequency_order_follows_the_counts():
    counts = [5, 100, 20]
    tau = compression_factors(3, 0.9, counts=counts)
    by_index = compression_factors(3, 0.9, order='index')
    assert tau.tolist() == by_index[[2, 0, 1]].tolist()


def test_frequency_order_breaks_ties_by_index():
    tau = compression_factors(3, 0.9, counts=torch.tensor([7, 7, 7]))
    by_index = compression_factors(3, 0.9, order='index')
    assert tau.tolist() == by_index.tolist()


def test_convention_index_order_ignores_the_counts():
    tau = compression_factors(3, 0.9, counts=[1, 2, 3], order='index')
    assert tau.tolist() == sorted(tau.tolist(), reverse=True)


@pytest.mark.parametrize(
    ('args', 'kwargs', 'match'),
    [
        ((10, -0.1), {}, 'gamma'),
        ((10, float('nan')), {}, 'gamma'),
        ((10, 1.1, 'reverse'), {}, r'in \[0, 1\]'),
        ((10, 0.5, 'half'), {}, 'equal_difference.*reverse'),
        ((0, 0.5), {}, 'num_classes'),
        ((10, 0.5), dict(order='count'), "'frequency', 'index'"),
        ((10, 0.5), {}, 'counts.*None.*order=.index'),
        ((10, 0.5), dict(counts=[1, 2]), '2 of them'),
        ((10, 0.5), dict(round_digits=-1), 'round_digits'),
    ],
)
def test_refuses_bad_settings(args, kwargs, match):
    with pytest.raises(ValueError, match=match):
        compression_factors(*args, **kwargs)


@pytest.mark.parametrize('shape', [(6, 4), (6, 4, 3, 3), (6, 5, 4)])
def test_each_sample_is_scaled_by_the_factor_of_its_class(shape):
    features = torch.randn(shape, dtype=torch.float64)
    labels = torch.tensor([0, 2, 1, 1, 0, 2])
    tau = torch.tensor([2.0, 1.5, 1.0], dtype=torch.float64)
    out = compress_features(features, labels, tau)
    for i, y in enumerate(labels):
        assert torch.equal(out[i], features[i] * tau[y])


def test_scaling_commutes_with_global_average_pooling():
    features = torch.randn(5, 4, 3, 3, dtype=torch.float64)
    labels = torch.tensor([0, 1, 2, 0, 1])
    tau = compression_factors(3, 0.7, order='index')
    before = compress_features(features, labels, tau).mean((2, 3))
    after = compress_features(features.mean((2, 3)), labels, tau)
    torch.testing.assert_close(before, after, rtol=1e-14, atol=1e-15)


def test_training_logits_and_gradients_are_a_label_dependent_temperature():
    """tau_y W f + b, whose feature gradient has one more tau_y."""
    generator = torch.Generator().manual_seed(1)
    f = torch.randn(8, 5, dtype=torch.float64, generator=generator)
    w = torch.randn(3, 5, dtype=torch.float64, generator=generator)
    b = torch.randn(3, dtype=torch.float64, generator=generator)
    y = torch.tensor([0, 1, 2, 0, 1, 2, 0, 0])
    tau = compression_factors(3, 0.5, order='index')

    ours = [t.clone().requires_grad_() for t in (f, w, b)]
    logits = F.linear(compress_features(ours[0], y, tau), *ours[1:])
    grads = torch.autograd.grad(F.cross_entropy(logits, y), ours)

    # the equivalent logit form, differentiated by hand
    t = tau[y][:, None]
    expected = t * (f @ w.T) + b
    torch.testing.assert_close(logits, expected, rtol=1e-14, atol=1e-14)
    residual = expected.softmax(1) - F.one_hot(y, 3)
    residual /= len(y)
    by_hand = (t * (residual @ w), (t * residual).T @ f, residual.sum(0))
    for got, want in zip(grads, by_hand, strict=True):
        torch.testing.assert_close(got, want, rtol=1e-12, atol=1e-14)


def test_a_normalized_classifier_sees_no_difference():
    features = torch.randn(6, 4, dtype=torch.float64)
    labels = torch.tensor([0, 1, 2, 0, 1, 2])
    out = compress_features(
        features, labels, compression_factors(3, 1.0, order='index')
    )
    torch.testing.assert_close(
        F.normalize(out), F.normalize(features), rtol=1e-14, atol=0
    )


def test_soft_labels_take_the_weighted_mean_of_tau():
    features = torch.ones(2, 3, dtype=torch.float64)
    tau = torch.tensor([2.0, 1.0], dtype=torch.float64)
    soft = torch.tensor([[0.25, 0.75], [1.0, 0.0]])
    out = compress_features(features, soft, tau)
    assert out[:, 0].tolist() == [1.25, 2.0]


@pytest.mark.parametrize('dtype', [torch.float32, torch.bfloat16])
def test_dtype_of_the_features_is_kept(dtype):
    features = torch.randn(2, 3).to(dtype)
    out = compress_features(
        features,
        torch.tensor([0, 1]),
        compression_factors(2, 0.5, order='index'),
    )
    assert out.dtype == dtype


def test_gradcheck():
    features = torch.randn(4, 3, dtype=torch.float64, requires_grad=True)
    tau = compression_factors(2, 0.5, order='index').requires_grad_()
    labels = torch.tensor([0, 1, 1, 0])
    assert torch.autograd.gradcheck(
        lambda f, t: compress_features(f, labels, t), (features, tau)
    )


def test_mixed_labels_are_the_soft_labels_of_the_mixture():
    tau = compression_factors(4, 0.5, order='index')
    features = torch.randn(5, 3, 2, 2, dtype=torch.float64)
    a, b = torch.tensor([0, 3, 1, 2, 2]), torch.tensor([1, 0, 1, 3, 0])
    weight = torch.tensor([0.0, 0.25, 0.5, 0.9, 1.0], dtype=torch.float64)
    one_hot = torch.eye(4, dtype=torch.float64)
    soft = weight[:, None] * one_hot[a] + (1 - weight)[:, None] * one_hot[b]
    got = compress_mixed_features(features, a, b, weight, tau)
    expected = compress_features(features, soft, tau)
    torch.testing.assert_close(got, expected, rtol=1e-14, atol=0)


def test_mixed_labels_of_weight_one_are_plain_labels():
    tau = compression_factors(4, 0.5, order='index')
    features = torch.randn(2, 3, dtype=torch.float64)
    a, b = torch.tensor([0, 3]), torch.tensor([2, 1])
    for weight, label in ((1.0, a), (0.0, b)):
        got = compress_mixed_features(
            features, a, b, torch.full((2,), weight), tau
        )
        assert torch.equal(got, compress_features(features, label, tau))


@pytest.mark.parametrize('dtype', [torch.float16, torch.bfloat16])
def test_mixed_factor_is_rounded_once(dtype):
    tau = compression_factors(4, 0.5, order='index').float()
    features = torch.ones(1, 3, dtype=dtype)
    a, b = torch.tensor([0]), torch.tensor([3])
    weight = torch.tensor([0.3])
    got = compress_mixed_features(features, a, b, weight, tau)
    expected = torch.tensor(0.3 * 1.5 + 0.7 * 1.125).to(dtype)
    assert got.dtype == dtype
    assert (got == expected).all()


@pytest.mark.parametrize(
    ('labels', 'error', 'message'),
    [
        ([0, 3], ValueError, 'from 0 to 2, but got 3 at index 1'),
        ([-1, 0], ValueError, 'from 0 to 2, but got -1 at index 0'),
        ([0.0, 1.0], TypeError, 'to be integers, but got torch.float32'),
        ([True, False], TypeError, 'to be integers, but got torch.bool'),
    ],
)
def test_labels_that_are_no_classes_are_refused(labels, error, message):
    features, tau = torch.ones(2, 4), torch.tensor([1.5, 1.2, 1.0])
    labels, good = torch.tensor(labels), torch.tensor([0, 1])
    with pytest.raises(error, match=message):
        compress_features(features, labels, tau)
    for a, b in ((labels, good), (good, labels)):
        with pytest.raises(error, match=message):
            compress_mixed_features(features, a, b, torch.ones(2), tau)


@pytest.mark.parametrize('labels', [[0, 1, 2], [0, 1, 2, 2, 1]])
def test_there_is_a_label_for_each_feature(labels):
    with pytest.raises(ValueError, match=f'4 features, but got {len(labels)}'):
        compress_features(
            torch.ones(4, 2), torch.tensor(labels), torch.ones(3)
        )


@pytest.mark.parametrize(
    'dtype', [torch.uint8, torch.int8, torch.int16, torch.int32]
)
def test_labels_may_be_any_integers(dtype):
    """Torch takes uint8 for a mask; here of as many labels as classes."""
    features, weight = torch.randn(4, 3), torch.rand(4)
    labels, tau = torch.tensor([3, 0, 1, 1]), torch.tensor([1.4, 1.3, 1.2, 1])
    other = labels.flip(0)
    expected = compress_features(features, labels, tau)
    assert torch.equal(
        compress_features(features, labels.to(dtype), tau), expected
    )
    mixed = compress_mixed_features(features, labels, other, weight, tau)
    found = compress_mixed_features(
        features, labels.to(dtype), other.to(dtype), weight, tau
    )
    assert torch.equal(found, mixed)
