import numpy as np
import pytest
import torch
from scipy.spatial.distance import pdist
from sklearn.decomposition import PCA

from mmlt.functional import cluster_spread, clusters, principal_components


def clouds():
    """Three classes of 7, 1 and 40 samples, and an empty fourth."""
    labels = torch.tensor([0] * 7 + [1] + [2] * 40)
    return torch.randn(48, 5) * (labels[:, None] + 1), labels


@pytest.mark.parametrize('dtype', [torch.float32, torch.float64])
@pytest.mark.parametrize('normalize', [False, True])
def test_spread_equals_scipy(dtype, normalize):
    features, labels = clouds()
    features = features.to(dtype)
    spread = cluster_spread(features, labels, 4, normalize)
    points = features.double().numpy()
    if normalize:
        points = points / np.linalg.norm(points, axis=1, keepdims=True)
    assert spread.dtype == torch.float64
    for c in (0, 2):
        expected = pdist(points[labels.numpy() == c]).mean()
        assert spread[c].item() == pytest.approx(expected, rel=1e-12)
    assert spread[1].isnan()
    assert spread[3].isnan()


def test_spread_in_blocks_is_the_same(monkeypatch):
    features, labels = clouds()
    whole = cluster_spread(features, labels, 3)
    monkeypatch.setattr(clusters, '_BLOCK', 90)
    torch.testing.assert_close(
        cluster_spread(features, labels, 3),
        whole,
        rtol=1e-14,
        atol=0,
        equal_nan=True,
    )


def test_spread_of_a_known_square():
    corners = torch.tensor([[0.0, 0], [0, 1], [1, 0], [1, 1]])
    spread = cluster_spread(corners, torch.zeros(4).long(), 1)
    assert spread.item() == pytest.approx((4 + 2 * 2**0.5) / 6, rel=1e-15)


def test_spread_does_not_depend_on_the_number_of_samples():
    """The mean over many small classes is that of one large class."""
    generator = torch.Generator().manual_seed(0)
    features = torch.randn(20_000, 3, generator=generator)
    small = cluster_spread(features, torch.arange(20_000) // 5, 4000)
    large = cluster_spread(features[:4000], torch.zeros(4000).long(), 1)
    # 40,000 pairs, of which those of a class depend on each other
    assert small.mean().item() == pytest.approx(large.item(), rel=0.01)


def test_spread_far_from_zero_does_not_cancel():
    features, labels = clouds()
    near = cluster_spread(features.double(), labels, 3)
    far = cluster_spread(features.double() + 1e6, labels, 3)
    torch.testing.assert_close(far, near, rtol=1e-9, atol=0, equal_nan=True)


@pytest.mark.parametrize('shape', [(50, 8), (6, 8)])
def test_principal_components_equal_sklearn(shape):
    features = torch.randn(*shape).double() * torch.arange(1, 9)
    coordinates, share = principal_components(features, 3)
    pca = PCA(3, svd_solver='full')
    expected = pca.fit_transform(features.numpy())
    np.testing.assert_allclose(
        coordinates.abs().numpy(), np.abs(expected), rtol=1e-9, atol=1e-12
    )
    np.testing.assert_allclose(
        share.numpy(), pca.explained_variance_ratio_, rtol=1e-12
    )


def test_convention_of_the_sign():
    points = torch.tensor([[0.0, 0], [-3, 1], [-6, 2]])
    coordinates, share = principal_components(points, 1)
    # the direction (3, -1) points to the right: the first point is farthest
    assert coordinates[:, 0].tolist() == pytest.approx(
        [10**0.5, 0, -(10**0.5)]
    )
    assert share.item() == pytest.approx(1)


def test_bad_input_is_refused():
    features, labels = clouds()
    with pytest.raises(
        ValueError, match=r'`labels` from 0 to 1, but got 2 at'
    ):
        cluster_spread(features, labels, 2)
    with pytest.raises(
        ValueError, match=r'`features` of the shape \(N, D\) and `labels`'
    ):
        cluster_spread(features, labels[1:], 3)
    with pytest.raises(ValueError, match='pool it'):
        principal_components(torch.ones(3, 2, 4, 4))
    for bad in (0, 6, 1.5):
        with pytest.raises(ValueError, match='integer from 1 to 5'):
            principal_components(features, bad)
    features[3, 2] = float('nan')
    with pytest.raises(ValueError, match='finite'):
        cluster_spread(features, labels, 3)


@pytest.mark.parametrize('value', [0.0, -0.0, 0.1, 1e30])
@pytest.mark.parametrize('shape', [(4, 3), (17, 2048), (2, 1)])
def test_equal_features_have_no_components(shape, value):
    size = min(*shape, 2)
    features = torch.full(shape, value)
    coordinates, share = principal_components(features, size)
    assert torch.equal(coordinates, torch.zeros(shape[0], size).double())
    assert torch.equal(share, torch.zeros(size).double())


@pytest.mark.parametrize('scale', [1e-200, 1e-30, 1.0, 1e200])
def test_shares_do_not_depend_on_the_unit_of_the_features(scale):
    features = torch.randn(9, 4).double()
    _, share = principal_components(features, 4)
    _, scaled = principal_components(scale * features, 4)
    torch.testing.assert_close(scaled, share, rtol=1e-12, atol=0)
