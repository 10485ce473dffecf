"""Learning from the predictions of a teacher."""

import torch.nn.functional as F
from torch import Tensor

from .checks import at_least_float32, check_real

__all__ = ['distillation_loss', 'virtual_examples']


def virtual_examples(
    teacher_logits: Tensor, temperature: float = 2.0, power: float = 0.5
) -> Tensor:
    r"""Logarithm of the teacher's distribution, flattened: log q.

    q is proportional to softmax(z_t / T)^p: the number of virtual examples
    of each class that an image counts as. p = 1 is the teacher's own
    distribution; p < 1 gives rare classes a larger share. It is
    softmax(p z_t / T), so T = 2 and p = 0.5 is a temperature of 4.

    Args:
        teacher_logits: (N, C).
        temperature: T > 0, dimensionless.
        power: p >= 0, dimensionless; 0 is the uniform distribution.

    Returns:
        (N, C), log q, in at least float32.

    Raises:
        ValueError: If a setting is out of range.

    Examples:
        >>> logits = torch.tensor([[2.0, 1.0, 0.0], [0.0, 1.0, 3.0]])
        >>> virtual_examples(logits, temperature=2.0, power=0.5).exp()
        tensor([[0.4192, 0.3265, 0.2543],
                [0.2272, 0.2918, 0.4810]])

    Source:
        He et al. (DiVE), ICCV 2021, https://arxiv.org/abs/2103.15042;
        https://github.com/lijian16/FCC/blob/ba9e7d3b8938c1cc092fc2546d9184ce4846ed1e/lib/loss/loss_impl/kld_loss.py#L33-L34
    """
    check_distillation_settings(temperature, power)
    logits = at_least_float32(teacher_logits)
    return F.log_softmax(logits * (power / temperature), dim=1)


def distillation_loss(
    logits: Tensor,
    teacher_logits: Tensor,
    temperature: float = 2.0,
    power: float = 1.0,
) -> Tensor:
    r"""Distance of a student from its teacher, T^2 KL(q \|\| p).

    p = softmax(z_s / T), q as in :func:`virtual_examples`. T^2 keeps the size
    of the gradient about the same at every temperature.

    Convention: one value per sample; its mean over the batch is PyTorch's
    ``kl_div(reduction='batchmean')``.

    Args:
        logits: (N, C), of the student.
        teacher_logits: (N, C); no gradient flows to them.
        temperature: T > 0, dimensionless, of both.
        power: p >= 0; 1 is distillation as Hinton et al. have it.

    Returns:
        (N,) >= 0, but for rounding (-1e-6 T^2 in float32), in at least
        float32.

    Raises:
        ValueError: If the shapes differ or a setting is out of range.

    Examples:
        >>> logits = torch.tensor([[2.0, 1.0, 0.0], [0.0, 1.0, 3.0]])
        >>> distillation_loss(logits, logits.flip(1), temperature=2.0)
        tensor([1.2806, 2.9297])

    Source:
        Hinton et al., 2015, https://arxiv.org/abs/1503.02531 (power 1); He et
        al. (DiVE), ICCV 2021, https://arxiv.org/abs/2103.15042 (power 0.5).
    """
    if logits.shape != teacher_logits.shape:
        raise ValueError(
            'Expected `teacher_logits` to have the shape of `logits`, '
            f'{tuple(logits.shape)}, but got {tuple(teacher_logits.shape)}. '
            'Teacher and student need the same classes.'
        )
    log_q = virtual_examples(teacher_logits.detach(), temperature, power)
    log_p = F.log_softmax(at_least_float32(logits) / temperature, dim=1)
    kl = F.kl_div(log_p, log_q, reduction='none', log_target=True).sum(1)
    return temperature**2 * kl


def check_distillation_settings(temperature: float, power: float) -> None:
    """Check that temperature and power are in their range.

    Raises:
        ValueError: Naming which.
    """
    hint = 'The default is 2.'
    check_real('temperature', temperature, 0, hint, above=True)
    hint = '0.5 is the published one, 1 is plain distillation.'
    check_real('power', power, 0, hint)
