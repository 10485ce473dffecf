"""A held-out part of a training set, and means over classes on it."""

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from .checks import check_real

__all__ = [
    'balanced_accuracy',
    'balanced_log_likelihood',
    'class_mean',
    'held_out_rows',
]


def held_out_rows(
    labels: np.ndarray, fraction: float, seed: int = 0
) -> np.ndarray:
    """Rows of a training set that are held out, the same share of each class.

    Convention:
        - of a class with n images, round(fraction n) are held out, but at
          least 1 and at most n - 1; a class with one image keeps it.
        - class by class in ascending order from one ``RandomState(seed)``.

    Args:
        labels: (N,) labels.
        fraction: Share that is held out, in (0, 1).
        seed: Seed of the selection.

    Returns:
        Row numbers, ascending, int64.

    Raises:
        ValueError: If ``fraction`` is not between 0 and 1.

    Examples:
        >>> labels = np.repeat([0, 1], [10, 5])
        >>> len(held_out_rows(labels, 0.2))  # 2 of class 0, 1 of class 1
        3

    Source:
        Ours: stratified sampling without replacement, rounded per class.
    """
    hint = '0.2 holds out a fifth of each class.'
    check_real('fraction', fraction, 0, hint, high=1, above=True, below=True)
    labels = np.asarray(labels)
    rng = np.random.RandomState(seed)
    rows = [np.zeros(0, dtype=np.int64)]
    for c in np.unique(labels):
        of_class = rng.permutation(np.flatnonzero(labels == c))
        size = len(of_class)
        wanted = min(max(round(fraction * size), 1), size - 1)
        rows.append(of_class[:wanted])
    return np.sort(np.concatenate(rows)).astype(np.int64)


def class_mean(values: Tensor, labels: Tensor, num_classes: int) -> Tensor:
    """Mean over classes of the mean over the samples of a class.

    Of correct predictions it is the accuracy on a balanced test set.

    Args:
        values: (N,) one number or bool per sample.
        labels: (N,) int64.
        num_classes: C.

    Returns:
        Scalar float64; classes without a sample do not count.

    Examples:
        >>> correct = torch.tensor([1.0, 0.0, 1.0])
        >>> class_mean(correct, torch.tensor([0, 0, 1]), num_classes=2)
        tensor(0.7500, dtype=torch.float64)

    Source:
        Ours: a mean of means (balanced accuracy, if the values are hits).
    """
    values = values.double()
    sums = torch.zeros(num_classes, dtype=values.dtype, device=values.device)
    counts = torch.zeros_like(sums).index_add(
        0, labels, torch.ones_like(values)
    )
    sums = sums.index_add(0, labels, values)
    present = counts > 0
    return (sums[present] / counts[present]).mean()


def balanced_accuracy(logits: Tensor, labels: Tensor) -> Tensor:
    """Accuracy with all classes present alike.

    Args:
        logits: (N, C).
        labels: (N,) int64.

    Returns:
        Scalar float64 in [0, 1].

    Examples:
        >>> logits = torch.tensor([[2.0, 1.0, 0.0], [0.0, 1.0, 3.0]])
        >>> labels = torch.tensor([0, 1])
        >>> balanced_accuracy(logits, labels)  # class 0: 1, class 1: 0
        tensor(0.5000, dtype=torch.float64)

    Source:
        Brodersen et al., ICPR 2010, https://doi.org/10.1109/ICPR.2010.764
    """
    return class_mean(logits.argmax(1) == labels, labels, logits.shape[1])


def balanced_log_likelihood(logits: Tensor, labels: Tensor) -> Tensor:
    """Mean log-likelihood of the labels with all classes present alike.

    Args:
        logits: (N, C).
        labels: (N,) int64.

    Returns:
        Scalar float64 <= 0, in nats; larger is better.

    Examples:
        >>> logits = torch.tensor([[2.0, 1.0, 0.0], [0.0, 1.0, 3.0]])
        >>> labels = torch.tensor([0, 1])
        >>> balanced_log_likelihood(logits, labels)
        tensor(-1.2887, dtype=torch.float64)

    Source:
        Textbook: the cross-entropy with its sign turned.
    """
    nll = F.cross_entropy(logits, labels, reduction='none')
    return -class_mean(nll, labels, logits.shape[1])
