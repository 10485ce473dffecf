"""Records to pictures: which numbers go where."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from matplotlib.figure import Figure, SubFigure

from mmlt.functional import confusion_shares, mean_over_seeds, percent
from mmlt.visualization import (
    accuracy_by_strategy,
    by_class_count,
    confusion_matrix,
    feature_map,
    overlap_matrix,
    recall_by_class,
    reliability_diagram,
    training_curves,
)

from .names import by_recipe, slug
from .record import RunRecord

__all__ = [
    'Panel',
    'Picture',
    'compression',
    'confusion',
    'curves',
    'features',
    'kappa',
    'overlap',
    'recall',
    'reliability',
    'spread',
]

Draw = Callable[[SubFigure | Figure], object]


@dataclass(frozen=True)
class Panel:
    """One drawing.

    Args:
        key: Name of its file, unique in the report.
        label: What it shows, for those who cannot see it.
        draw: Draws it into a figure.
        width: Inches.
        height: Inches.
    """

    key: str
    label: str
    draw: Draw
    width: float = 3.6
    height: float = 3.2


@dataclass(frozen=True)
class Picture:
    """Panels that belong together, and what is said under them.

    Args:
        key: Name.
        caption: What is said.
        panels: The drawings.
        columns: How many go in a row where there is room.
    """

    key: str
    caption: str
    panels: list[Panel]
    columns: int = 3


def _shown(records: Sequence[RunRecord]) -> dict[str, RunRecord]:
    """The first run of each recipe, by name."""
    return {name: group[0] for name, group in by_recipe(records).items()}


def _seed_note(records: Sequence[RunRecord]) -> str:
    if all(len(group) == 1 for group in by_recipe(records).values()):
        return ''
    return ' Of several seeds the first is shown.'


def reliability(records: Sequence[RunRecord], shots: bool = True) -> Picture:
    """Reliability diagrams of every run, of all images and by shot."""
    panels = []
    for name, record in _shown(records).items():
        for group, bins in record.reliability.items():
            if group != 'all' and not shots:
                continue
            suffix = '' if group == 'all' else f'_{group}'
            ece = record.numbers[f'ece{suffix}']
            what = 'all' if group == 'all' else f'{group}-shot'
            panels.append(
                Panel(
                    f'reliability-{slug(name)}-{group}',
                    f'Reliability diagram of {name}, {what} classes: ECE '
                    f'{ece:.2f} percent',
                    partial(
                        _reliability,
                        bins,
                        f'{name}, {what}',
                        f'ECE {ece:.2f} %',
                    ),
                )
            )
    return Picture(
        'reliability',
        'Accuracy against confidence, 15 bins. The full bar goes up to the '
        'accuracy or the mean confidence, the lower of the two; the block '
        'above is the gap: hatched, up to the confidence, where the network '
        'is too sure; pale, up to the accuracy, where it is not sure enough. '
        'Below: the share of the images in each bin.' + _seed_note(records),
        panels,
        len(panels) // len(_shown(records)),
    )


def _reliability(bins: dict, title: str, note: str, figure) -> None:
    reliability_diagram(
        bins['count'],
        bins['confidence'],
        bins['accuracy'],
        title,
        note,
        figure,
    )


def recall(records: Sequence[RunRecord]) -> Picture:
    """Recall of every class, all runs side by side."""
    shown = by_recipe(records)
    first = records[0]
    size = len(first.class_counts)
    wide, high = (3.8, 1.0 + 0.25 * size) if size <= 30 else (7.2, 3.2)
    values = {
        name: [
            mean_over_seeds(seeds)[0]
            for seeds in zip(
                *(_floats(r.classes['recall']) for r in group), strict=True
            )
        ]
        for name, group in shown.items()
    }
    panel = Panel(
        'recall',
        f'Recall of each class of {", ".join(shown)}',
        lambda figure: recall_by_class(
            values,
            first.class_counts,
            first.class_names,
            figure=figure,
        ),
        wide,
        high,
    )
    caption = 'Recall of each class with its training images, most first' + (
        '; mean over the seeds.' if _seed_note(records) else '.'
    )
    return Picture('recall', caption, [panel], 1)


def confusion(records: Sequence[RunRecord]) -> Picture | None:
    """Confusion matrices side by side; None for very many classes."""
    shown = {n: r for n, r in _shown(records).items() if r.confusion}
    if not shown:
        return None
    panels = []
    for name, record in shown.items():
        shares = confusion_shares(record.confusion).tolist()
        panels.append(
            Panel(
                f'confusion-{slug(name)}',
                f'Confusion matrix of {name}',
                partial(_confusion, percent(shares), record.class_names, name),
                3.8,
                3.7,
            )
        )
    return Picture(
        'confusion',
        'Percent of the test images of the true class (row) that are taken '
        'for the predicted class (column); a row sums to 100. Below half a '
        'percent nothing is written.' + _seed_note(records),
        panels,
        min(3, len(panels)),
    )


def _confusion(matrix, names, title, figure) -> None:
    confusion_matrix(matrix, names, title, figure)


def overlap(records: Sequence[RunRecord]) -> Picture | None:
    """Overlap matrices side by side, one scale."""
    shown = {n: r for n, r in _shown(records).items() if r.overlap_matrix}
    if not shown:
        return None
    highest = max(
        value
        for record in shown.values()
        for i, row in enumerate(record.overlap_matrix)
        for j, value in enumerate(row)
        if i != j
    )
    panels = [
        Panel(
            f'overlap-{slug(name)}',
            f'Overlap of the class distributions of {name}',
            partial(
                _overlap,
                record.overlap_matrix,
                record.class_names,
                name,
                highest,
            ),
            3.8,
            3.7,
        )
        for name, record in shown.items()
    ]
    return Picture(
        'overlap',
        'Overlap 1 / (1 + KL(i‖j)) of the densities of each two classes, in '
        'percent, of the classifier read as von Mises-Fisher densities; one '
        'color scale for all. The diagonal, always 100, is left blank.'
        + _seed_note(records),
        panels,
        min(3, len(panels)),
    )


def _overlap(matrix, names, title, highest, figure) -> None:
    overlap_matrix(matrix, names, title, highest, figure)


def _against_count(
    records: Sequence[RunRecord],
    key: str,
    label: str,
    caption: str,
    splits: Sequence[str] = ('',),
) -> Picture | None:
    """A value per class against the training images, one panel per run.

    One panel for each, because the units of two networks differ.

    Args:
        records: Of the runs.
        key: Of the value, among the 'classes' of a record.
        label: What it is.
        caption: What is said under the picture.
        splits: Rows of panels: '' for the test images, 'train'.
    """
    panels = []
    for split in splits:
        for i, (name, record) in enumerate(_shown(records).items()):
            at = f'{split}/' if split else ''
            values = record.at(f'{at}classes/{key}')
            if values is None:
                continue
            rho = record.at(f'{at}correlations/{key}')
            where = ', training images' if split else ''
            ending = f'-{split}' if split else ''
            panels.append(
                Panel(
                    f'{key.replace("_", "-")}{ending}-{slug(name)}',
                    f'{label} of each class against its training images, '
                    f'{name}{where}',
                    partial(
                        _by_count,
                        {name + where: _floats(values)},
                        record.class_counts,
                        label,
                        {name + where: float('nan') if rho is None else rho},
                        i,
                    ),
                    3.6,
                    2.9,
                )
            )
    if not panels:
        return None
    return Picture(
        key.replace('_', '-'),
        caption + _seed_note(records),
        panels,
        min(3, len(_shown(records))),
    )


def _by_count(values, counts, label, correlations, style, figure) -> None:
    by_class_count(
        values,
        counts,
        label,
        correlations,
        first_style=style,
        figure=figure,
    )


def spread(records: Sequence[RunRecord]) -> Picture | None:
    """Cluster spread against class count."""
    return _against_count(
        records,
        'spread',
        'mean distance within the class',
        'Mean distance between two test features of a class (where it says '
        'so, of its training images), against its training images; rho is '
        "Spearman's correlation, below 0 where tail clusters are sparser. "
        'The unit is that of the features of each network: compare signs, '
        'not heights.',
        ('', 'train'),
    )


def kappa(records: Sequence[RunRecord]) -> Picture | None:
    """Concentration against class count."""
    return _against_count(
        records,
        'kappa',
        'concentration κ',
        'Concentration of each class, of the classifier read as von '
        'Mises-Fisher densities (of a linear classifier the length of its '
        "weight), against the training images; rho is Spearman's "
        'correlation.',
    )


def curves(records: Sequence[RunRecord]) -> Picture | None:
    """Loss, accuracy and calibration error over the epochs."""
    panels = []
    for key, label in (
        ('loss', 'training loss'),
        ('accuracy/top1', 'top-1 accuracy, percent'),
        ('calibration/ece', 'ECE, percent'),
    ):
        of = {
            name: [r.curves[key] for r in group if key in r.curves]
            for name, group in by_recipe(records).items()
        }
        of = {name: seeds for name, seeds in of.items() if seeds}
        if of:
            panels.append(
                Panel(
                    f'curve-{key.replace("/", "-")}',
                    f'{label} over the epochs',
                    partial(_curve, of, label),
                    3.6,
                    2.7,
                )
            )
    if not panels:
        return None
    several = ' Every seed is a line.' if _seed_note(records) else ''
    return Picture(
        'curves',
        'Training loss: mean of what was logged in the epoch; losses of two '
        'methods are not the same quantity. Accuracy and calibration error: '
        'of the evaluations during training.' + several,
        panels,
    )


def _curve(values, label, figure) -> None:
    training_curves(values, label, figure=figure)


def compression(records: Sequence[RunRecord]) -> Picture | None:
    """Accuracy by compression strategy; None with fewer than two.

    A row per recipe, its seeds the points; one name for several recipes of
    one strategy would make one row of, say, two gammas. The level without
    compression is of the recipe that has all else alike.
    """
    groups = {
        name: group
        for name, group in by_recipe(records).items()
        if group[0].compression
    }
    strategies = [g[0].compression['strategy'] for g in groups.values()]
    if len(set(strategies)) < 2:
        return None
    accuracy = {}
    for strategy, (name, group) in zip(
        strategies, groups.items(), strict=True
    ):
        row = strategy.replace('_', ' ')
        if strategies.count(strategy) > 1:
            row += f', {name}'
        accuracy[row] = [r.numbers['top1'] for r in group]
    bases = {_base(r) for r in records if r.compression}
    baseline = [
        r.numbers['top1']
        for r in records
        if not r.compression and bases == {_base(r)}
    ]
    panel = Panel(
        'compression',
        'Top-1 accuracy by compression strategy',
        lambda figure: accuracy_by_strategy(
            accuracy,
            {row: mean_over_seeds(of)[0] for row, of in accuracy.items()},
            mean_over_seeds(baseline)[0] if baseline else None,
            figure=figure,
        ),
        4.2,
        1.2 + 0.32 * len(accuracy),
    )
    caption = (
        'Top-1 accuracy by compression strategy; a point is a seed, a bar '
        'their mean.'
    )
    if baseline:
        caption += ' Dashed: the same recipe without compression.'
    return Picture('compression', caption, [panel], 1)


def _base(record: RunRecord) -> tuple:
    """What a recipe is but for its compression."""
    return record.head, record.base_hash


def features(
    records: Sequence[RunRecord], maps: dict[str, dict[str, dict]]
) -> Picture | None:
    """Feature maps of the runs that have them.

    Args:
        records: Of the runs.
        maps: Name of a recipe to method ('pca', 'tsne') to what
            :func:`~mmlt.evaluation.feature_map_points` gave.
    """
    panels = []
    for method, words in (('pca', 'PCA'), ('tsne', 't-SNE')):
        for name, record in _shown(records).items():
            placed = maps.get(name, {}).get(method)
            if placed is None:
                continue
            names = [
                f'{n}, {count:,} images'
                for n, count in zip(
                    record.class_names,
                    record.class_counts,
                    strict=True,
                )
            ]
            panels.append(
                Panel(
                    f'features-{method}-{slug(name)}',
                    f'{words} of the features of {name}',
                    partial(_features, placed, names, f'{name}, {words}'),
                    3.6,
                    3.6,
                )
            )
    if not panels:
        return None
    return Picture(
        'features',
        'Test features of the class with most training images, the middle '
        'one and the last; at most 250 images of each, drawn by seed 0. '
        'Directions of the PCA are of these images. On a t-SNE map '
        'distances between clusters mean nothing.' + _seed_note(records),
        panels,
        min(3, len(maps)),
    )


def _features(placed, names, title, figure) -> None:
    feature_map(
        placed['coordinates'],
        placed['labels'],
        names,
        title,
        placed['axis_names'],
        figure,
    )


def _floats(values: Sequence[float | None]) -> list[float]:
    return [float('nan') if v is None else v for v in values]
