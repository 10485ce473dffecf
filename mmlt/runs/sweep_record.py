"""What is known of the trials of a sweep, kept in its folder."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from mmengine.config import Config

from mmlt.fileio import write_json

from .recipes import CONFIGS, load_recipe
from .schedules import NothingToChange
from .search_space import Choices, Interval

__all__ = ['SweepRecord', 'Trial', 'held_out_overlays', 'suggested']

NAME = 'sweep.json'
# measures macro accuracy on images that are not those of the test
CHOOSING = CONFIGS / '_base_' / 'choosing.py'
# whose held-out images can be balanced: `tuning` was written for them
BALANCED = ('CIFAR10LT', 'CIFAR100LT', 'DigitsLT')


@dataclass
class Trial:
    """One training of a sweep.

    Args:
        folder: Its name inside that of the sweep.
        settings: Key to value.
        state: 'begun', 'done', or 'diverged', where its loss was no number.
        numbers: Of the last evaluation, percent; None is no number.
    """

    folder: str
    settings: dict[str, Any]
    state: str = 'begun'
    numbers: dict[str, float | None] | None = None

    def score(self, key: str) -> float:
        """One of the numbers; nan where it is none."""
        value = (self.numbers or {}).get(key)
        return math.nan if value is None else value


class SweepRecord:
    """The trials, in the order in which they were begun.

    Args:
        folder: Of the sweep; it need not exist.
        arguments: What all trials have in common.

    Raises:
        ValueError: If the folder holds a sweep of other arguments, or its
            file cannot be read.
    """

    def __init__(self, folder: str | Path, arguments: Sequence[str]) -> None:
        self.path = Path(folder) / NAME
        self.arguments = list(arguments)
        self.trials: list[Trial] = []
        if not self.path.exists():
            return
        try:
            content = json.loads(self.path.read_text('utf-8'))
            earlier = content['arguments']
            self.trials = [Trial(**trial) for trial in content['trials']]
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(
                f'Expected {self.path} to be the record of a sweep, but it '
                f'cannot be read ({error}). Name another --work-dir.'
            ) from error
        if earlier != self.arguments:
            raise ValueError(
                f'Expected the sweep in {folder} to go on with its arguments '
                f'({" ".join(earlier)}), but got {" ".join(self.arguments)}. '
                'Name another --work-dir.'
            )

    def trial_of(self, settings: Mapping[str, Any]) -> Trial:
        """The trial of some settings, a new one where there is none."""
        for trial in self.trials:
            if _same(trial.settings, settings):
                return trial
        trial = Trial(f'trial_{len(self.trials) + 1}', dict(settings))
        self.trials.append(trial)
        return trial

    def save(self) -> None:
        """Write it, whole or not at all."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        trials = [asdict(trial) for trial in self.trials]
        write_json(self.path, {'arguments': self.arguments, 'trials': trials})


def _same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether settings have the same values, of the same types."""
    mine, theirs = (
        {key: repr(value) for key, value in settings.items()}
        for settings in (one, other)
    )
    return mine == theirs


def held_out_overlays(config: str, overlays: Sequence[str]) -> list[str]:
    """Overlays that train on a part of the training set, and measure the rest.

    Args:
        config: Recipe.
        overlays: That the person has named.

    Returns:
        What is to be named after those: 'tuning', where the training set is
        one of which the same number of images of every class can be held
        out; and what holds out a fifth of every class, unless that has been
        done or the validation images are others than the test images.

    Raises:
        NothingToChange: If the recipe has no training set.
    """
    added = [str(CHOOSING)]
    cfg = load_recipe(config, overlays)
    if _inner_set(cfg) in BALANCED:
        try:
            load_recipe(config, [*overlays, 'tuning'])
            added = ['tuning', *added]
        except NothingToChange:  # something is held out already
            pass
    load_recipe(config, [*overlays, *added])
    return added


def _inner_set(cfg: Config) -> str:
    """Kind of the training set, where nothing is held out yet."""
    loader = cfg.get('train_dataloader') or {}
    return str((loader.get('dataset') or {}).get('type'))


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
