import numpy as np
import pytest
import torch

from mmlt.evaluation import chosen_classes, feature_map_points
from mmlt.functional import principal_components


def clouds(size=40):
    labels = torch.arange(3).repeat_interleave(size)
    return torch.randn(3 * size, 6) + 8 * torch.eye(3, 6)[labels], labels


def test_first_middle_and_last_class_by_count():
    assert chosen_classes([5, 50, 1, 20, 7]) == [1, 4, 2]
    assert chosen_classes([3, 3]) == [0, 1]
    assert chosen_classes([3]) == [0]


def test_pca_is_that_of_the_placed_samples():
    features, labels = clouds()
    placed = feature_map_points(features, labels, [2, 0])
    expected = torch.cat([features[labels == 2], features[labels == 0]])
    coordinates, share = principal_components(expected)
    np.testing.assert_array_equal(placed['coordinates'], coordinates)
    assert placed['labels'].tolist() == [2] * 40 + [0] * 40
    assert f'{100 * share[0]:.0f} %' in placed['axis_names'][0]


def test_a_large_class_is_drawn_from_and_the_draw_repeats():
    features, labels = clouds(300)
    one, two = (
        feature_map_points(features, labels, [0, 1], most=50) for _ in 'ab'
    )
    assert np.bincount(one['labels']).tolist() == [50, 50]
    np.testing.assert_array_equal(one['coordinates'], two['coordinates'])
    other = feature_map_points(features, labels, [0, 1], most=50, seed=1)
    assert not np.array_equal(one['coordinates'], other['coordinates'])


def test_tsne_keeps_far_clusters_apart():
    features, labels = clouds(30)
    placed = feature_map_points(3 * features, labels, [0, 1, 2], 'tsne')
    points = torch.as_tensor(placed['coordinates']).double()
    near = torch.cdist(points, points).fill_diagonal_(9e9).argmin(1)
    assert (placed['labels'][near] == placed['labels']).mean() > 0.95


def test_bad_input_is_refused():
    features, labels = clouds(2)
    with pytest.raises(ValueError, match="one of .*'tsne'.*but got 'umap'"):
        feature_map_points(features, labels, [0], 'umap')
    with pytest.raises(ValueError, match='but 7 has none'):
        feature_map_points(features, labels, [0, 7])
    with pytest.raises(ValueError, match='at least 3 samples'):
        feature_map_points(features, labels, [0])
