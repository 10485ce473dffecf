"""Whether the likelihood of a calibrator has a minimum to be fitted."""

import torch
from torch import Tensor

__all__ = [
    'NoMinimumError',
    'refuse_lone_classes',
    'refuse_no_temperature',
    'refuse_separated',
]


class NoMinimumError(ValueError):
    """A likelihood that improves without end, so that no fit means anything.

    What an optimizer returns then is where it stopped: a temperature of
    0.005, say, which makes every confidence 1.

    Examples:
        >>> try:
        ...     refuse_separated(torch.eye(2), torch.tensor([0, 1]))
        ... except NoMinimumError as error:
        ...     print(str(error)[:60])
        Expected held-out samples of which some are predicted wrong,

    Source:
        Ours: the name of an error.
    """


def refuse_separated(logits: Tensor, labels: Tensor) -> None:
    """Refuse logits of which every prediction is right.

    A temperature below 1 then makes every sample more likely, a smaller one
    more so: no temperature is best. That is exact, and does not depend on
    how often an optimizer tried.

    Args:
        logits: (N, C) that a temperature is fitted to, or those that a
            calibrator with a temperature has made.
        labels: (N,) int64.

    Raises:
        NoMinimumError: If no label has a logit below that of another class.

    Examples:
        >>> logits = torch.tensor([[2.0, 0.0], [1.0, 0.0]])
        >>> refuse_separated(logits, torch.tensor([0, 1]))  # one is wrong

    Source:
        Albert and Anderson, Biometrika 71, 1984,
        https://doi.org/10.1093/biomet/71.1.1 (complete separation).
    """
    own = logits.gather(1, labels[:, None]).squeeze(1)
    if (own >= logits.amax(1)).all():
        raise NoMinimumError(
            'Expected held-out samples of which some are predicted wrong, '
            f'but all {len(labels)} can be right at once: their likelihood '
            'grows without end as the temperature falls to 0. Hold out more '
            'images, or take what has a penalty: vector_balanced.'
        )


def refuse_no_temperature(
    logits: Tensor, labels: Tensor, weights: Tensor | None = None
) -> None:
    """Refuse logits of which no temperature is the best.

    The negative log-likelihood is convex in 1/T. It has a minimum at a
    finite T > 0 if and only if it rises for T -> 0, which is where a label
    has a smaller logit than another class (:func:`refuse_separated`), and
    falls from T -> infinity, which is where labels have larger logits than
    the mean class, on average.

    Args:
        logits: (N, C).
        labels: (N,) int64.
        weights: (N,) with sum 1; all alike for None.

    Raises:
        NoMinimumError: If there is none.

    Examples:
        >>> logits = torch.tensor([[2.0, 0.0], [1.0, 0.0]])
        >>> refuse_no_temperature(logits, torch.tensor([0, 1]))

    Source:
        Ours: the derivatives at both ends.
    """
    refuse_separated(logits, labels)
    own = logits.gather(1, labels[:, None]).squeeze(1)
    gain = (own - logits.mean(1)).double()
    mean = gain.mean() if weights is None else weights.double() @ gain
    if mean <= 0:
        raise NoMinimumError(
            'Expected held-out samples whose classes have larger logits than '
            f'the mean class, but theirs are larger by {mean.item():.3g} on '
            'average: the likelihood grows without end as the temperature '
            'rises, towards equal probabilities. Do the labels belong to '
            'these predictions?'
        )


def refuse_lone_classes(logits: Tensor, labels: Tensor) -> None:
    """Refuse classes whose scale and shift nothing on the other side holds.

    The shift of a class without a sample is best at minus infinity. If a
    class has larger logits of its own on all its samples than on all others,
    its scale is best at infinity.

    Args:
        logits: (N, C).
        labels: (N,) int64.

    Raises:
        NoMinimumError: Naming the first such class.

    Examples:
        >>> logits = torch.tensor([[2.0, 0.0], [1.0, 0.0], [0.0, 0.5]])
        >>> refuse_lone_classes(logits[[0, 1, 2, 2]], torch.tensor([0, 1] * 2))

    Source:
        Albert and Anderson, Biometrika 71, 1984,
        https://doi.org/10.1093/biomet/71.1.1 (quasi-complete separation), one
        class at a time.
    """
    size = logits.shape[1]
    count = torch.bincount(labels, minlength=size)
    index = labels[:, None]
    own = logits.gather(1, index).squeeze(1)
    least = torch.full_like(logits[0], float('inf'))
    least = least.scatter_reduce(0, labels, own, 'amin')
    others = logits.scatter(1, index, float('-inf')).amax(0)
    found = ((count == 0) | (least >= others)).nonzero().flatten()
    if len(found):
        c = int(found[0])
        why = (
            'has none: its shift would go to minus infinity'
            if count[c] == 0
            else 'is told from all others by its own logit: its scale would '
            'go to infinity'
        )
        raise NoMinimumError(
            'Expected held-out samples that determine a scale and a shift of '
            f'every class, but class {c} {why} ({len(found)} such classes). '
            'Hold out more images, or take what has a penalty: '
            'vector_balanced.'
        )
