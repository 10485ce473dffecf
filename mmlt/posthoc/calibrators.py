"""Calibrators fitted on held-out predictions, without the network.

A calibrator is a function of held-out predictions that returns what it does
to logits, or None where the classifier does not have what it needs; it raises
``NoMinimumError`` where the likelihood has no minimum. The
weights make a long-tailed held-out part speak for a balanced test set.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from mmlt.functional import (
    NoMinimumError,
    balanced_weights,
    fit_by_likelihood,
    fit_shot_matching,
    fit_vector_scaling,
    refuse_no_temperature,
    refuse_separated,
    shot_groups,
    standardized,
    vector_scaled_out_of_fold,
)
from mmlt.structures import Predictions

from .steps import Step, apply_steps

# of the squared distance of 2 C parameters from no change
VECTOR_PENALTY = 0.03
CLASSWISE_PENALTY = 1e-3
# a gap of 5 percent in every group costs 0.075 nats
GAP_WEIGHT = 30.0
STRENGTHS = [round(0.02 * i, 2) for i in range(16)]
NUM_FOLDS = 5
# of the folds: a few-shot class has so few images that one split is a lottery
NUM_REPEATS = 4


@dataclass
class Fitted:
    """A calibrator that was fitted.

    Args:
        steps: What it does to logits.
        parameters: Named numbers or lists, for the record.
    """

    steps: list[Step]
    parameters: dict

    def transform(self, logits: Tensor) -> Tensor:
        """(N, C) logits to (N, C) float64 logits."""
        return apply_steps(self.steps, logits.double())


def _weights(held: Predictions) -> Tensor:
    return balanced_weights(held.labels, held.logits.shape[1])


def check_counts(counts: Tensor) -> Tensor:
    """Check that every class has a training image: its log is taken.

    Args:
        counts: (C,) training images per class.

    Returns:
        The same.

    Raises:
        ValueError: Naming the first such class.
    """
    if (counts <= 0).any():
        first = int((counts <= 0).nonzero()[0])
        raise ValueError(
            'Expected training images of every class, for the logarithm of '
            f'their number, but class {first} has none. Take what does not '
            'use the counts: --calibrators none temperature vector_balanced, '
            'or for test_agnostic.py --model-prior uniform.'
        )
    return counts


def _fitted(
    held: Predictions,
    steps_of: Callable[[Tensor], list[Step]],
    size: int,
    names: list[str] | None = None,
    weights: Tensor | None = None,
    **kwargs,
) -> Fitted:
    """Fit the parameters of steps by likelihood, and name them.

    Args:
        held: To fit on.
        steps_of: (size,) parameters to the steps; zeros change nothing.
        size: Number of parameters.
        names: Of the parameters; None: 'parameters' for all.
        weights: (N,) of the samples.
        **kwargs: Of :func:`~mmlt.functional.fit_by_likelihood`.
    """

    def transform(logits: Tensor, theta: Tensor) -> Tensor:
        return apply_steps(steps_of(theta), logits)

    theta = fit_by_likelihood(
        transform,
        torch.zeros(size, dtype=torch.float64),
        held.logits,
        held.labels,
        weights,
        **kwargs,
    )
    if names:
        values = dict(zip(names, theta.tolist(), strict=True))
    else:
        values = {'parameters': theta.tolist()}
    fitted = transform(held.logits.double(), theta)
    if not fitted.isfinite().all():
        raise NoMinimumError(
            'Expected logits that stay finite, but the fit ran off to '
            f'{theta.abs().max():.2g}. Fit on more samples, or take '
            'vector_balanced, which is held.'
        )
    if not kwargs.get('penalty'):
        # every calibrator without a penalty has a temperature
        refuse_separated(fitted, held.labels)
    return Fitted(steps_of(theta), values)


def _temperature(held: Predictions, weights: Tensor | None = None) -> Fitted:
    refuse_no_temperature(held.logits.double(), held.labels, weights)
    return _fitted(
        held,
        lambda theta: [_scaled(theta[0])],
        1,
        ['log_temperature'],
        weights,
    )


def _scaled(log_temperature: Tensor) -> Step:
    return Step('temperature_scaled', {'log_temperature': log_temperature})


def _without_prior(counts: Tensor, strength: Tensor) -> Step:
    return Step('logit_adjustment', {'counts': counts, 'tau': strength})


def _smooth(values: Tensor, intercept: Tensor, slope: Tensor) -> Step:
    return Step(
        'log_linear_temperature',
        {'values': values, 'intercept': intercept, 'slope': slope},
    )


def none(held: Predictions) -> Fitted:
    """As the network says."""
    return Fitted([], {})


def temperature(held: Predictions) -> Fitted:
    """One temperature, every held-out image alike (Guo et al., 2017).

    Source:
        Guo et al., ICML 2017, https://arxiv.org/abs/1706.04599, Sec. 4.2
        (temperature scaling).
    """
    return _temperature(held)


def temperature_balanced(held: Predictions) -> Fitted:
    """One temperature, every class alike."""
    return _temperature(held, _weights(held))


def classwise_temperature(held: Predictions) -> Fitted:
    """A temperature per predicted class, every class alike.

    Source:
        Frenkel and Goldberger, EUSIPCO 2021,
        https://doi.org/10.23919/EUSIPCO54536.2021.9616219
    """
    # the penalty would hold it, at a temperature of its own making
    refuse_separated(held.logits, held.labels)
    return _fitted(
        held,
        lambda theta: [
            Step('predicted_class_temperature', {'log_temperature': theta})
        ],
        len(held.class_counts),
        weights=_weights(held),
        penalty=CLASSWISE_PENALTY,
    )


def _vector(held: Predictions, *args, **kwargs) -> Fitted:
    """Fit a scale and a shift per class, and name them."""
    log_scale, shift = fit_vector_scaling(
        held.logits, held.labels, *args, **kwargs
    )
    return Fitted(
        [Step('vector_scaled', {'log_scale': log_scale, 'shift': shift})],
        {'parameters': torch.cat([log_scale, shift]).tolist()},
    )


def vector(held: Predictions) -> Fitted:
    """A scale and a shift per class (Guo et al., 2017), as published.

    Source:
        Guo et al., ICML 2017, https://arxiv.org/abs/1706.04599, Sec. 4.2
        (vector scaling).
    """
    return _vector(held)


def vector_balanced(held: Predictions) -> Fitted:
    """The same with every class alike, and drawn towards no change."""
    return _vector(held, _weights(held), penalty=VECTOR_PENALTY)


def logit_adjustment(held: Predictions) -> Fitted | None:
    """The training prior taken out (Menon et al., 2021), where it is in.

    Source:
        Menon et al., ICLR 2021, https://arxiv.org/abs/2007.07314, Eq. 9.
    """
    if held.meta.get('model_prior') == 'uniform':
        return None
    counts = check_counts(held.class_counts)
    return Fitted([_without_prior(counts, torch.tensor(1.0).double())], {})


def prior_temperature(held: Predictions) -> Fitted:
    """A share of the training prior taken out, and one temperature."""
    counts = check_counts(held.class_counts)

    def steps(theta):
        return [_scaled(theta[0]), _without_prior(counts, theta[1])]

    names = ['log_temperature', 'strength']
    return _fitted(held, steps, 2, names, _weights(held))


def prior_vector(held: Predictions) -> Fitted:
    """:func:`prior_temperature`, then :func:`vector_balanced`.

    The per-class remainder is shrunk towards zero, so classes with a handful
    of held-out images keep the form that all classes share.
    """
    first = prior_temperature(held)
    second = vector_balanced(
        replace(held, logits=first.transform(held.logits))
    )
    return Fitted(
        [*first.steps, *second.steps],
        {**first.parameters, **second.parameters},
    )


def _log_linear(held: Predictions, values: Tensor) -> Fitted:
    scale = standardized(values.double().log())

    def steps(theta):
        return [_smooth(scale, theta[0], theta[1])]

    names = ['intercept', 'slope']
    return _fitted(held, steps, 2, names, _weights(held))


def count_temperature(held: Predictions) -> Fitted:
    """The temperature a smooth function of the log count."""
    return _log_linear(held, check_counts(held.class_counts))


def overlap_temperature(held: Predictions) -> Fitted | None:
    """The temperature a smooth function of the overlap of the classes."""
    return None if held.overlap is None else _log_linear(held, held.overlap)


def kappa_temperature(held: Predictions) -> Fitted | None:
    """The temperature a smooth function of the concentration."""
    return None if held.kappa is None else _log_linear(held, held.kappa)


def tau_norm(held: Predictions) -> Fitted | None:
    """Tau-normalized weights (Kang et al., 2020), and one temperature.

    Source:
        Kang et al., ICLR 2020, https://arxiv.org/abs/1910.09217, Sec. 4.2; the
        temperature: Guo et al., ICML 2017, https://arxiv.org/abs/1706.04599,
        Sec. 4.2.
    """
    if held.weight_norm is None:
        return None

    known = {'weight_norm': held.weight_norm}
    if held.bias is not None:
        known['bias'] = held.bias

    def steps(theta):
        normalized = Step('tau_normalized_logits', {**known, 'tau': theta[1]})
        return [normalized, _scaled(theta[0])]

    names = ['log_temperature', 'tau']
    return _fitted(held, steps, 2, names, _weights(held))


def shot_matched(
    held: Predictions,
    keep_accuracy: bool = True,
    many: int = 100,
    few: int = 20,
) -> Fitted:
    """Confidence matched to accuracy in every shot group, in two steps.

    First :func:`vector_balanced`. Then three numbers, on its predictions of
    held-out images that it was not fitted on (five folds, four times): a
    temperature that is a smooth function of the log count (intercept,
    slope), and the share of the prior that is taken out. They minimize the
    negative log-likelihood plus 30 times the squared difference of mean
    confidence and accuracy in each group, among the strengths that cost no
    accuracy on the held-out images, every class alike (all of them without
    ``keep_accuracy``).
    Three numbers are what the few-shot images of a held-out part can tell.
    The groups are those of :func:`~mmlt.functional.shot_groups` with ``many``
    and ``few``.
    """
    counts = check_counts(held.class_counts)
    refuse_separated(held.logits, held.labels)
    repeated = held.logits.double().repeat(NUM_REPEATS, 1)
    numbers = fit_shot_matching(
        torch.cat(
            [
                vector_scaled_out_of_fold(
                    held.logits, held.labels, NUM_FOLDS, seed, VECTOR_PENALTY
                )
                for seed in range(NUM_REPEATS)
            ]
        ),
        held.labels.repeat(NUM_REPEATS),
        _weights(held).repeat(NUM_REPEATS) / NUM_REPEATS,
        counts,
        list(shot_groups(counts, many, few).values()),
        STRENGTHS,
        GAP_WEIGHT,
        keep_accuracy_of=repeated if keep_accuracy else None,
    )
    first = vector_balanced(held)
    intercept, slope, strength = torch.tensor(numbers, dtype=torch.float64)
    scale = standardized(counts.double().log())
    return Fitted(
        [
            *first.steps,
            _without_prior(counts, strength),
            _smooth(scale, intercept, slope),
        ],
        {
            **dict(
                zip(('intercept', 'slope', 'strength'), numbers, strict=True)
            ),
            **first.parameters,
        },
    )


def shot_matched_free(
    held: Predictions, many: int = 100, few: int = 20
) -> Fitted:
    """:func:`shot_matched` with any strength, whatever accuracy it costs."""
    return shot_matched(held, False, many, few)


CALIBRATORS = {
    calibrator.__name__: calibrator
    for calibrator in (
        none,
        temperature,
        temperature_balanced,
        classwise_temperature,
        vector,
        vector_balanced,
        logit_adjustment,
        prior_temperature,
        prior_vector,
        count_temperature,
        overlap_temperature,
        kappa_temperature,
        tau_norm,
        shot_matched,
        shot_matched_free,
    )
}
# those that look at the shot groups, and take their limits
BY_SHOT = {shot_matched.__name__, shot_matched_free.__name__}


def fit_calibrator(
    name: str, held: Predictions, many: int = 100, few: int = 20
) -> Fitted | None:
    """Fit one calibrator.

    Args:
        name: In :data:`CALIBRATORS`.
        held: Held-out predictions.
        many: Many-shot classes have more training images than this.
        few: Few-shot classes have fewer.

    Returns:
        What was fitted; None where the classifier lacks an input for it.

    Raises:
        NoMinimumError: If its likelihood has no minimum.
    """
    limits = {'many': many, 'few': few} if name in BY_SHOT else {}
    return CALIBRATORS[name](held, **limits)
