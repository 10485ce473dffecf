r"""Contrast with vMF distributions of the classes (ProCo).

A supervised contrastive loss asks for the mean of exp(x . z / T) over the
features x of each class. With x of a class from a vMF distribution of mean
direction mu and concentration kappa that mean is known in closed form, and
with it the loss of infinitely many samples:

    log E exp(x . z / T) = L(|kappa mu + z / T|) - L(kappa),

L as in :func:`~mmlt.functional.vmf_log_partition`.
"""

from functools import lru_cache
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from .bessel import bessel_terms
from .bessel_series import MIN_ORDER, _coefficients
from .checks import at_least_float32, check_floating, check_real
from .unit_vectors import unit_vectors

__all__ = [
    'running_class_means',
    'vmf_concentration_estimate',
    'vmf_contrast_logits',
    'vmf_log_partition_rise',
]

LARGEST_KAPPA = 1e5


def vmf_contrast_logits(
    features: Tensor,
    directions: Tensor,
    kappa: Tensor,
    temperature: float = 0.1,
) -> Tensor:
    r"""Log of the mean of exp(x.z / T) over the features x of each class.

    $$l_c = L(\|\kappa_c\mu_c + z/T\|) - L(\kappa_c)$$

    Their cross-entropy, with log n_c on top, is the supervised contrastive
    loss of z with infinitely many samples of each class.

    Convention:
        - it is computed from kappa^2 + 2 kappa mu.z / T + 1 / T^2 without
          forming the sum of the vectors: one matrix product for all classes,
          no (N, C, D) tensor, and no cancellation where kappa is large.

    Args:
        features: (N, D) z, divided by their length first.
        directions: (C, D) mean directions mu; divided by their length.
        kappa: (C,) concentrations >= 0; no gradient flows to them.
        temperature: T > 0, dimensionless.

    Returns:
        (N, C) in [-1/T, 1/T], in at least float32.

    Raises:
        ValueError: If D is below 2, or T is not above 0.

    Examples:
        >>> features = torch.tensor([[1.0, 0.0]])
        >>> directions = torch.tensor([[1.0, 0.0], [0.0, 1.0]])
        >>> kappa = torch.tensor([100.0, 1.0])
        >>> vmf_contrast_logits(features, directions, kappa, 0.5)
        tensor([[1.9901, 0.7571]])

    Source:
        Du et al. (ProCo), TPAMI 2024, https://arxiv.org/abs/2403.06726;
        https://github.com/LeapLabTHU/ProCo/blob/af9e78ef6b3d731fed963781e5a4861658028fc2/ProCo_cifar/loss/proco.py#L253-L290,
        whose recurrence for the Bessel functions is off by 2.8 at kappa 1e5
        and D 128.
    """
    check_real(
        'temperature', temperature, 0, 'The usual one is 0.1.', above=True
    )
    z = unit_vectors(features, dtype=at_least_float32(features).dtype)
    mu = unit_vectors(directions.detach().to(z.dtype))
    kappa = kappa.detach().to(z.dtype)
    with torch.autocast(z.device.type, enabled=False):
        cosines = z @ mu.T
    rise = (cosines * (2 * kappa) + 1 / temperature) / temperature
    return vmf_log_partition_rise(features.shape[1], kappa, rise)


def vmf_log_partition_rise(dim: int, kappa: Tensor, rise: Tensor) -> Tensor:
    r"""L(sqrt(kappa^2 + rise)) - L(kappa), without cancellation.

    L is that of :func:`~mmlt.functional.vmf_log_partition`. At kappa 1e5 it
    is near 1e5, and one float32 step of it 0.008: the difference of two
    would be noise. Here both are differences from the start.

    Args:
        dim: Dimension of the feature space, >= 2, a Python number.
        kappa: Broadcasts to ``rise``; >= 0, not checked. No gradient flows
            to it.
        rise: Of the squared concentration, >= -kappa^2, not checked; any
            shape, floating point.

    Returns:
        Shape and dtype of ``rise`` (float32 for half precision). Once
        differentiable, also where kappa^2 + rise is 0.

    Raises:
        TypeError: If ``rise`` is not a floating point tensor.
        ValueError: If ``dim`` is below 2 or not finite.

    Accuracy:
        For dim from 42 on, where the terms of the expansion are subtracted
        one by one, relative error <= 2e-6 in float32 and 1e-12 in float64, or
        absolute error <= 5e-9 and 1e-16, whichever allows more (the latter
        for a ``rise`` below 1e-2). A smaller dim is computed in float64 from
        two values: absolute error <= 1e-13 of them.

    Examples:
        >>> rise = torch.tensor([-1e4, 1e4, 2e6])
        >>> vmf_log_partition_rise(128, torch.tensor(1e5), rise)
        tensor([-0.0500,  0.0500,  9.9932])

    Source:
        Ours: the expansion at the top of bessel_series.py.
    """
    order = check_real('dim', dim, 2, 'It is the number of features.') / 2 - 1
    check_floating('rise', rise)
    rise = at_least_float32(rise)
    return _Rise.apply(rise, kappa.detach().to(rise), order)


class _Rise(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, rise: Tensor, kappa: Tensor, order: float) -> Tensor:
        ctx.order = order
        rise_of = _rise_by_terms if order >= MIN_ORDER else _rise_of_two
        value, slope = rise_of(order, kappa, rise, ctx.needs_input_grad[0])
        if slope is not None:
            ctx.save_for_backward(slope)
        return value

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, None, None]:
        (slope,) = ctx.saved_tensors
        return grad * slope, None, None


