"""How far the features of a class lie from each other, and their map."""

import torch
from torch import Tensor

from .checks import check_finite, check_integer, check_labels, check_shapes
from .unit_vectors import unit_vectors

__all__ = ['cluster_spread', 'principal_components']

# pairs of samples that are looked at together: 32 MiB of distances
_BLOCK = 2**22


def _check(features: Tensor, labels: Tensor | None = None) -> None:
    tensors = {'features': (features, 'N D')}
    if labels is not None:
        tensors['labels'] = (labels, 'N')
    check_shapes('Flatten a feature map, or pool it, first.', **tensors)
    check_finite('features', features, 'Did the training diverge?')


def _mean_distance(points: Tensor) -> Tensor:
    """Mean distance of two different rows."""
    size = len(points)
    if size < 2:
        return points.new_full((), float('nan'))
    rows = max(1, _BLOCK // size)
    # differences, not the expansion of squares, which cancels
    total = points.new_zeros(())
    for block in points.split(rows):
        total = (
            total
            + torch.cdist(
                block, points, compute_mode='donot_use_mm_for_euclid_dist'
            ).sum()
        )
    return total / (size * (size - 1))


def cluster_spread(
    features: Tensor,
    labels: Tensor,
    num_classes: int,
    normalize: bool = False,
) -> Tensor:
    """Mean distance between two different samples of a class.

    Convention:
        - over pairs, not around the mean: its expectation does not depend on
          how many samples a class has (the distance to the mean of n
          samples is too short by about 1/(2n)), so a class of five can be
          compared with one of five hundred.
        - Euclidean. Features of two networks have different units: compare
          classes of one network, or set ``normalize``.

    Args:
        features: (N, D).
        labels: (N,) int64 in [0, C).
        num_classes: C.
        normalize: Whether features are scaled to length 1 first; distances
            are then in [0, 2].

    Returns:
        (C,) float64; nan for a class with fewer than two samples.

    Raises:
        ValueError: If a shape is not as above, a label out of range, or a
            feature not finite.

    Examples:
        >>> features = torch.tensor([[0.0, 0.0], [0.0, 2.0], [5.0, 5.0]])
        >>> cluster_spread(features, torch.tensor([0, 0, 1]), num_classes=2)
        tensor([2., nan], dtype=torch.float64)

    Source:
        The claim it measures: Li et al. (FCC), CVPR 2023,
        https://openaccess.thecvf.com/content/CVPR2023/html/Li_FCC_Feature_Clusters_Compression_for_Long-Tailed_Visual_Recognition_CVPR_2023_paper.html,
        appendix, last section: "features of minority classes are mapped to
        sparse clusters". The appendix gives pictures and no formula; this one
        is ours.
    """
    _check(features, labels)
    check_labels(labels, num_classes, 'Are they those of another data set?')
    points = features.double()
    if normalize:
        points = unit_vectors(points)
    return torch.stack(
        [_mean_distance(points[labels == c]) for c in range(num_classes)]
    )


def principal_components(
    features: Tensor, num_components: int = 2
) -> tuple[Tensor, Tensor]:
    """Coordinates on the directions in which the features vary most.

    Convention:
        - features are centered, not scaled.
        - a direction points to where its largest entry (by size; the first
          of equal ones) is positive, so that a picture does not flip.
        - equal features have no such direction: coordinates and shares are
          0. Equal they are, too, where they differ by no more than the
          rounding of their mean.

    Args:
        features: (N, D), N >= 2.
        num_components: K, 1 <= K <= min(N, D).

    Returns:
        Coordinates (N, K) and the share of the variance in each, (K,);
        float64.

    Raises:
        ValueError: If a shape or ``num_components`` is not as above, or a
            feature is not finite.

    Examples:
        >>> features = torch.tensor([[0.0, 0.0], [2.0, 1.0], [4.0, 0.0]])
        >>> coordinates, shares = principal_components(features)
        >>> shares
        tensor([0.9231, 0.0769], dtype=torch.float64)

    Source:
        Hotelling, Journal of Educational Psychology 24, 1933,
        https://doi.org/10.1037/h0071325
    """
    _check(features)
    most = min(features.shape)
    hint = 'At most the smaller side of the features.'
    check_integer('num_components', num_components, 1, hint, high=most)
    centered = features.double() - features.double().mean(0)
    left, size, directions = torch.linalg.svd(centered, full_matrices=False)
    largest = directions.abs().argmax(dim=1, keepdim=True)
    sign = directions.gather(1, largest).sign().squeeze(1)
    coordinates = left * size * sign
    rounding = torch.finfo(size.dtype).eps * max(features.shape)
    if size[0] <= rounding * features.double().abs().max():
        nothing = torch.zeros_like(size)
        return (
            torch.zeros_like(coordinates)[:, :num_components],
            nothing[:num_components],
        )
    variance = (size / size[0]).square()  # 1e200 squared is infinite
    share = variance / variance.sum()
    return coordinates[:, :num_components], share[:num_components]
