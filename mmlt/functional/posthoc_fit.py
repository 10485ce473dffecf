"""Parameters of calibrators, fitted by likelihood on held-out samples."""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from .posthoc import vector_scaled
from .posthoc_minimum import (
    NoMinimumError,
    refuse_lone_classes,
    refuse_separated,
)

# of a parameter, a logarithm or a share: where a fit has arrived
LARGEST_STEP = 1e-3
# standard error of a parameter: of a log temperature, a factor of 148; 0.02 to
# 2.1 were found on held-out parts of 87 to 2,698 images
LARGEST_ERROR = 5.0
# curvature that is rounding alone
FLAT = 1e-14
# logit of a class that is masked out: its probability is 0, and so is the
# gradient, which -inf would make nan
MASKED = -1e30

__all__ = [
    'balanced_weights',
    'fit_by_likelihood',
    'fit_vector_scaling',
    'stratified_folds',
    'vector_scaled_out_of_fold',
]


def balanced_weights(labels: Tensor, num_classes: int) -> Tensor:
    """Weight of each sample so that all classes present weigh alike.

    A held-out part is long-tailed as the training set; a weighted mean over
    it is an estimate of the mean over a balanced test set.

    Args:
        labels: (N,) int64.
        num_classes: C.

    Returns:
        (N,) float64 with sum 1.

    Examples:
        >>> balanced_weights(torch.tensor([0, 0, 0, 1]), num_classes=2)
        tensor([0.1667, 0.1667, 0.1667, 0.5000], dtype=torch.float64)

    Source:
        Ours: inverse class frequencies of the samples at hand, in
        proportion to scikit-learn's ``compute_sample_weight('balanced')``,
        https://scikit-learn.org/stable/modules/generated/sklearn.utils.class_weight.compute_sample_weight.html
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
    begin: Tensor | None = None,
) -> Tensor:
    """Parameters of least (weighted) negative log-likelihood.

    Convention:
        - of one or two parameters without a penalty the result is checked: a
          further Newton step would move it by less than 1e-3. Where the
          likelihood has no minimum, it would move on by at least 1/745,
          whatever the optimizer thought, because exp(-745) is 0; beyond that
          there is no curvature left, which is refused too. So is a standard
          error above 5, that is where one or two samples decide: a slope
          that they tilt makes all other confidences 1.

    Args:
        transform: (logits (N, C), parameters) to logits (N, C),
            differentiable in the parameters.
        start: Parameters of no change.
        logits: (N, C) of held-out samples.
        labels: (N,) int64.
        weights: (N,) with sum 1; all alike for None.
        penalty: On half the squared distance from ``start``.
        extra: A further term of the objective, of the transformed logits.
        max_iter: Steps of L-BFGS.
        begin: Parameters from which the search begins; ``start`` for None.

    Returns:
        Parameters, float64.

    Raises:
        ValueError: If there is no sample, or a label is masked out.
        NoMinimumError: If the fit did not stay finite, or has not arrived at
            a minimum.

    Examples:
        >>> z = torch.tensor([[2.0, 0.0], [2.0, 0.0], [2.0, 0.0]])
        >>> labels, start = torch.tensor([0, 0, 1]), torch.zeros(1)
        >>> t = fit_by_likelihood(lambda z, t: z / t.exp(), start, z, labels)
        >>> round(torch.sigmoid(2 / t.exp()).item(), 4)  # the accuracy
        0.6667

    Source:
        Textbook: maximum likelihood by L-BFGS,
        https://docs.pytorch.org/docs/stable/generated/torch.optim.LBFGS.html
    """
    if not len(labels):
        raise ValueError(
            'Expected held-out samples to fit on, but got none. Hold out a '
            'share of the training images.'
        )
    masked = logits.gather(1, labels[:, None]).isinf().flatten()
    if masked.any():
        row = int(masked.nonzero()[0])
        raise ValueError(
            'Expected a finite logit of every label, but that of sample '
            f'{row} is -inf ({int(masked.sum())} such samples). Leave out '
            'samples of classes that are masked out.'
        )
    logits, origin = logits.double().clamp(min=MASKED), start.double()
    if weights is None:
        weights = torch.full_like(logits[:, 0], 1 / len(labels))
    weights = weights.double()
    first = origin if begin is None else begin.double()
    parameters = first.clone().requires_grad_()
    optimizer = torch.optim.LBFGS(
        [parameters],
        max_iter=max_iter,
        tolerance_grad=1e-10,
        tolerance_change=1e-14,
        line_search_fn='strong_wolfe',
    )

    def value_of(theta: Tensor) -> Tensor:
        out = transform(logits, theta)
        loss = weights @ F.cross_entropy(out, labels, reduction='none')
        loss = loss + penalty / 2 * (theta - origin).square().sum()
        if extra is not None:
            loss = loss + extra(out)  # nosec B610 # no database is asked here
        return loss

    def objective() -> Tensor:
        optimizer.zero_grad()
        loss = value_of(parameters)
        loss.backward()
        return loss

    with torch.enable_grad():
        optimizer.step(objective)
    result = parameters.detach()
    if not result.isfinite().all():
        raise NoMinimumError(
            'Expected the fit to stay finite, but it did not. Are the '
            'held-out samples all predicted right? (Their likelihood then '
            'grows without end as the temperature falls.)'
        )
    if penalty == 0 and len(result) <= 2:
        # as many samples would weigh alike; of a further term it is unknown
        size = 1 / weights.square().sum()
        size = size if extra is None else torch.full_like(size, torch.inf)
        _refuse_far_from_minimum(value_of, result, origin, size)
    return result


def _refuse_far_from_minimum(
    value_of: Callable[[Tensor], Tensor],
    theta: Tensor,
    origin: Tensor,
    size: Tensor,
) -> None:
    """Raise where a Newton step would go on, or nothing tells how far."""
    with torch.enable_grad():
        at = theta.clone().requires_grad_()
        (slope,) = torch.autograd.grad(value_of(at), at)
        curvature = torch.autograd.functional.hessian(value_of, theta)
    value, vector = torch.linalg.eigh((curvature + curvature.T) / 2)
    slope = vector.T @ slope
    # where the likelihood bends down, at a saddle, there is no such step
    bent = value > FLAT
    step = torch.where(bent, slope / value.where(bent, 1), slope).abs()
    # flat, it went to where every probability is 0 or 1; or the parameter
    # never had an effect, as that of counts that are all equal
    flat = [
        bool((value_of(origin + v) - value_of(origin)).abs() > FLAT)
        for v in vector.T[value.abs() <= FLAT]
    ]
    if any(flat) or step.max() > LARGEST_STEP:
        raise NoMinimumError(
            'Expected a likelihood with a minimum, but got one that improves '
            'without end: the fit was stopped at '
            f'{[round(t, 3) for t in theta.tolist()]}, and the held-out '
            'samples do not determine the parameters. Hold out more images, '
            'or take what has a penalty: vector_balanced.'
        )
    error = 1 / (size * value[bent]).sqrt()
    if (error > LARGEST_ERROR).any():
        raise NoMinimumError(
            'Expected held-out samples that determine the parameters, but at '
            f'{[round(t, 3) for t in theta.tolist()]} their standard error '
            f'is {error.max().item():.3g}: hardly any of the samples says '
            'something of them. Hold out more images, or take what has a '
            'penalty: vector_balanced.'
        )


def stratified_folds(labels: Tensor, num_folds: int, seed: int = 0) -> Tensor:
    """Fold of each sample, every class spread over the folds.

    Args:
        labels: (N,) int64.
        num_folds: K >= 2.
        seed: Of the assignment.

    Returns:
        (N,) int64 below K. Classes with fewer than K samples begin at a
        random fold.

    Examples:
        >>> folds = stratified_folds(torch.tensor([0, 0, 1, 1]), num_folds=2)
        >>> folds[:2].sort().values, folds[2:].sort().values
        (tensor([0, 1]), tensor([0, 1]))

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