def _rise_by_terms(
    order: float, kappa: Tensor, rise: Tensor, with_slope: bool
) -> tuple[Tensor, Tensor | None]:
    """The rise, term by term of L, and its slope A / (2 kappa) there."""
    w_row, q_row = _rows(order, rise.dtype)
    before = torch.hypot(kappa / order, torch.ones_like(kappa))
    last = 1 / before
    offset = (1 - last) * _horner(w_row, last)
    step = rise / order**2
    after = (before * before + step).clamp_(min=1).sqrt_()
    grown = step.div_(after + before)  # of w = sqrt(1 + (kappa / order)^2)
    value = torch.log1p(grown / (1 + before)).neg_().add_(grown)
    value = value.mul_(order).add_(offset)
    value = value.sub_(grown.div_(before).log1p_(), alpha=0.5)
    t = after.reciprocal()
    poly = _horner(w_row, t)
    value = value.sub_(poly).add_(poly.mul_(t))
    if not with_slope:
        return value, None
    slope = after.add_(1).reciprocal_().sub_(_horner(q_row, t))
    return value, slope.div_(2 * order)


@lru_cache(maxsize=256)
def _rows(
    order: float, dtype: torch.dtype
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Coefficients of W and q as far as they count in a dtype."""
    least = torch.finfo(dtype).eps / 100
    w_row, q_row = _coefficients(order)[0][:2]
    # q beside 1 / (1 + w) = t / (1 + t), which is at least t / 2
    return _cut(w_row, least), _cut(q_row, least)


def _cut(row: tuple[float, ...], least: float) -> tuple[float, ...]:
    """A row without the last entries that are below a bound together."""
    keep = len(row)
    while keep > 1 and sum(map(abs, row[keep - 1 :])) < least:
        keep -= 1
    return row[:keep]


def _horner(row: tuple[float, ...], t: Tensor) -> Tensor:
    """The polynomial with these coefficients, by ascending powers, at t."""
    value = torch.full_like(t, row[-1])
    for entry in row[-2::-1]:
        value = value.mul_(t).add_(entry)
    return value


def _rise_of_two(
    order: float, kappa: Tensor, rise: Tensor, with_slope: bool
) -> tuple[Tensor, Tensor | None]:
    """The rise as the difference of two values, and its slope."""
    kappa, dtype = kappa.double(), rise.dtype
    there = (kappa * kappa + rise.double()).clamp_(min=0).sqrt_()
    value, mean, slope = bessel_terms(order, there)
    value = value - bessel_terms(order, kappa)[0]
    if not with_slope:
        return value.to(dtype), None
    # A / kappa, which is A' at 0
    slope = torch.where(there > 0, mean / there, slope).div_(2)
    return value.to(dtype), slope.to(dtype)


def vmf_concentration_estimate(
    dim: int, resultant: Tensor, largest: float = LARGEST_KAPPA
) -> Tensor:
    r"""Concentration of a class from the length of the mean of its features.

    $$\kappa = \frac{p R}{1 - R^2}, \qquad p = \mathrm{dim}$$

    Convention:
        - the published code's. Banerjee et al. have p R - R^3 above the
          line, which is 1 % less at most at p = 128.

    Args:
        dim: p >= 2.
        resultant: R, the length of the mean of unit vectors; any shape.
        largest: What a class gets whose R is 1 (or above it by rounding), as
            one with a single image.

    Returns:
        Shape of ``resultant``, in [0, largest], in at least float32.

    Raises:
        ValueError: If ``dim`` is below 2 or not finite.

    Examples:
        >>> vmf_concentration_estimate(128, torch.tensor([0.0, 0.9, 1.0]))
        tensor([     0.0000,    606.3157, 100000.0000])

    Source:
        Du et al. (ProCo), TPAMI 2024, https://arxiv.org/abs/2403.06726;
        https://github.com/LeapLabTHU/ProCo/blob/af9e78ef6b3d731fed963781e5a4861658028fc2/ProCo_cifar/loss/proco.py#L185-L190.
        Banerjee et al., JMLR 2005,
        https://www.jmlr.org/papers/v6/banerjee05a.html, Eq. 4.4
    """
    check_real('dim', dim, 2, 'It is the number of features.')
    r = at_least_float32(resultant)
    kappa = dim * r / (1 - r) / (1 + r)
    return kappa.where((r < 1) & (kappa < largest), r.new_tensor(largest))


def running_class_means(
    means: Tensor, amounts: Tensor, features: Tensor, labels: Tensor
) -> tuple[Tensor, Tensor]:
    """Means of the features of each class, with those of a batch added.

    Args:
        means: (C, D) so far.
        amounts: (C,) how many features each mean is of, >= 0; a mean of
            none is replaced.
        features: (N, D) of the batch; no gradient flows to them.
        labels: (N,) integers in [0, C).

    Returns:
        The new (C, D) and (C,), in the dtypes of the old.

    Examples:
        >>> means, amounts = torch.tensor([[1.0, 0.0]]), torch.tensor([3.0])
        >>> features, labels = torch.tensor([[0.0, 1.0]]), torch.tensor([0])
        >>> running_class_means(means, amounts, features, labels)
        (tensor([[0.7500, 0.2500]]), tensor([4.]))

    Source:
        Du et al. (ProCo), TPAMI 2024, https://arxiv.org/abs/2403.06726;
        https://github.com/LeapLabTHU/ProCo/blob/af9e78ef6b3d731fed963781e5a4861658028fc2/ProCo_cifar/loss/proco.py#L150-L183
    """
    features = features.detach().to(means)
    sums = torch.zeros_like(means).index_add_(0, labels, features)
    new = torch.zeros_like(amounts).index_add_(
        0, labels, torch.ones_like(labels).to(amounts)
    )
    total = amounts + new
    share = (new / total.clamp(min=1))[:, None]
    batch = sums / new.clamp(min=1)[:, None]
    return torch.lerp(means, batch, share.to(means)), total
