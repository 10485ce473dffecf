"""Two coordinates for the features of a few classes."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from mmlt.functional import percent, principal_components

__all__ = ['chosen_classes', 'feature_map_points']

METHODS = ('pca', 'tsne')


def chosen_classes(counts: Sequence[int]) -> list[int]:
    """The class with most training images, the middle one and the last.

    Args:
        counts: (C,) training images per class.

    Returns:
        Up to three classes, most images first; ties by index.
    """
    order = np.argsort(-np.asarray(counts), kind='stable').tolist()
    return list(dict.fromkeys([order[0], order[len(order) // 2], order[-1]]))


def feature_map_points(
    features: Tensor,
    labels: Tensor,
    classes: Sequence[int],
    method: str = 'pca',
    most: int = 250,
    seed: int = 0,
) -> dict:
    """Place the features of some classes on a plane.

    Convention:
        - of a class with more than ``most`` samples a random draw by
          ``seed`` is placed; the directions of 'pca' are of the samples that
          are placed.
        - t-SNE is scikit-learn's with its own settings (perplexity 30, less
          where there are few points) from a PCA start; distances between
          clusters on it mean nothing.

    Args:
        features: (N, D).
        labels: (N,) int64.
        classes: Which to place, each with a sample.
        method: 'pca' or 'tsne'.
        most: Samples of a class at most, >= 2.
        seed: Of the draw and of t-SNE.

    Returns:
        ``coordinates`` (M, 2) and ``labels`` (M,) numpy arrays, classes in
        the order given, and ``axis_names``.

    Raises:
        ValueError: If the method is unknown, a class has no sample, or there
            are fewer than three points.
    """
    if method not in METHODS:
        raise ValueError(
            f'Expected `method` to be one of {list(METHODS)}, but got '
            f'{method!r}. '
            'Choose one of the list.'
        )
    generator = torch.Generator().manual_seed(seed)
    rows = []
    for c in classes:
        mine = (labels == c).nonzero()[:, 0]
        if not len(mine):
            raise ValueError(
                f'Expected every one of `classes` to have a sample, but {c} '
                'has none. '
                'Leave it out.'
            )
        draw = torch.randperm(len(mine), generator=generator)[:most]
        rows.append(mine[draw.sort().values])
    rows = torch.cat(rows)
    if len(rows) < 3:
        raise ValueError(
            f'Expected at least 3 samples to place, but got {len(rows)}. '
            'Take more classes, or a larger split.'
        )
    points = features[rows]
    coordinates, share = principal_components(points, 2)
    names = [
        f'principal component {i + 1}, {percent(s):.0f} % of the variance'
        for i, s in enumerate(share.tolist())
    ]
    if method == 'tsne':
        from sklearn.manifold import TSNE

        tsne = TSNE(
            init='pca',
            perplexity=min(30, (len(rows) - 1) / 3),
            random_state=seed,
        )
        coordinates = tsne.fit_transform(points.double().numpy())
        names = ['t-SNE 1', 't-SNE 2']
    return {
        'coordinates': np.asarray(coordinates),
        'labels': labels[rows].numpy(),
        'axis_names': tuple(names),
    }
