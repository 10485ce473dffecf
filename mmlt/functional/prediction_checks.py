"""What scores and labels must be before a number is made of them."""

import torch
from torch import Tensor

from .checks import check_choice, check_shapes

__all__ = ['check_predictions', 'check_probabilities']

KINDS = ('probabilities', 'logits')
HALF = (torch.float16, torch.bfloat16)


def check_predictions(
    scores: Tensor, labels: Tensor, num_classes: int, kind: str
) -> None:
    """Check that shapes, dtypes and labels fit.

    Raises:
        ValueError: Naming what does not.
    """
    check_choice('kind', kind, KINDS)
    hint = 'One row of scores and one label per sample.'
    check_shapes(hint, scores=(scores, 'N C'), labels=(labels, 'N'))
    if scores.shape[1] != num_classes:
        raise ValueError(
            f'Expected scores of {num_classes} classes, but got those of '
            f'{scores.shape[1]}. Does the model have the classes of the test '
            'set?'
        )
    if not scores.is_floating_point() or labels.dtype != torch.long:
        raise ValueError(
            'Expected floating point scores and int64 labels, but got '
            f'{scores.dtype} and {labels.dtype}. Convert them by `.float()` '
            'and `.long()`.'
        )
    if len(labels):
        least, most = torch.stack(labels.aminmax()).tolist()
        if least < 0 or most >= num_classes:
            raise ValueError(
                f'Expected labels from 0 to {num_classes - 1}, but got '
                f'{least if least < 0 else most}. Does the test set have '
                'the classes of the model?'
            )


def check_probabilities(
    probs: Tensor, kind: str = 'probabilities', half: bool = False
) -> None:
    """Check that rows are distributions: a sum of 1, to within 0.001.

    Args:
        probs: (N, C), best in float64.
        kind: What was given: 'probabilities', or 'logits' these are of.
        half: Whether they were computed in half precision, where a sum may
            be off by 0.01.

    Raises:
        ValueError: Saying what the first of them is.
    """
    if not len(probs):
        return
    sums = probs.sum(1)
    bad = ~((sums - 1).abs() <= (1e-2 if half else 1e-3))
    if kind == 'probabilities':
        bad |= probs.amin(1) < 0
    if bad.any():
        row = int(bad.nonzero()[0])
        if kind == 'logits':
            raise ValueError(
                'Expected logits without nan or +inf, but sample '
                f'{row} of the batch has one. (Did the training diverge?)'
            )
        least, total = probs[row].min().item(), sums[row].item()
        raise ValueError(
            'Expected probabilities, >= 0 and with sum 1, but sample '
            f'{row} of the batch has least {least:.6g} and sum {total:.6g}. '
            "(Logits? Take their softmax, or say `kind='logits'` where that "
            'is an argument.)'
        )