def fit_vector_scaling(
    logits: Tensor,
    labels: Tensor,
    weights: Tensor | None = None,
    penalty: float = 0.0,
    max_iter: int = 200,
) -> tuple[Tensor, Tensor]:
    """Scale and shift of each class of least negative log-likelihood.

    Args:
        logits: (N, C) of held-out samples.
        labels: (N,) int64.
        weights: (N,) with sum 1; all alike for None.
        penalty: On half the squared distance of the 2 C parameters from no
            change. Without, classes that nothing holds are refused
            (:func:`refuse_lone_classes`), and so are samples that can all be
            right at once (:func:`refuse_separated`); other ways to have no
            minimum are not looked for.
        max_iter: Steps of L-BFGS.

    Returns:
        ``log_scale`` and ``shift`` of :func:`vector_scaled`, (C,) float64.

    Raises:
        ValueError: If there is no sample, or a label is masked out.
        NoMinimumError: If the fit did not stay finite, or the likelihood has
            no minimum.

    Examples:
        >>> logits = torch.eye(2)[[0, 0, 1, 1]]
        >>> labels = torch.tensor([0, 1, 1, 0])
        >>> log_scale, shift = fit_vector_scaling(logits, labels, penalty=1.0)
        >>> log_scale.shape, shift.shape
        (torch.Size([2]), torch.Size([2]))

    Source:
        Guo et al., ICML 2017, https://arxiv.org/abs/1706.04599, Sec. 4.2;
        the penalty is ours.
    """
    size = logits.shape[1]
    if penalty == 0 and len(labels):
        refuse_lone_classes(logits, labels)
    theta = fit_by_likelihood(
        lambda z, theta: vector_scaled(z, theta[:size], theta[size:]),
        torch.zeros(2 * size),
        logits,
        labels,
        weights,
        penalty=penalty,
        max_iter=max_iter,
    )
    log_scale, shift = theta[:size], theta[size:]
    if penalty == 0:
        refuse_separated(vector_scaled(logits, log_scale, shift), labels)
    return log_scale, shift


