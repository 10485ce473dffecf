"""Experts that learn from each other: the losses of NCL."""

import torch
import torch.nn.functional as F
from torch import Tensor

from .checks import at_least_float32, check_choice, check_integer

__all__ = [
    'hard_classes',
    'mutual_distillation',
    'ncl_losses',
    'restrict_logits',
]

EXCLUDED = ('zero', 'drop')


def hard_classes(logits: Tensor, labels: Tensor, num_hard: int) -> Tensor:
    """The class of each image and those most easily taken for it.

    Args:
        logits: (N, C).
        labels: (N,) int64.
        num_hard: M in [1, C], the class itself among them.

    Returns:
        (N, M) int64: the label first, then the others by falling logit.

    Raises:
        ValueError: If ``num_hard`` is out of range.

    Examples:
        >>> logits = torch.tensor([[2.0, 1.0, 0.0], [0.0, 1.0, 3.0]])
        >>> labels = torch.tensor([0, 1])
        >>> hard_classes(logits, labels, num_hard=2)
        tensor([[0, 1],
                [1, 2]])

    Source:
        Li et al. (NCL), CVPR 2022, https://arxiv.org/abs/2203.15359 ("hard
        category mining");
        https://github.com/Bazinga699/NCL/blob/f64fddb3587b7439f3a8b731448a4ab3d3defe26/lib/loss/loss.py#L91-L93
    """
    hint = 'It counts classes, and cannot exceed theirs.'
    check_integer('num_hard', num_hard, 1, hint, high=logits.shape[1])
    first = logits.detach().scatter(1, labels[:, None], float('inf'))
    return first.topk(num_hard, dim=1).indices


def restrict_logits(
    logits: Tensor, classes: Tensor, excluded: str = 'zero'
) -> Tensor:
    """Logits in which some classes alone compete.

    Args:
        logits: (N, C), or (K, N, C) of K experts.
        classes: (N, M) int64, with no class twice.
        excluded: What becomes of the other logits. 'zero': they are
            multiplied by 0, as in the published code, so that together they
            weigh as C - M classes with logit 0. 'drop': they are left out, a
            softmax over M classes.

    Returns:
        (..., N, C) for 'zero'; (..., N, M), in the order of ``classes``, for
        'drop'.

    Raises:
        ValueError: If ``excluded`` is another word.

    Examples:
        >>> logits = torch.tensor([[2.0, 1.0, 0.0], [0.0, 1.0, 3.0]])
        >>> classes = torch.tensor([[0, 1], [2, 1]])
        >>> restrict_logits(logits, classes)
        tensor([[2., 1., 0.],
                [0., 1., 3.]])
        >>> restrict_logits(logits, classes, excluded='drop')
        tensor([[2., 1.],
                [3., 1.]])

    Source:
        Li et al. (NCL), CVPR 2022, https://arxiv.org/abs/2203.15359;
        multiplied by 0 as in
        https://github.com/Bazinga699/NCL/blob/f64fddb3587b7439f3a8b731448a4ab3d3defe26/lib/loss/loss.py#L98
    """
    check_choice('excluded', excluded, EXCLUDED)
    if excluded == 'drop':
        shape = (*logits.shape[:-1], classes.shape[1])
        return logits.gather(-1, classes.expand(shape))
    mask = torch.zeros(
        logits.shape[-2:], dtype=logits.dtype, device=logits.device
    )
    return logits * mask.scatter_(1, classes, 1)


def mutual_distillation(logits: Tensor) -> Tensor:
    r"""How far the experts' predictions are apart, sum KL(p_j \|\| p_i)/(K-1).

    The sum runs over all ordered pairs of different experts. The gradient
    flows to both of a pair, as in the published code.

    Args:
        logits: (K, N, C) of K experts.

    Returns:
        (N,) >= 0, but for rounding, in at least float32; 0 for one expert.

    Examples:
        >>> logits = torch.tensor([[[2.0, 0.0]], [[0.0, 0.0]]])  # two experts
        >>> mutual_distillation(logits)
        tensor([0.7616])
        >>> mutual_distillation(logits[:1].repeat(2, 1, 1))  # they agree
        tensor([0.])

    Source:
        Li et al. (NCL), CVPR 2022, https://arxiv.org/abs/2203.15359 ("nested
        balanced online distillation");
        https://github.com/Bazinga699/NCL/blob/f64fddb3587b7439f3a8b731448a4ab3d3defe26/lib/loss/loss.py#L6-L24
    """
    log_p = F.log_softmax(at_least_float32(logits), dim=2)
    num_experts = len(log_p)
    total = log_p.new_zeros(log_p.shape[1])
    for i in range(num_experts):
        for j in range(num_experts):
            if i != j:
                total = total + F.kl_div(
                    log_p[i], log_p[j], reduction='none', log_target=True
                ).sum(1)
    return total / max(num_experts - 1, 1)


def ncl_losses(
    logits: Tensor,
    labels: Tensor,
    log_counts: Tensor,
    num_hard: int,
    excluded: str = 'zero',
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """The four terms of nested collaborative learning, per sample.

    Each expert is trained with balanced softmax (logits plus the logarithm
    of the counts) over all classes and over the hard ones, and the experts
    learn from each other over both. The hard classes are those of expert 0,
    by its logits without the prior.

    Convention:
        - with ``excluded='zero'`` a constant in ``log_counts`` matters: the
          published code adds the logarithm of the counts, not of the shares.

    Args:
        logits: (K, N, C) of K experts.
        labels: (N,) int64.
        log_counts: (C,), the logarithm of the class counts.
        num_hard: M in [1, C].
        excluded: See :func:`restrict_logits`.

    Returns:
        Four (N,): cross-entropy summed over the experts, over all classes
        and over the hard ones; mutual distillation over all classes and over
        the hard ones.

    Examples:
        >>> logits = torch.tensor([[[2.0, 1.0, 0.0]], [[1.0, 1.0, 0.0]]])
        >>> prior = log_counts([9, 3, 1])
        >>> terms = ncl_losses(logits, torch.tensor([0]), prior, num_hard=2)
        >>> [round(term.item(), 4) for term in terms]
        [0.4469, 0.4469, 0.1513, 0.1513]

    Source:
        Li et al. (NCL), CVPR 2022, https://arxiv.org/abs/2203.15359; the
        details are those of
        https://github.com/Bazinga699/NCL/blob/f64fddb3587b7439f3a8b731448a4ab3d3defe26/lib/loss/loss.py#L78-L106
    """
    logits = at_least_float32(logits)
    classes = hard_classes(logits[0], labels, num_hard)
    balanced = logits + log_counts.to(logits.dtype)
    hard = restrict_logits(balanced, classes, excluded)
    # where the others are dropped, the label is the first of the classes
    target = labels if excluded == 'zero' else torch.zeros_like(labels)

    def cross_entropy(scores: Tensor, label: Tensor) -> Tensor:
        repeated = label.expand(len(scores), -1)
        return F.cross_entropy(
            scores.transpose(1, 2), repeated, reduction='none'
        ).sum(0)

    return (
        cross_entropy(balanced, labels),
        cross_entropy(hard, target),
        mutual_distillation(balanced),
        mutual_distillation(hard),
    )
