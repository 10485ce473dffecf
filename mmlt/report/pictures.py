"""Records to pictures: which numbers go where."""

from collections.abc import Sequence
from functools import partial

from mmlt.functional import mean_over_seeds
from mmlt.visualization import (
    accuracy_by_strategy,
    by_class_count,
    feature_map,
    recall_by_class,
    training_curves,
)

from .calibration_pictures import calibrators, reliability
from .matrix_pictures import confusion, overlap
from .names import by_recipe, slug
from .picture import Panel, Picture, floats, seed_note, shown_runs
from .record import RunRecord

__all__ = [
    'Panel',
    'Picture',
    'calibrators',
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


def recall(records: Sequence[RunRecord]) -> Picture:
    """Recall of every class, all runs side by side."""
    shown = by_recipe(records)
    first = records[0]
    size = len(first.class_counts)
    wide, high = (3.8, 1.0 + 0.25 * size) if size <= 30 else (5.0, 3.4)
    values = {
        name: [
            mean_over_seeds(seeds)[0]
            for seeds in zip(
                *(floats(r.classes['recall']) for r in group), strict=True
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
        '; mean over the seeds.' if seed_note(records) else '.'
    )
    if size > 30:
        caption += (
            ' A faint point is a class. The lines are the means of an eighth '
            'of the classes each, the bars their standard error over the '
            'classes.'
        )
    return Picture('recall', caption, [panel], 1)


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
        for i, (name, record) in enumerate(shown_runs(records).items()):
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
                        {name + where: floats(values)},
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
        caption + seed_note(records),
        panels,
        min(3, len(shown_runs(records))),
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
    several = ' Every seed is a line.' if seed_note(records) else ''
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
        for name, record in shown_runs(records).items():
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
        'distances between clusters mean nothing.' + seed_note(records),
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
