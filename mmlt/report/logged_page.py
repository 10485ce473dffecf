"""The page of runs whose numbers are in their logs alone."""

import math
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from mmlt.fileio import check_can_write
from mmlt.functional import mean_over_seeds
from mmlt.visualization import training_curves

from .blocks import Code, Report, Section
from .build import all_pictures, commands
from .logged import load_logged_run
from .names import by_recipe, file_name, with_names
from .overview import settings_table
from .page import (
    FIRST_SECTIONS,
    check_report_folder,
    draw_panels,
    write_report,
)
from .pictures import Panel, Picture, seed_note
from .record import RunRecord
from .tables import Table, Value, compared

__all__ = ['make_logged_report']


def make_logged_report(
    work_dirs: Sequence[Path],
    out: Path,
    command: str,
    names: Sequence[str] | None = None,
    numbers: Path | None = None,
    heading: str | None = None,
) -> list[Path]:
    """Compare runs of segmentation or detection by their last evaluations.

    Args:
        work_dirs: Folders of runs.
        out: Folder of the report.
        command: What makes it again, for its last section.
        names: For every work directory; None chooses them.
        numbers: Folder of the JSON files; None: ``numbers`` in ``out``.
        heading: Title of the page; None: names of the recipes.

    Returns:
        The files that were written.

    Raises:
        OSError: If a folder is missing, or cannot be written.
        ValueError: If a run has no evaluation, or two have other classes.
    """
    numbers = numbers or out / 'numbers'
    check_report_folder(out)
    check_can_write(numbers, folder=True)
    loaded = [load_logged_run(path) for path in work_dirs]
    records = with_names(loaded, names)
    check_same_images(records)
    report = logged_report(records, str(numbers), command, heading)
    panels = [p for picture in all_pictures(report) for p in picture.panels]
    texts = {numbers / file_name(r): r.to_json() for r in records}
    return write_report(report, out, draw_panels(panels), texts)


def check_same_images(records: Sequence[RunRecord]) -> None:
    """Raise if runs were not evaluated on the same images and classes.

    Raises:
        ValueError: Naming two runs.
    """
    first = records[0]
    for other in records[1:]:
        if other.dataset != first.dataset:
            raise ValueError(
                'Expected evaluations on the same images, but that of '
                f'{first.recipe} is on {first.dataset}, and that of '
                f'{other.recipe} on {other.dataset}. Test both: mmlt test '
                'RUN --work-dir RUN'
            )
        if other.class_names != first.class_names:
            raise ValueError(
                'Expected runs on the same classes, but '
                f'{first.recipe} and {other.recipe} differ in them. Make one '
                'report for each data set.'
            )


def logged_report(
    records: Sequence[RunRecord],
    folder: str,
    command: str,
    heading: str | None = None,
) -> Report:
    """Everything that is said of such runs.

    Args:
        records: Of :func:`~mmlt.report.logged.load_logged_run`, named.
        folder: Where the records are written, as the text names it.
        command: The command that makes the report again.
        heading: Title of the page; None: names of the recipes.
    """
    names = list(by_recipe(records))
    text = (
        f'{len(records)} {"run" if len(records) == 1 else "runs"}, by the '
        f'last evaluation of each: {records[0].dataset}.'
    )
    if len(names) > 1:
        text += f' Differences are to {names[0]}.'
    if len({r.epochs for r in records}) > 1:
        text += (
            ' They were evaluated after different lengths of training, and '
            'so are not comparable.'
        )
    sections = [
        Section('Comparison', comparisons(records)),
        Section(
            FIRST_SECTIONS[0],
            [what_was_run(records, folder), settings_table(records)],
        ),
        Section('Classes', [class_table(records)]),
        Section('Training', [curves(records)]),
        Section('Commands', [Code(commands(records, command))]),
    ]
    return Report(heading or ', '.join(names), text, sections)


