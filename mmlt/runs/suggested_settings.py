"""Settings that Optuna would try next."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from .search_space import Choices, Interval
from .sweep_record import Trial

__all__ = ['suggested']


def suggested(
    space: Sequence[Choices | Interval],
    trials: Sequence[Trial],
    key: str,
    lowest: bool,
    seed: int,
) -> dict[str, Any]:
    """What Optuna would try next: the tree-structured Parzen estimator.

    It depends on the arguments alone, so a sweep that was stopped goes on as
    it would have.

    Args:
        space: What may be tried.
        trials: Finished ones; of other settings than these they are left out.
        key: Of the number that is compared.
        lowest: Whether the lowest is the best.
        seed: Of the choice.

    Returns:
        Settings, key to value.

    Raises:
        ImportError: If Optuna is not installed.

    Source:
        Bergstra et al., NeurIPS 2011,
        https://papers.nips.cc/paper/4443-algorithms-for-hyper-parameter-optimization,
        by Optuna: Akiba et al., KDD 2019, https://arxiv.org/abs/1907.10902.
    """
    try:
        import optuna
    except ImportError as error:
        raise ImportError(
            'Expected Optuna to be installed, which chooses with --trials, '
            "but it is not. Run pip install 'mmlt[sweep]' (or pip install "
            'optuna), or write the values out and leave --trials out.'
        ) from error
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    from_interval = {
        'log': lambda a, b: optuna.distributions.FloatDistribution(
            a, b, log=True
        ),
        'uniform': optuna.distributions.FloatDistribution,
        'integer': optuna.distributions.IntDistribution,
    }
    spread = {
        part.key: optuna.distributions.CategoricalDistribution(part.values)
        if isinstance(part, Choices)
        else from_interval[part.kind](part.low, part.high)
        for part in space
    }
    (drawn,) = np.random.SeedSequence([seed, len(trials)]).generate_state(1)
    study = optuna.create_study(
        sampler=optuna.samplers.TPESampler(seed=int(drawn)),
        direction='minimize' if lowest else 'maximize',
    )
    for trial in trials:
        if trial.settings.keys() != spread.keys() or not all(
            part.holds(trial.settings[part.key]) for part in space
        ):
            continue
        score = trial.score(key)
        known = {'value': score}
        if math.isnan(score):
            known = {'state': optuna.trial.TrialState.FAIL}
        study.add_trial(
            optuna.trial.create_trial(
                params=trial.settings, distributions=spread, **known
            )
        )
    chosen = study.ask(spread).params
    return {
        part.key: chosen[part.key]
        if isinstance(part, Choices)
        else part.shortened(chosen[part.key])
        for part in space
    }
