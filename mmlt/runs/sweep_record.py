"""What is known of the trials of a sweep, kept in its folder."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from mmlt.fileio import write_json

__all__ = ['SweepRecord', 'Trial']

NAME = 'sweep.json'


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
