"""Logits corrected after training: what calibrators do to them."""

import torch
from torch import Tensor

from .checks import at_least_float32
from .losses import PerClass, per_class

__all__ = [
    'log_linear_temperature',
    'logit_adjustment',
    'predicted_class_temperature',
    'standardized',
    'tau_normalized_logits',
    'temperature_scaled',
    'vector_scaled',
]


def logit_adjustment(
    logits: Tensor,
    counts: PerClass,
    tau: float | Tensor = 1.0,
    centered: bool = False,
) -> Tensor:
    r"""Logits of a trained classifier without the training prior.

    z_c - tau log(n_c / sum(n)), for the test alone (post-hoc).

    Args:
        logits: (N, C), of a network trained with plain cross-entropy.
        counts: (C,) training images, or their shares, > 0 (not checked).
        tau: Strength of the adjustment >= 0; 0 changes nothing, 1 takes the
            prior out exactly where the probabilities hold it.
        centered: Whether log n_c has its mean subtracted instead of
            log sum(n): the same softmax, and a mean logit that stays.

    Returns:
        (N, C), in at least float32.

    Examples:
        >>> logits = torch.zeros(1, 3)
        >>> logit_adjustment(logits, [100, 10, 1], tau=1.0)
        tensor([[0.1044, 2.4069, 4.7095]])

    Source:
        Menon et al., ICLR 2021, https://arxiv.org/abs/2007.07314, Eq. 9.
    """
    logits = at_least_float32(logits)
    # float64: above 2^24 a count is not a float32
    counts = per_class(counts, logits, torch.float64)
    if centered:
        log_prior = counts.log()
        log_prior = log_prior - log_prior.mean()
    else:
        log_prior = (counts / counts.sum()).log()
    return logits - tau * log_prior.to(logits.dtype)


def temperature_scaled(logits: Tensor, log_temperature: Tensor) -> Tensor:
    """Logits divided by one temperature.

    Args:
        logits: (N, C).
        log_temperature: Scalar, the logarithm of the temperature; 0 changes
            nothing.

    Returns:
        (N, C); the predicted classes stay.

    Examples:
        >>> logits = torch.tensor([[2.0, 0.0]])
        >>> temperature_scaled(logits, torch.tensor(2.0).log())
        tensor([[1., 0.]])

    Source:
        Guo et al., ICML 2017, https://arxiv.org/abs/1706.04599, Eq. 9.
    """
    return logits * torch.exp(-log_temperature)


def vector_scaled(logits: Tensor, log_scale: Tensor, shift: Tensor) -> Tensor:
    """Logits with a scale and a shift of each class, exp(a_c) z_c + b_c.

    Args:
        logits: (N, C).
        log_scale: (C,) a, the logarithm of the scale; 0 changes nothing.
        shift: (C,) b.

    Returns:
        (N, C).

    Examples:
        >>> logits = torch.tensor([[2.0, 0.0]])
        >>> vector_scaled(logits, torch.zeros(2), torch.tensor([0.0, 1.0]))
        tensor([[2., 1.]])

    Source:
        Guo et al., ICML 2017, https://arxiv.org/abs/1706.04599, Sec. 4.2
        (vector scaling, there with a scale of either sign; ours is
        positive).
    """
    return logits * log_scale.exp() + shift


def tau_normalized_logits(
    logits: Tensor,
    weight_norm: Tensor,
    bias: Tensor | None = None,
    tau: float | Tensor = 1.0,
) -> Tensor:
    r"""Logits of the tau-normalized classifier, (z_c - b_c) / \|w_c\|^tau.

    Convention: without bias, as :class:`~mmlt.models.TauNormClsHead`.

    Args:
        logits: (N, C) of the linear classifier, W f + b.
        weight_norm: (C,) lengths of the rows of W.
        bias: (C,) b, or None.
        tau: Exponent of the norm >= 0, not the strength of
            :func:`logit_adjustment`; 0 divides by nothing, 1 by the length.

    Returns:
        (N, C).

    Examples:
        >>> logits = torch.tensor([[4.0, 1.0]])
        >>> tau_normalized_logits(logits, torch.tensor([4.0, 1.0]))
        tensor([[1., 1.]])

    Source:
        Kang et al., ICLR 2020, https://arxiv.org/abs/1910.09217, Sec. 4.2;
        https://github.com/facebookresearch/classifier-balancing/blob/f162adef63fdf592d0b8a0f6e52bc481fc08785f/tau_norm.py#L102-L107
    """
    if bias is not None:
        logits = logits - bias.to(logits)
    return logits / weight_norm.to(logits) ** tau


def log_linear_temperature(
    logits: Tensor, values: Tensor, intercept: Tensor, slope: Tensor
) -> Tensor:
    r"""Logits divided by T(x), log T = intercept + slope u(x).

    u(x) is the mean of ``values`` over the classes that the sample may be
    of, sum_c p_c(x) values_c, so T is smooth in x and, with values = log
    n_c, a smooth function of the log count. One temperature per sample: the
    predicted class stays.

    Args:
        logits: (N, C).
        values: (C,), of scale 1, see :func:`standardized`.
        intercept: Scalar.
        slope: Scalar; 0 is one temperature for all.

    Returns:
        (N, C).

    Examples:
        >>> logits = torch.tensor([[2.0, 0.0]])
        >>> values = torch.tensor([1.0, -1.0])
        >>> log_two, zero = torch.tensor(2.0).log(), torch.tensor(0.0)
        >>> log_linear_temperature(logits, values, log_two, zero)
        tensor([[1., 0.]])

    Source:
        Ours; one temperature: Guo et al., ICML 2017,
        https://arxiv.org/abs/1706.04599, Sec. 4.2.
    """
    expected = logits.softmax(1) @ values.to(logits)
    return logits * torch.exp(-(intercept + slope * expected))[:, None]


def predicted_class_temperature(
    logits: Tensor, log_temperature: Tensor
) -> Tensor:
    """Logits divided by the temperature of the predicted class.

    The predicted class stays.

    Args:
        logits: (N, C).
        log_temperature: (C,).

    Returns:
        (N, C).

    Examples:
        >>> logits = torch.tensor([[2.0, 0.0], [0.0, 2.0]])
        >>> log_temperature = torch.tensor([1.0, 2.0]).log()
        >>> predicted_class_temperature(logits, log_temperature)
        tensor([[2., 0.],
                [0., 1.]])

    Source:
        Frenkel and Goldberger, EUSIPCO 2021,
        https://doi.org/10.23919/EUSIPCO54536.2021.9616219 (class-based
        temperature scaling), there by search for the calibration error; fitted
        by likelihood here.
    """
    return logits * torch.exp(-log_temperature[logits.argmax(1)])[:, None]


def standardized(values: Tensor) -> Tensor:
    """Values with mean 0 and standard deviation 1; 0 where all are equal.

    Convention: the deviation divides by C, not C - 1.

    Args:
        values: (C,), any dtype, at least one.

    Returns:
        (C,) float64, dimensionless.

    Examples:
        >>> standardized(torch.tensor([1.0, 2.0, 3.0]))
        tensor([-1.2247,  0.0000,  1.2247], dtype=torch.float64)

    Source:
        Textbook: the z-score.
    """
    values = values.double()
    centered = values - values.mean()
    spread = centered.square().mean().sqrt()
    return centered / spread if spread > 1e-12 else torch.zeros_like(values)
