"""The trials of a sweep as a table."""

import math
from collections.abc import Sequence

from mmlt.engine.hooks.result_table_hook import COLUMNS
from mmlt.runs.sweep_record import Trial
from mmlt.runs.testing import MACRO_ACCURACY

__all__ = ['ranked', 'sweep_table']


def ranked(trials: Sequence[Trial], key: str, lowest: bool) -> list[Trial]:
    """Trials, each once, the best first and what diverged last."""
    once = list({trial.folder: trial for trial in trials}.values())
    sign = 1 if lowest else -1

    def place(trial: Trial) -> float:
        score = trial.score(key)
        return math.inf if math.isnan(score) else sign * score

    return sorted(once, key=place)


def sweep_table(trials: Sequence[Trial], key: str, lowest: bool) -> str:
    """A row for each trial, the best first.

    Args:
        trials: Finished ones.
        key: Of the number that is compared.
        lowest: Whether the lowest is the best.
    """
    rows = ranked(trials, key, lowest)
    names = {key: 'macro' if key == MACRO_ACCURACY else key} | {
        k: v for k, v in COLUMNS.items() if k != key
    }
    shown = {
        k: v
        for k, v in names.items()
        if any(not math.isnan(trial.score(k)) for trial in rows)
    }
    settings = list(rows[0].settings)
    lines = [[*settings, *shown.values(), 'folder']]
    for trial in rows:
        cells = [_cell(trial.score(k)) for k in shown]
        values = [str(trial.settings[s]) for s in settings]
        lines.append([*values, *cells, trial.folder])
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    title = (
        f'{len(rows)} trials, last epoch, on images that are not those of '
        'the test (percent)'
    )
    body = [
        '  '.join(c.rjust(w) for c, w in zip(line, widths, strict=True))
        for line in lines
    ]
    return '\n'.join([title, *body])


def _cell(value: float) -> str:
    return '-' if math.isnan(value) else f'{value:.2f}'