def vector_scaled_out_of_fold(
    logits: Tensor,
    labels: Tensor,
    num_folds: int = 5,
    seed: int = 0,
    penalty: float = 0.0,
) -> Tensor:
    """Logits, each corrected by a vector scaling that did not see it.

    Every class weighs alike in the fits.

    Args:
        logits: (N, C) of held-out samples.
        labels: (N,) int64.
        num_folds: K >= 2.
        seed: Of the assignment to folds.
        penalty: As :func:`fit_vector_scaling`.

    Returns:
        (N, C) float64; as given where a fold holds all samples.

    Examples:
        >>> logits = torch.eye(2).repeat(4, 1)
        >>> labels = torch.tensor([0, 1]).repeat(4)
        >>> vector_scaled_out_of_fold(logits, labels, 2, penalty=1.0).shape
        torch.Size([8, 2])

    Source:
        Textbook: predictions by cross-validation, as scikit-learn's
        ``cross_val_predict``,
        https://scikit-learn.org/stable/modules/generated/sklearn.model_selection.cross_val_predict.html
    """
    size = logits.shape[1]
    fold = stratified_folds(labels, num_folds, seed)
    out = logits.double().clone()
    for k in range(num_folds):
        inside = fold == k
        if not inside.any() or inside.all():
            continue
        log_scale, shift = fit_vector_scaling(
            logits[~inside],
            labels[~inside],
            balanced_weights(labels[~inside], size),
            penalty=penalty,
            max_iter=40,
        )
        out[inside] = vector_scaled(out[inside], log_scale, shift)
    return out
