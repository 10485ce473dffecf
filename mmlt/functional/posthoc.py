r"""Logits corrected after training, and how their parameters are fitted."""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

__all__ = [
    'balanced_weights',
    'fit_by_likelihood',
    'group_gaps',
    'log_linear_temperature',
    'logit_adjusted',
    'predicted_class_temperature',
    'standardised',
    'stratified_folds',
    'tau_normalised_logits',
]


def logit_adjusted(
    logits: Tensor, prior: Tensor, strength: float | Tensor = 1.0
) -> Tensor:
    """Logits with a class prior taken out, z_c - strength log prior_c.

    Args:
        logits: (N, C).
        prior: (C,) > 0; class counts do as well.
        strength: 0 changes nothing, 1 takes the prior out exactly where the
            probabilities hold it.

    Returns:
        (N, C).

    Source:
        Menon et al., ICLR 2021, https://arxiv.org/abs/2007.07314, Eq. 9.
    """
    log_prior = prior.to(logits).log()
    # of mean 0: the same softmax, and strength 0 is the same number
    return logits - strength * (log_prior - log_prior.mean())


def tau_normalised_logits(
    logits: Tensor,
    weight_norm: Tensor,
    bias: Tensor | None = None,
    tau: float | Tensor = 1.0,
) -> Tensor:
    r"""Logits of the tau-normalised classifier, (z_c - b_c) / \|w_c\|^tau.

    Convention: without bias, as :class:`~mmlt.models.TauNormClsHead`.

    Args:
        logits: (N, C) of the linear classifier, W f + b.
        weight_norm: (C,) lengths of the rows of W.
        bias: (C,) b, or None.
        tau: Exponent >= 0.

    Returns:
        (N, C).

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
        values: (C,), of scale 1, see :func:`standardised`.
        intercept: Scalar.
        slope: Scalar; 0 is one temperature for all.

    Returns:
        (N, C).

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

    Source:
        Frenkel and Goldberger, EUSIPCO 2021,
        https://doi.org/10.23919/EUSIPCO54536.2021.9616219 (class-based
        temperature scaling), there by search for the calibration error; fitted
        by likelihood here.
    """
    return logits * torch.exp(-log_temperature[logits.argmax(1)])[:, None]


def standardised(values: Tensor) -> Tensor:
    """Values with mean 0 and standard deviation 1; 0 where all are equal.

    Args:
        values: (C,).

    Returns:
        (C,) float64.

    Source:
        Textbook: the z-score.
    """
    values = values.double()
    centred = values - values.mean()
    spread = centred.square().mean().sqrt()
    return centred / spread if spread > 1e-12 else torch.zeros_like(values)


def balanced_weights(labels: Tensor, num_classes: int) -> Tensor:
    """Weight of each sample so that all classes present weigh alike.

    A held-out part is long-tailed as the training set; a weighted mean over
    it is an estimate of the mean over a balanced test set.

    Args:
        labels: (N,) int64.
        num_classes: C.

    Returns:
        (N,) float64 with sum 1.

    Source:
        Ours: inverse class frequencies of the samples at hand.
    """
    count = torch.bincount(labels, minlength=num_classes)
    weights = 1 / count[labels].double()
    return weights / weights.sum()


def fit_by_likelihood(
    transform: Callable[[Tensor, Tensor], Tensor],
    start: Tensor,
    logits: Tensor,
    labels: Tensor,
    weights: Tensor | None = None,
    penalty: float = 0.0,
    extra: Callable[[Tensor], Tensor] | None = None,
    max_iter: int = 200,
) -> Tensor:
    """Parameters of least (weighted) negative log-likelihood.

    Args:
        transform: (logits (N, C), parameters) to logits (N, C),
            differentiable in the parameters.
        start: Parameters to start from; those of no change.
        logits: (N, C) of held-out samples.
        labels: (N,) int64.
        weights: (N,) with sum 1; all alike for None.
        penalty: On half the squared distance from ``start``.
        extra: A further term of the objective, of the transformed logits.
        max_iter: Steps of L-BFGS.

    Returns:
        Parameters, float64.

    Raises:
        ValueError: If there is no sample, or the fit did not stay finite.

    Source:
        Textbook: maximum likelihood by L-BFGS,
        https://docs.pytorch.org/docs/stable/generated/torch.optim.LBFGS.html
    """
    if not len(labels):
        raise ValueError('Expected held-out samples to fit on, but got none.')
    logits, origin = logits.double(), start.double()
    if weights is None:
        weights = torch.full_like(logits[:, 0], 1 / len(labels))
    parameters = origin.clone().requires_grad_()
    optimizer = torch.optim.LBFGS(
        [parameters],
        max_iter=max_iter,
        tolerance_grad=1e-10,
        tolerance_change=1e-14,
        line_search_fn='strong_wolfe',
    )

    def objective() -> Tensor:
        optimizer.zero_grad()
        out = transform(logits, parameters)
        loss = weights @ F.cross_entropy(out, labels, reduction='none')
        loss = loss + penalty / 2 * (parameters - origin).square().sum()
        loss = loss if extra is None else loss + extra(out)
        loss.backward()
        return loss

    with torch.enable_grad():
        optimizer.step(objective)
    result = parameters.detach()
    if not result.isfinite().all():
        raise ValueError(
            'Expected the fit to stay finite, but it did not. Are the '
            'held-out samples all predicted right? (Their likelihood then '
            'grows without end as the temperature falls.)'
        )
    return result


def stratified_folds(labels: Tensor, num_folds: int, seed: int = 0) -> Tensor:
    """Fold of each sample, every class spread over the folds.

    Args:
        labels: (N,) int64.
        num_folds: K >= 2.
        seed: Of the assignment.

    Returns:
        (N,) int64 below K. Classes with fewer than K samples begin at a
        random fold.

    Source:
        Textbook: stratified cross-validation.
    """
    generator = torch.Generator().manual_seed(seed)
    fold = torch.zeros_like(labels)
    for c in labels.unique().tolist():
        rows = (labels == c).nonzero().flatten()
        rows = rows[torch.randperm(len(rows), generator=generator)]
        first = torch.randint(0, num_folds, (1,), generator=generator)
        fold[rows] = (torch.arange(len(rows)) + first) % num_folds
    return fold


def group_gaps(
    logits: Tensor, labels: Tensor, weights: Tensor, groups: list[Tensor]
) -> Tensor:
    """Mean confidence minus accuracy in groups of true classes.

    Args:
        logits: (N, C).
        labels: (N,) int64.
        weights: (N,).
        groups: G masks (C,) bool; one without a sample is left out.

    Returns:
        (G',) in [-1, 1], differentiable in the logits.

    Source:
        Ours: the gap of Guo et al., ICML 2017,
        https://arxiv.org/abs/1706.04599, Eq. 3, per group of true classes.
    """
    confidence, predicted = logits.softmax(1).max(1)
    gap = weights * (confidence - (predicted == labels).to(confidence))
    members = [group.to(labels.device)[labels] for group in groups]
    return torch.stack(
        [gap[m].sum() / weights[m].sum() for m in members if m.any()]
    )
