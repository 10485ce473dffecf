"""Records to tables: means over seeds, differences, and their spread."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from mmlt.functional import mean_over_seeds, seed_difference
from mmlt.functional.shots import SHOTS

from .escape import markdown_text
from .names import by_recipe, file_name
from .record import RunRecord
from .table import csv_text, markdown_lines

__all__ = [
    'Sorted',
    'Table',
    'Value',
    'accuracy_table',
    'area_class_table',
    'area_table',
    'calibration_table',
    'calibrator_table',
    'cluster_table',
    'compared',
    'epochs_of',
    'files_table',
    'geometry_table',
    'runs_table',
    'shot_calibration_table',
    'unfinished',
]

MINUS = '\N{MINUS SIGN}'
DASH = '\N{EN DASH}'


@dataclass(frozen=True)
class Value:
    """A number of a table.

    Args:
        mean: Over the seeds; nan where it was not measured.
        spread: Standard deviation over the seeds, or standard error of a
            difference; nan with a single seed.
        digits: After the point.
        signed: Whether a plus is written.
    """

    mean: float
    spread: float = float('nan')
    digits: int = 2
    signed: bool = False

    def __str__(self) -> str:
        """As the tables print it."""
        if math.isnan(self.mean):
            return DASH
        sign = '+' if self.signed else ''
        # rounded first, and no zero below zero
        mean = round(self.mean, self.digits) + 0.0
        text = f'{mean:{sign}.{self.digits}f}'
        if not math.isnan(self.spread):
            text += f' ± {self.spread:.{self.digits}f}'
        return text.replace('-', MINUS)


@dataclass(frozen=True)
class Sorted:
    """Words of a table that are sorted by a number.

    Args:
        text: What is read.
        key: What it is sorted by.
    """

    text: str
    key: float

    def __str__(self) -> str:
        """As the tables print it."""
        return self.text


@dataclass
class Table:
    """A table with its title and what must be said of it.

    Args:
        key: Name of its file.
        title: Short.
        note: What the numbers are, and where each comes from.
        head: Column names; the first column names the row.
        rows: Cells, text or :class:`Value`.
        differences: Positions of the rows that are differences.
        groups: Names above columns that belong together, and how many they
            are, '' for none; the name stands at the end of their heads too.
        best: (row, column) of the cells to look at first.
        sortable: Whether the page lets its reader sort and filter the rows.
    """

    key: str
    title: str
    note: str
    head: list[str]
    rows: list[list[str | Value | Sorted]] = field(default_factory=list)
    differences: set[int] = field(default_factory=set)
    groups: list[tuple[str, int]] = field(default_factory=list)
    best: set[tuple[int, int]] = field(default_factory=set)
    sortable: bool = False

    def markdown(self) -> str:
        """The table in Markdown, without its title."""
        numbers = [isinstance(c, Value) for c in (self.rows or [self.head])[0]]
        rule = [' --: ' if right else ' :-- ' for right in numbers]
        head, *rows = [
            [markdown_text(str(cell)) for cell in line]
            for line in (self.head, *self.rows)
        ]
        for row, column in self.best:
            rows[row][column] = f'**{rows[row][column]}**'
        return markdown_lines(head, rows, rule)

    def csv(self) -> str:
        """The table with all digits; a column more where there is a spread."""
        spread = {
            i
            for row in self.rows
            for i, c in enumerate(row)
            if isinstance(c, Value) and not math.isnan(c.spread)
        }
        head = []
        for i, name in enumerate(self.head):
            head += [name, f'{name} spread'] if i in spread else [name]
        rows = []
        for row in self.rows:
            cells = []
            for i, cell in enumerate(row):
                number = isinstance(cell, Value)
                cells.append(_digits(cell.mean) if number else str(cell))
                if i in spread:
                    cells.append(_digits(cell.spread) if number else '')
            rows.append(cells)
        return csv_text(head, rows)


def _digits(value: float) -> str:
    return '' if math.isnan(value) else f'{value:.10g}'


def _read(record: RunRecord, path: str) -> float:
    """A number of a record by its path, 'numbers/top1'; nan where None."""
    value = record.at(path)
    return float('nan') if value is None else float(value)


def _digits_of(path: str) -> int:
    """Percent have two digits after the point, nats and Brier scores three."""
    return 3 if path.startswith(('numbers/nll', 'numbers/brier')) else 2


def compared(
    key: str,
    title: str,
    note: str,
    records: Sequence[RunRecord],
    columns: dict[str, str],
    unless_zero: Sequence[str] = (),
) -> Table | None:
    """A row per recipe, and under all but the first its difference to it.

    Args:
        key: Name of the file.
        title: Of the table.
        note: Under the title.
        records: Runs of all recipes and seeds.
        columns: Path of a number in the record ('numbers/top1') to its
            heading; one that no run has is left out.
        unless_zero: Paths of those that are left out, too, where they are 0
            in every run.

    Returns:
        The table, or None where no number was measured.
    """
    groups = by_recipe(records)
    empty = {path: {0.0} if path in unless_zero else set() for path in columns}
    kept = {
        path: name
        for path, name in columns.items()
        if {v for r in records if not math.isnan(v := _read(r, path))}
        - empty[path]
    }
    if not kept:
        return None
    table = Table(key, title, note, ['', *kept.values()])
    base_name, base = next(iter(groups.items()))
    for name, group in groups.items():
        values = [[_read(r, path) for r in group] for path in kept]
        table.rows.append(
            [
                name,
                *(
                    Value(*mean_over_seeds(v), _digits_of(p))
                    for p, v in zip(kept, values, strict=True)
                ),
            ]
        )
        if group is base:
            continue
        table.differences.add(len(table.rows))
        table.rows.append(
            [
                f'{name} {MINUS} {base_name}',
                *(
                    Value(
                        *seed_difference([_read(r, p) for r in base], v),
                        _digits_of(p),
                        signed=True,
                    )
                    for p, v in zip(kept, values, strict=True)
                ),
            ]
        )
    return table


def runs_table(records: Sequence[RunRecord], folder: str) -> Table:
    """What was run: one row per run, with the file of its numbers."""
    table = Table(
        'runs',
        'What was run',
        'The reported numbers are those of the last epoch. Every number of '
        'this report is read, or computed by the formula named with the '
        f'table, from the file of the run, in `{folder}`.',
        [
            'run',
            'recipe',
            'seed',
            'epochs',
            'commit',
            'device',
            'minutes',
            'checkpoint (SHA-256)',
            'file',
        ],
    )
    for record in records:
        table.rows.append(
            [
                record.name,
                record.recipe,
                str(record.seed),
                epochs_of(record),
                ', '.join(filter(None, [record.commit, record.commit_note]))
                or 'not recorded',
                record.device or 'not recorded',
                f'{record.minutes:.1f}',
                f'{record.checkpoint} ({record.checkpoint_hash})',
                file_name(record),
            ]
        )
    return table


def files_table(records: Sequence[RunRecord], folder: str) -> Table:
    """What was evaluated: one row per file of predictions."""
    table = Table(
        'runs',
        'What was evaluated',
        'Every number of this report is read, or computed by the formula '
        'named with the table, from the file of the numbers, in '
        f'`{folder}`.',
        ['model', 'predictions (SHA-256)', 'test images', 'numbers'],
    )
    for record in records:
        ending = '' if record.seed is None else f', {record.seed}'
        table.rows.append(
            [
                f'{record.name}{ending}',
                f'{record.checkpoint} ({record.checkpoint_hash})',
                f'{record.num_samples:,}',
                file_name(record),
            ]
        )
    return table


def epochs_of(record: RunRecord) -> str:
    """Epochs of a run, '12 of 40' where it is not finished."""
    done, most = record.epochs, record.max_epochs
    return f'{done} of {most}' if unfinished(record) else str(done)


def unfinished(record: RunRecord) -> bool:
    """Whether a run has epochs to go."""
    return 0 < record.epochs < (record.max_epochs or 0)


# per class, beside the recall: path in the record, heading, digits
GEOMETRY = (
    ('classes/spread', 'spread', 3),
    ('train/classes/spread', 'spread (train)', 3),
    ('classes/kappa', 'kappa', 3),
    ('classes/overlap', 'overlap', 2),
)


def geometry_table(records: Sequence[RunRecord]) -> Table | None:
    """Per class: spread of its features, concentration, mean overlap."""
    return _per_class(
        'class-geometry',
        'Spread, concentration and overlap of each class',
        '`classes` of the files: mean distance of two test features of the '
        'class (train: of two training images, `train/classes`), in the unit '
        'of the features of the network; concentration of the class; its '
        'mean overlap with the other classes, percent. Means over the seeds '
        'where there are several.',
        records,
        GEOMETRY,
    )


AREA = tuple(
    (f'{split}misclassified_area/classes/{outcome}', outcome + where, 2)
    for split, where in (('', ''), ('train/', ' (train)'))
    for outcome in ('changed', 'lost', 'gained')
)


def area_class_table(records: Sequence[RunRecord]) -> Table | None:
    """Misclassified area of each class."""
    return _per_class(
        'misclassified-area-by-class',
        'Misclassified area of each class',
        'As above, percent of the images of the class, '
        '`misclassified_area/classes` of the files. Means over the seeds '
        'where there are several.',
        records,
        AREA,
    )


def _per_class(
    key: str,
    title: str,
    note: str,
    records: Sequence[RunRecord],
    columns: Sequence[tuple[str, str, int]],
) -> Table | None:
    """A row per class; a column per number and recipe that has it."""
    groups = by_recipe(records)
    first = records[0]
    kept = [
        (path, f'{heading} {name}', digits, group)
        for path, heading, digits in columns
        for name, group in groups.items()
        if all(record.at(path) is not None for record in group)
    ]
    if not kept:
        return None
    table = Table(
        key,
        title,
        note,
        ['class', 'training images', *(heading for _, heading, *_ in kept)],
        sortable=True,
    )
    counts = first.class_counts
    for c in sorted(range(len(counts)), key=lambda c: -counts[c]):
        cells = [
            Value(
                *mean_over_seeds([_class(r, path, c) for r in group]),
                digits=digits,
            )
            for path, _, digits, group in kept
        ]
        name = first.class_names[c]
        table.rows.append([name, f'{counts[c]:,}', *cells])
    return table


def _class(record: RunRecord, path: str, c: int) -> float:
    value = record.at(path)[c]
    return float('nan') if value is None else value


def accuracy_table(records: Sequence[RunRecord]) -> Table:
    """Top-1, by shot, and means that weigh the worst classes."""
    return compared(
        'accuracy',
        'Accuracy',
        'Percent, `numbers` of the files. Many-shot classes have more than '
        f'{records[0].many} training images, few-shot fewer than '
        f'{records[0].few}; means over the classes '
        'of a group. Macro F1 is the mean over the classes of the harmonic '
        'mean of recall and precision. h-mean, g-mean and '
        'worst are of the recalls of the classes; one recall of 0 makes '
        'all three 0, and where it does in every run they are left out. '
        'AUROC is that of each class against all others, a mean over the '
        'classes; balanced error is 100 minus macro accuracy.',
        records,
        {
            'numbers/top1': 'top-1',
            'numbers/top5': 'top-5',
            **{f'numbers/{shot}': shot for shot in SHOTS},
            'numbers/macro_accuracy': 'macro',
            'numbers/h_mean': 'h-mean',
            'numbers/g_mean': 'g-mean',
            'numbers/worst_class': 'worst class',
            'numbers/macro_f1': 'macro F1',
            'numbers/auroc': 'macro AUROC',
            'numbers/balanced_error': 'balanced error',
        },
        ('numbers/h_mean', 'numbers/g_mean', 'numbers/worst_class'),
    )


def calibration_table(records: Sequence[RunRecord]) -> Table:
    """Calibration errors and proper scores."""
    return compared(
        'calibration',
        'Calibration',
        'Errors in percent, 15 bins, closed on the right; Brier in [0, 2], '
        'NLL in nats; lower is better. `numbers` of the files.'
        + ''.join(map(_no_probabilities, records)),
        records,
        {
            'numbers/ece': 'ECE',
            'numbers/mce': 'MCE',
            'numbers/adaptive_ece': 'adaptive ECE',
            'numbers/classwise_ece': 'class-wise ECE',
            'numbers/brier': 'Brier',
            'numbers/nll': 'NLL',
        },
    )


# points between mean confidence and accuracy from which a table says so
FAR = 20.0


def _no_probabilities(record: RunRecord) -> str:
    """A sentence for a run whose confidence is far from its accuracy."""
    bins = record.reliability.get('all')
    if not bins or not sum(bins['count']):
        return ''
    confidence = (
        100
        * sum(
            count * value
            for count, value in zip(
                bins['count'], bins['confidence'], strict=True
            )
            if count
        )
        / sum(bins['count'])
    )
    accuracy = record.numbers['top1']
    if abs(confidence - accuracy) <= FAR:
        return ''
    return (
        f' {record.name} is right {accuracy:.0f} % of the time and has a mean '
        f'confidence of {confidence:.0f} %: do not read its confidences as '
        'they are. A calibrator on held-out images mends that (`mmlt posthoc`'
        ').'
    )


def shot_calibration_table(records: Sequence[RunRecord]) -> Table | None:
    """ECE and NLL of each shot group."""
    return compared(
        'calibration-by-shot',
        'Calibration by shot',
        'As above, on the test images of the classes of each group.',
        records,
        {
            f'numbers/{key}_{shot}': f'{name} {shot}'
            for key, name in (
                ('ece', 'ECE'),
                ('brier', 'Brier'),
                ('nll', 'NLL'),
            )
            for shot in SHOTS
        },
    )


def calibrator_table(records: Sequence[RunRecord]) -> Table | None:
    """What fitted calibrators do; None where none was fitted."""
    groups = {
        name: [r.calibration for r in group if r.calibration]
        for name, group in by_recipe(records).items()
    }
    groups = {name: fitted for name, fitted in groups.items() if fitted}
    if not groups:
        return None
    first = next(iter(groups.values()))[0]
    heads = [h for h in first['rows'][0] if h != 'calibrator']
    left_out = sorted(
        {n for g in groups.values() for c in g for n in c['left_out']}
    )
    table = Table(
        'calibrators',
        'After calibration',
        f'Calibrators fitted on {first["fitted_on"]}, never on the test '
        'images. Percent; NLL in nats. Balanced calibrators, and those that '
        'take out the training prior, aim at a test set with as many images '
        'of each class: where it has not, look at macro, not at acc. '
        '`calibration` of the files has their parameters.'
        + (
            f' Could not be fitted: {", ".join(left_out)}.' if left_out else ''
        ),
        ['', 'calibrator', *heads],
    )
    for name, fitted in groups.items():
        rows = [{row['calibrator']: row for row in c['rows']} for c in fitted]
        for calibrator in rows[0]:
            of = [row[calibrator] for row in rows if calibrator in row]
            cells = [
                Value(
                    *mean_over_seeds(
                        [
                            math.nan if row[head] is None else row[head]
                            for row in of
                        ]
                    ),
                    3 if head.startswith('NLL') else 2,
                )
                for head in heads
            ]
            table.rows.append([name, calibrator, *cells])
    return table


def cluster_table(records: Sequence[RunRecord]) -> Table | None:
    """Whether the clusters of rare classes are sparser, as a number."""
    return compared(
        'clusters',
        'Classes against their training images',
        "Spearman's correlation over the classes with the number of training "
        'images, in [-1, 1], `correlations` of the files. Spread: mean '
        'distance of two test features of a class (train: of two training '
        'images, `train/correlations`); below 0, tail clusters are sparser. '
        'Direction: the same after scaling every feature to length 1. Kappa '
        'and overlap: of the classifier, read as von Mises-Fisher '
        'densities.'.replace('[-1', f'[{MINUS}1'),
        records,
        {
            'correlations/recall': 'recall',
            'correlations/spread': 'spread',
            'train/correlations/spread': 'spread (train)',
            'correlations/spread_direction': 'spread of directions',
            'train/correlations/spread_direction': (
                'spread of directions (train)'
            ),
            'correlations/kappa': 'kappa',
            'correlations/overlap': 'overlap',
        },
    )


def area_table(records: Sequence[RunRecord]) -> Table | None:
    """Share of samples between the planes of FCC's appendix A."""
    return compared(
        'misclassified-area',
        'Misclassified area',
        'Percent of the test images (train: of the training images) whose '
        'prediction differs between the scaled and the original feature '
        '(FCC, appendix A); lost: right with the scaled one alone; gained: '
        'right with the original alone. `misclassified_area` and '
        '`train/misclassified_area` of the files.',
        [r for r in records if r.misclassified_area] or records,
        {
            f'{split}misclassified_area/{outcome}': outcome + where
            for split, where in (('', ''), ('train/', ' (train)'))
            for outcome in ('changed', 'lost', 'gained')
        },
    )


# in the order of the report
TABLES: dict[str, Callable[[Sequence[RunRecord]], Table | None]] = {
    'accuracy': accuracy_table,
    'calibration': calibration_table,
    'calibration-by-shot': shot_calibration_table,
    'calibrators': calibrator_table,
    'clusters': cluster_table,
    'class-geometry': geometry_table,
    'misclassified-area': area_table,
    'misclassified-area-by-class': area_class_table,
}
