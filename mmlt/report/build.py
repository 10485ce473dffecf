"""The sections of a report, from the records of its runs."""

import shlex
from collections.abc import Sequence

from . import pictures
from .blocks import Code, Gallery, Report, Section
from .class_tables import (
    class_table,
    confusion_table,
    worst_table,
    worst_words,
)
from .names import by_recipe, data_name
from .overview import overview_table, settings_table
from .page import FIRST_SECTIONS
from .pictures import Picture
from .record import RunRecord
from .tables import (
    TABLES,
    Table,
    epochs_of,
    files_table,
    runs_table,
    unfinished,
)

__all__ = ['build_report']


def build_report(
    records: Sequence[RunRecord],
    maps: dict[str, dict[str, dict]],
    numbers_folder: str,
    command: str,
    heading: str | None = None,
    worst: Gallery | Table | None = None,
) -> Report:
    """Everything that is said of some runs, or of some predictions.

    Args:
        records: Of :func:`~mmlt.report.load_run`, named.
        maps: Name of a recipe to its feature maps, by method.
        numbers_folder: Where the records are written, as the text names it.
        command: The command that makes the report again.
        heading: Title of the page; None: names and data set.
        worst: The most confident mistakes, of
            :func:`~mmlt.report.worst_images.worst_images`.

    Returns:
        The report.
    """
    groups = by_recipe(records)
    first = records[0]
    tables = {key: table(records) for key, table in TABLES.items()}
    sections = [
        Section('Comparison', [overview_table(records)]),
        what_it_is_of(records, numbers_folder),
        Section(
            'Accuracy',
            [
                tables['accuracy'],
                pictures.recall(records),
                pictures.compression(records),
            ],
        ),
        Section(
            'Classes',
            [
                worst_table(records),
                worst_words(records),
                confusion_table(records),
                worst,
                pictures.confusion(records),
                class_table(records),
            ],
        ),
        Section(
            'Calibration',
            [
                tables['calibration'],
                tables['calibration-by-shot'],
                pictures.reliability(records),
                pictures.calibrators(records),
                tables['calibrators'],
            ],
        ),
        Section(
            'Classes against their training images'
            if first.source == 'predictions'
            else 'Clusters and class densities',
            [
                tables['clusters'],
                pictures.spread(records),
                pictures.features(records, maps),
                pictures.kappa(records),
                pictures.overlap(records),
                tables['class-geometry'],
            ],
        ),
        Section(
            'Compression and the misclassified area',
            [
                tables['misclassified-area'],
                tables['misclassified-area-by-class'],
            ],
        ),
        Section('Training', [pictures.curves(records)]),
        Section('Commands', [Code(commands(records, command))]),
    ]
    heading = heading or title(list(groups), first)
    return Report(heading, summary(records), sections)


def what_it_is_of(records: Sequence[RunRecord], folder: str) -> Section:
    """The first section: the runs, or the files of predictions."""
    if records[0].source == 'predictions':
        return Section(FIRST_SECTIONS[1], [files_table(records, folder)])
    return Section(
        FIRST_SECTIONS[0],
        [runs_table(records, folder), settings_table(records)],
    )


def title(names: list[str], first: RunRecord) -> str:
    """Names of the recipes and the data set."""
    listed = ', '.join(names[:-1]) + f' and {names[-1]}'
    listed = listed if len(names) > 1 else names[0]
    data = data_name(first) or f'{len(first.class_counts)} classes'
    return f'{listed} on {data}'


def summary(records: Sequence[RunRecord]) -> str:
    """What is compared, on what, and how many seeds stand behind it."""
    groups = by_recipe(records)
    first = records[0]
    counts = first.class_counts
    if first.source == 'predictions':
        return summary_of_predictions(records)
    text = (
        f'{len(records)} {"run" if len(records) == 1 else "runs"} of '
        f'{len(groups)} {"recipe" if len(groups) == 1 else "recipes"}, '
        f'trained on {sum(counts):,} images of {len(counts)} classes (from '
        f'{max(counts):,} to {min(counts):,} images), tested on the same '
        f'{first.num_samples:,} images'
        + (f' of {data_name(first)}.' if data_name(first) else '.')
    )
    if len(groups) > 1:
        text += f' Differences are to {next(iter(groups))}.'
    short = [
        f'{r.name} with seed {r.seed} ({epochs_of(r)} epochs)'
        for r in records
        if unfinished(r)
    ]
    if short:
        text += f' Not finished, and so not comparable: {", ".join(short)}.'
    seeds = {len(group) for group in groups.values()}
    if seeds == {1}:
        text += (
            ' One seed each: how much the numbers vary over seeds was not '
            'measured.'
        )
    else:
        text += (
            ' ± is the standard deviation over the seeds of a recipe (n - 1), '
            "and for a difference its standard error, Welch's; without it "
            'there is one seed.'
        )
    return text


def summary_of_predictions(records: Sequence[RunRecord]) -> str:
    """The same where all that is known is predictions."""
    groups = by_recipe(records)
    first = records[0]
    counts = first.class_counts
    text = (
        f'Predictions of {len(groups)} '
        f'{"model" if len(groups) == 1 else "models"} on the same '
        f'{first.num_samples:,} test '
        f'{"image" if first.num_samples == 1 else "images"} of {len(counts)} '
        f'classes, trained on {sum(counts):,} images (from {max(counts):,} to '
        f'{min(counts):,} a class).'
    )
    if len(groups) > 1:
        text += f' Differences are to {next(iter(groups))}.'
    if any(len(group) > 1 for group in groups.values()):
        text += (
            ' ± is the standard deviation over the trainings of a model (n - '
            "1), and for a difference its standard error, Welch's; without "
            'it there is one training.'
        )
    return text


def commands(records: Sequence[RunRecord], command: str) -> str:
    """How to repeat the runs and the report."""
    lines: list[str] = []
    at: list[str] = []
    if records[0].source == 'predictions':
        return command
    installed = command.startswith('mmlt ')
    for record in records:
        if (code := code_of(record)) and code != at:
            at = code
            lines += code
        if record.commit_note:
            lines.append(f'# {record.commit_note}')
        recipe = record.recipe.partition('+')[0]
        config = record.config or f'configs/{recipe}.py'
        if record.config is None and '/' not in record.recipe:
            lines.append(f'# the folder of {config} was not recorded')
        arguments = [*record.arguments]
        if '--seed' not in arguments and record.seed is not None:
            arguments = ['--seed', str(record.seed), *arguments]
        if record.work_dir:
            arguments = ['--work-dir', record.work_dir, *arguments]
        ours = not installed and record.repository is None
        train = ['python', 'tools/train.py'] if ours else ['mmlt', 'train']
        lines.append(shlex.join([*train, config, *arguments]))
    return '\n'.join([*lines, command])


def code_of(record: RunRecord) -> list[str]:
    """Lines that bring back the code of a run: of mmlt, or of its user."""
    theirs = record.repository
    if theirs is None:
        return [f'git checkout {record.commit}'] if record.commit else []
    lines = []
    if record.commit:
        lines.append(f'# with mmlt at commit {record.commit}')
    if theirs['commit']:
        where = theirs['remote'] or theirs['name']
        note = ', with changes that were not committed'
        lines.append(f'# in {where}{note if theirs["changed"] else ""}')
        lines.append(f'git checkout {theirs["commit"][:10]}')
    return lines


def all_pictures(report: Report) -> list[Picture]:
    """Pictures of a report, in order."""
    return report.blocks(Picture)
