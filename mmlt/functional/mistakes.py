"""Which classes are taken for which, and the mistakes most sure of."""

import torch
from torch import Tensor

__all__ = ['confident_mistakes', 'confused_pairs']


def confused_pairs(
    labels: Tensor, predicted: Tensor, num_classes: int
) -> Tensor:
    """Pairs of classes of which one is taken for the other, and how often.

    Memory grows with the samples, not with the square of the classes.

    Convention: the most frequent pair first; among equals the smaller true
    class, then the smaller predicted one. Right predictions are no pair.

    Args:
        labels: (N,) true classes, int64 in [0, C).
        predicted: (N,) predicted classes, int64 in [0, C).
        num_classes: C >= 1.

    Returns:
        (P, 3) int64, rows of true class, predicted class and number >= 1.

    Examples:
        >>> labels = torch.tensor([0, 1, 1, 1, 2])
        >>> predicted = torch.tensor([0, 2, 2, 0, 1])
        >>> confused_pairs(labels, predicted, num_classes=3)
        tensor([[1, 2, 2],
                [1, 0, 1],
                [2, 1, 1]])

    Source:
        Textbook: the entries of the confusion matrix beside its diagonal.
    """
    wrong = labels != predicted
    keys = labels[wrong] * num_classes + predicted[wrong]
    pairs, number = keys.unique(return_counts=True)
    order = number.argsort(descending=True, stable=True)
    pairs, number = pairs[order], number[order]
    return torch.stack([pairs // num_classes, pairs % num_classes, number], 1)


def confident_mistakes(
    probs: Tensor, labels: Tensor, number: int, each: int = 2
) -> Tensor:
    """The wrong predictions with the highest probability.

    Convention: the most confident first, ties by row; of each pair of true
    and predicted class at most ``each``, so that one confusion does not hide
    all others.

    Args:
        probs: (N, C) in [0, 1].
        labels: (N,) true classes, int64.
        number: At most so many, >= 0.
        each: Of one pair of classes, >= 1.

    Returns:
        (<= number,) rows, int64.

    Examples:
        >>> probs = torch.tensor([[0.9, 0.1], [0.7, 0.3], [0.2, 0.8]])
        >>> confident_mistakes(probs, torch.tensor([1, 0, 0]), number=2)
        tensor([0, 2])

    Source:
        Ours: fastai's ``plot_top_losses`` orders by the loss,
        https://docs.fast.ai/interpret.html; here the probability of the
        class that was predicted decides.
    """
    confidence, predicted = probs.max(1)
    wrong = (predicted != labels).nonzero().flatten()
    order = confidence[wrong].argsort(descending=True, stable=True)
    seen: dict[tuple[int, int], int] = {}
    rows: list[int] = []
    for row in wrong[order].tolist():
        if len(rows) >= number:
            break
        pair = int(labels[row]), int(predicted[row])
        seen[pair] = seen.get(pair, 0) + 1
        if seen[pair] <= each:
            rows.append(row)
    return torch.tensor(rows, dtype=torch.int64)
