r"""Numbers of the classification of boxes: classes and background.

A box is an object or background, by two logits of their own, and an object
is of a class, by C logits:

$$p(i) = p(\mathrm{object})\; p(i \mid \mathrm{object}), \qquad
p(\mathrm{background}) = 1 - p(\mathrm{object}).$$

Convention: the logits are those of the C classes, that of an object, that of
the background; the label and the probability of background come last, at C.
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from .checks import at_least_float32, check_real, check_shapes
from .label_indices import class_indices

__all__ = [
    'background_log_prior',
    'objectness_log_probs',
    'objectness_losses',
]

_HINT = 'The last two of the C + 2 logits are those of object and background.'


def _split(logits: Tensor) -> tuple[Tensor, Tensor]:
    """Logarithms of p(i | object), (N, C), and of p(object or not), (N, 2)."""
    check_shapes(_HINT, logits=(logits, 'N C'))
    if logits.shape[1] < 3:
        raise ValueError(
            'Expected `logits` of one class or more, object and background, '
            f'but got {logits.shape[1]} columns. {_HINT}'
        )
    logits = at_least_float32(logits)
    return logits[:, :-2].log_softmax(1), logits[:, -2:].log_softmax(1)


def objectness_log_probs(logits: Tensor) -> Tensor:
    """Log-probabilities of the classes and of background.

    Args:
        logits: (N, C + 2): of the classes, of an object, of background.

    Returns:
        (N, C + 1), background last; at least float32.

    Raises:
        ValueError: If there are fewer than three logits.

    Examples:
        >>> logits = torch.tensor([[2.0, 2.0, 0.0, 0.0]])
        >>> objectness_log_probs(logits).exp()
        tensor([[0.2500, 0.2500, 0.5000]])

    Source:
        Wang et al. (Seesaw loss), CVPR 2021,
        https://arxiv.org/abs/2008.10032, its objectness branch
    """
    classes, objectness = _split(logits)
    return torch.cat([classes + objectness[:, :1], objectness[:, 1:]], 1)


def objectness_losses(logits: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
    """Cross-entropy of the class of an object, and of object or background.

    Convention: their sum is minus the log-probability of the label, as
    :func:`objectness_log_probs` gives it; background has no class, and no
    loss of it. They are apart, as two numbers of a log.

    Args:
        logits: (N, C + 2): of the classes, of an object, of background.
        labels: (N,) indices from 0 to C, which is background.

    Returns:
        Two times (N,); at least float32.

    Raises:
        ValueError: If there are fewer than three logits, or the shapes
            differ.

    Examples:
        >>> logits = torch.tensor([[2.0, 2.0, 0.0, 0.0], [2.0, 1.0, 0.0, 4.0]])
        >>> objectness_losses(logits, torch.tensor([1, 2]))
        (tensor([0.6931, 0.0000]), tensor([0.6931, 0.0181]))

    Source:
        Wang et al. (Seesaw loss), CVPR 2021,
        https://arxiv.org/abs/2008.10032, its objectness branch, with both
        of its factors at 1
    """
    hint = 'One label per box.'
    check_shapes(hint, logits=(logits, 'N C'), labels=(labels, 'N'))
    labels = class_indices(labels)
    classes, objectness = _split(logits)
    background = classes.shape[1]
    # the label of background is ignored, and its loss is 0
    class_loss = F.nll_loss(
        classes, labels, ignore_index=background, reduction='none'
    )
    is_background = (labels == background).long()
    object_loss = F.nll_loss(objectness, is_background, reduction='none')
    return class_loss, object_loss


def background_log_prior(log_prior: Tensor, share: float) -> Tensor:
    r"""Logarithm of a prior of C classes and background.

    $$\log[(1 - s)\, \pi_i], \quad \log s, \qquad
    \pi_i = \mathrm{softmax}(\mathrm{log\_prior})_i.$$

    Args:
        log_prior: (C,), of the classes, up to a constant: log n_c, or zeros
            for classes that are equally frequent.
        share: s, how much of the boxes is background, in (0, 1).

    Returns:
        (C + 1,), background last; at least float32. Its exponentials sum to
        1.

    Raises:
        ValueError: If ``share`` is not between 0 and 1.

    Examples:
        >>> background_log_prior(torch.zeros(2), share=0.5).exp()
        tensor([0.2500, 0.2500, 0.5000])

    Source:
        Textbook: the law of total probability.
    """
    hint = 'It is the share of background among the boxes.'
    share = check_real('share', share, 0, hint, high=1, above=True, below=True)
    check_shapes('One number per class.', log_prior=(log_prior, 'C'))
    log_prior = at_least_float32(log_prior)
    classes = log_prior.log_softmax(0) + math.log1p(-share)
    return torch.cat([classes, classes.new_tensor([math.log(share)])])
