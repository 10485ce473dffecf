"""How well the score of each class ranks its images before all others."""

import torch
from torch import Tensor

from .checks import check_shapes
from .prediction_checks import HALF, check_predictions, check_probabilities

__all__ = ['balanced_error', 'one_vs_rest_auroc']

# of the rows that are taken to float64 at once
CHUNK_ELEMENTS = 2**22


def one_vs_rest_auroc(
    scores: Tensor, labels: Tensor, kind: str = 'probabilities'
) -> Tensor:
    """Area under the ROC curve of each class against all others.

    It is the probability that an image of the class has a higher probability
    of the class than an image of another class, so it does not depend on a
    threshold, nor on how frequent the class is in the test set. Scores that
    say nothing have 0.5. Macro AUROC is the mean over the classes.

    Convention:
        - exact: all pairs of images are counted, and a tie counts half, as
          in scikit-learn. Counts are whole numbers, so the result does not
          depend on the order of the images.
        - of logits, the ranks are those of their softmax in float64: logits
          alone cannot be compared from image to image.
        - a class without an image, or with all of them, has nan: it has no
          pairs.

    Args:
        scores: (N, C) floating point.
        labels: (N,) int64 in [0, C).
        kind: 'probabilities' or 'logits'. A logit may be -inf.

    Returns:
        (C,) float64 in [0, 1], nan where there are no pairs. No gradient
        flows through it.

    Raises:
        ValueError: If the shapes do not fit, a label is no class,
            probabilities are negative or have another sum than 1, or a score
            is nan or +inf.

    Examples:
        >>> probs = torch.tensor([[0.9, 0.1], [0.6, 0.4], [0.7, 0.3]])
        >>> one_vs_rest_auroc(probs, labels=torch.tensor([0, 0, 1]))
        tensor([0.5000, 0.5000], dtype=torch.float64)

    Source:
        Area as a share of pairs: Hanley and McNeil, Radiology 143(1), 1982,
        https://doi.org/10.1148/radiology.143.1.7063747; one class against
        the rest: Fawcett, Pattern Recognition Letters 27(8), 2006,
        https://doi.org/10.1016/j.patrec.2005.10.010; scikit-learn's
        ``roc_auc_score(multi_class='ovr', average='macro')``,
        https://scikit-learn.org/stable/modules/generated/sklearn.metrics.roc_auc_score.html
    """
    num_classes = scores.shape[-1]
    check_predictions(scores, labels, num_classes, kind)
    scores = scores.detach()
    peak, spread = _checked_softmax(scores, kind)
    areas = scores.new_full((num_classes,), torch.nan, dtype=torch.float64)
    for c, of_class in enumerate(_rows_by_class(labels, num_classes)):
        positives = len(of_class)
        pairs = positives * (len(labels) - positives)
        if pairs:
            column = scores[:, c].double().contiguous()
            if kind == 'logits':
                # the logarithm of the softmax: same ranks, none underflows
                column = column - peak - spread
            mine = column[of_class].sort().values
            not_above = torch.searchsorted(mine, column, right=True)
            below = torch.searchsorted(mine, column)
            # images of the class above each image, twice, a tie once; among
            # themselves half of all pairs
            doubled = (2 * positives - not_above - below).sum()
            doubled -= positives**2
            areas[c] = doubled.double() / (2 * pairs)
    return areas


def _checked_softmax(scores: Tensor, kind: str) -> tuple[Tensor, Tensor]:
    """Largest logit of each row, and the log of the sum of exp below it."""
    rows = max(1, CHUNK_ELEMENTS // scores.shape[1])
    peaks, spreads = [], []
    for chunk in scores.split(rows):
        chunk = chunk.double()
        peak = chunk.amax(1)
        if kind == 'logits':
            powers = (chunk - peak[:, None]).exp()
            total = powers.sum(1)
            check_probabilities(powers / total[:, None], kind)
            spreads.append(total.log())
        else:
            check_probabilities(chunk, kind, scores.dtype in HALF)
        peaks.append(peak)
    return torch.cat(peaks), torch.cat(spreads or peaks)


def _rows_by_class(labels: Tensor, num_classes: int) -> tuple[Tensor, ...]:
    """Rows of each class."""
    sizes = torch.bincount(labels, minlength=num_classes)
    return labels.argsort().split(sizes.tolist())


def balanced_error(recall: Tensor) -> Tensor:
    """Mean over the classes of the share of their images that is wrong.

    Convention: a class without an image, whose recall is nan, does not
    count; in percent it is 100 minus macro accuracy.

    Args:
        recall: (C,) share of each class that is right, in [0, 1] or nan.

    Returns:
        Scalar float64 in [0, 1]; nan where no class has an image.

    Raises:
        ValueError: If ``recall`` is not (C,).

    Examples:
        >>> balanced_error(torch.tensor([1.0, 0.5, torch.nan]))
        tensor(0.2500, dtype=torch.float64)

    Source:
        Menon et al., ICLR 2021, https://arxiv.org/abs/2007.07314, Eq. 2.
    """
    check_shapes('One recall per class.', recall=(recall, 'C'))
    return 1 - recall.double().nanmean()
