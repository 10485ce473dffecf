"""What compressing the features costs: the area between two planes."""

import torch
from torch import Tensor

from .label_indices import class_indices

__all__ = [
    'misclassified_area',
    'misclassified_area_counts',
    'misclassified_area_shares',
    'scaled_feature_logits',
]

OUTCOMES = ('changed', 'lost', 'gained')


def scaled_feature_logits(
    scores: Tensor, labels: Tensor, tau: Tensor, bias: Tensor | None = None
) -> Tensor:
    r"""Logits of the scaled feature, tau_y (W f) + b, from those of f.

    Convention:
        - W f + b is known up to a constant per sample: log probabilities do
          as well as logits, for the predicted class. The result is then off
          by a constant per sample, too.

    Args:
        scores: (N, C) logits W f + b, or log probabilities.
        labels: (N,) int64.
        tau: Factors of FCC on the features of each class, (C,), as
            :func:`~mmlt.functional.compression_factors` gives them.
        bias: (C,) b, or None where there is none.

    Returns:
        (N, C).

    Examples:
        >>> scores = torch.tensor([[1.0, 1.2]])
        >>> tau, bias = torch.tensor([2.0, 1.0]), torch.tensor([0.0, 1.0])
        >>> scaled_feature_logits(scores, torch.tensor([0]), tau, bias)
        tensor([[2.0000, 1.4000]])

    Source:
        Li et al. (FCC), CVPR 2023,
        https://openaccess.thecvf.com/content/CVPR2023/html/Li_FCC_Feature_Clusters_Compression_for_Long-Tailed_Visual_Recognition_CVPR_2023_paper.html,
        appendix A, Eq. 4 and 5.
    """
    factor = tau.to(scores)[class_indices(labels)][:, None]
    if bias is None:
        return factor * scores
    bias = bias.to(scores)
    return factor * (scores - bias) + bias


def misclassified_area(
    scores: Tensor, labels: Tensor, tau: Tensor, bias: Tensor | None = None
) -> dict[str, Tensor]:
    """Samples whose prediction differs with and without the scaling.

    In training a feature is scaled by tau of its class, at test it is not;
    a sample between the planes eta (of the scaled feature) and eta' (of the
    original) changes its prediction. Without a bias there are none: the
    planes coincide (case 3 of the appendix). Of the appendix's Fig. 2, with
    tau > 1 only part b has lost samples; part d, with B > 0, can occur with
    tau < 1 alone (:func:`~mmlt.functional.figure_of_planes`).

    Args:
        scores: (N, C) logits, or log probabilities, of the original feature.
        labels: (N,) int64.
        tau: Factors of FCC, (C,).
        bias: (C,) or None.

    Returns:
        (N,) bool each: 'changed', the predictions differ; 'lost', right with
        the scaled feature and wrong with the original, the appendix's
        misclassified area; 'gained', the other way round.

    Examples:
        >>> scores = torch.tensor([[1.0, 1.2], [0.5, 3.0]])
        >>> tau, bias = torch.tensor([2.0, 1.0]), torch.tensor([0.0, 1.0])
        >>> misclassified_area(scores, torch.tensor([0, 1]), tau, bias)['lost']
        tensor([ True, False])

    Source:
        Li et al. (FCC), CVPR 2023,
        https://openaccess.thecvf.com/content/CVPR2023/html/Li_FCC_Feature_Clusters_Compression_for_Long-Tailed_Visual_Recognition_CVPR_2023_paper.html,
        appendix A, Eq. 6 to 9 and Fig. 2.
    """
    scaled = scaled_feature_logits(scores, labels, tau, bias).argmax(1)
    original = scores.argmax(1)
    return {
        'changed': scaled != original,
        'lost': (scaled == labels) & (original != labels),
        'gained': (scaled != labels) & (original == labels),
    }


def misclassified_area_counts(
    scores: Tensor, labels: Tensor, tau: Tensor, bias: Tensor | None = None
) -> Tensor:
    """How many samples of each class :func:`misclassified_area` has.

    Args:
        scores: (N, C) logits, or log probabilities, of the original feature.
        labels: (N,) int64.
        tau: Factors of FCC, (C,).
        bias: (C,) or None.

    Returns:
        (4, C) int64: all samples of each true class, then those 'changed',
        'lost' and 'gained'.

    Examples:
        >>> scores = torch.tensor([[1.0, 1.2], [0.5, 3.0]])
        >>> tau, bias = torch.tensor([2.0, 1.0]), torch.tensor([0.0, 1.0])
        >>> misclassified_area_counts(scores, torch.tensor([0, 1]), tau, bias)
        tensor([[1, 1],
                [1, 0],
                [1, 0],
                [0, 0]])

    Source:
        Ours: counts of :func:`misclassified_area`.
    """
    area = misclassified_area(scores, labels, tau, bias)
    size = scores.shape[1]
    rows = [labels, *(labels[area[name]] for name in OUTCOMES)]
    return torch.stack([torch.bincount(row, minlength=size) for row in rows])


def misclassified_area_shares(
    counts: Tensor, groups: Tensor | None = None
) -> dict[str, Tensor]:
    """Shares of the samples of groups of classes, from counts.

    Args:
        counts: (4, C) of :func:`misclassified_area_counts`.
        groups: (G, C) bool, the classes of each group; None for every class
            by itself.

    Returns:
        (G,) or (C,) float64 in [0, 1] for each of 'changed', 'lost' and
        'gained'; nan where there is no sample.

    Examples:
        >>> counts = torch.tensor([[10, 4], [3, 0], [2, 0], [1, 0]])
        >>> misclassified_area_shares(counts)['lost']
        tensor([0.2000, 0.0000], dtype=torch.float64)

    Source:
        Ours: quotients of :func:`misclassified_area_counts`.
    """
    sums = counts.double()
    if groups is not None:
        sums = sums @ groups.to(sums).T
    size, *outcomes = sums
    return {
        name: outcome / size
        for name, outcome in zip(OUTCOMES, outcomes, strict=True)
    }