def comparisons(records: Sequence[RunRecord]) -> list[Table | None]:
    """A table of the metrics, and one for each other prior."""
    first = records[0].numbers
    priors = [k for k, v in first.items() if isinstance(v, dict)]
    plain = {f'numbers/{k}': k for k in first if k not in priors}
    tables = [
        compared(
            'comparison',
            'Comparison',
            'As the metrics of the recipe name them, percent.',
            records,
            plain,
        )
    ]
    tables += [
        compared(
            f'comparison-{prior}',
            f'The same predictions, prior: {prior}',
            '`shifts` of `PixelMetrics` says what the prior is.',
            records,
            {f'numbers/{prior}/{k}': k for k in first[prior]},
        )
        for prior in priors
    ]
    return tables


def what_was_run(records: Sequence[RunRecord], folder: str) -> Table:
    """One row per run, with the file of its numbers."""
    head = 'run, recipe, seed, evaluated after, commit, device, minutes, file'
    table = Table(
        'runs',
        FIRST_SECTIONS[0],
        'Evaluated after: iterations, or epochs in a loop that counts them. '
        f'Every number is read from the file of the run, in `{folder}`.',
        head.split(', '),
    )
    for r in records:
        length = f' of {r.max_epochs:,}' if r.max_epochs else ''
        table.rows.append(
            [
                r.name,
                r.recipe,
                str(r.seed),
                f'{r.epochs:,}{length}',
                ', '.join(filter(None, [r.commit, r.commit_note]))
                or 'not recorded',
                r.device or 'not recorded',
                f'{r.minutes:.1f}',
                file_name(r),
            ]
        )
    return table


def class_table(records: Sequence[RunRecord]) -> Table | None:
    """A row per class, the most frequent first."""
    groups = by_recipe(records)
    first = records[0]
    if not first.classes:
        return None
    # those of other priors are in the files
    keys = [key for key in first.classes if ' ' not in key]
    columns = [(key, name) for key in keys for name in groups]
    counts = first.class_counts or [math.nan] * len(first.class_names)
    counted = bool(first.class_counts)
    table = Table(
        'classes',
        'Each class',
        'Percent; means over the seeds where there are several. Those of '
        'another prior: `classes` of the files.',
        ['class', *['training pixels'][: int(counted)]]
        + [f'{key} {name}' for key, name in columns],
        sortable=True,
    )
    order = list(range(len(counts)))
    if counted:
        order.sort(key=lambda c: -counts[c])
    for c in order:
        cells = [
            Value(*mean_over_seeds([_of_class(r, key, c) for r in groups[n]]))
            for key, n in columns
        ]
        pixels = [Value(counts[c], digits=0)] if counted else []
        table.rows.append([first.class_names[c], *pixels, *cells])
    return table


def _of_class(record: RunRecord, key: str, c: int) -> float:
    value = record.classes.get(key, [None] * (c + 1))[c]
    return math.nan if value is None else value


def curves(records: Sequence[RunRecord]) -> Picture | None:
    """The first metric over the training; None with a single evaluation."""
    keys = [k for k in records[0].curves if k != 'loss']
    of = {
        name: [r.curves[keys[0]] for r in group if keys[0] in r.curves]
        for name, group in by_recipe(records).items()
        if keys
    }
    lengths = [len(s) for seeds in of.values() for s, _ in seeds]
    if max(lengths, default=0) < 2:
        return None
    label = f'{keys[0].rpartition("/")[2]}, percent'
    several = ' Every seed is a line.' if seed_note(records) else ''
    panel = Panel(
        'curve',
        f'{label} over the training',
        partial(_curve, of, label),
        3.6,
        2.7,
    )
    return Picture(
        'curves',
        'The evaluations during training, by iterations, or by epochs in a '
        'loop that counts them.' + several,
        [panel],
    )


def _curve(values, label, figure) -> None:
    training_curves(values, label, figure=figure, xlabel='length of training')
