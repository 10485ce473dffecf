"""Pictures of confidence: reliability diagrams, and what calibrators do."""

from collections.abc import Iterable, Sequence
from functools import partial

import torch

from mmlt.functional import wilson_interval
from mmlt.functional.shots import SHOTS
from mmlt.visualization import error_by_calibrator, reliability_diagram

from .names import slug
from .picture import Panel, Picture, seed_note, shown_runs
from .record import RunRecord

__all__ = ['calibrators', 'reliability']

# images below which the accuracy of a bin says little
SPARSE = 10


def reliability(records: Sequence[RunRecord], shots: bool = True) -> Picture:
    """Reliability diagrams of every run, of all images and by shot."""
    panels = []
    for name, record in shown_runs(records).items():
        for group, bins in record.reliability.items():
            if group != 'all' and not shots:
                continue
            suffix = '' if group == 'all' else f'_{group}'
            ece = record.numbers[f'ece{suffix}']
            what = 'all' if group == 'all' else f'{group}-shot'
            images = f'{sum(bins["count"]):,} images'
            panels.append(
                Panel(
                    f'reliability-{slug(name)}-{group}',
                    f'Reliability diagram of {name}, {what} classes, '
                    f'{images}: ECE {ece:.2f} percent',
                    partial(
                        _reliability,
                        bins,
                        f'{name}, {what}',
                        f'ECE {ece:.2f} %, {images}',
                    ),
                    height=3.6,
                )
            )
    return Picture(
        'reliability',
        'Accuracy against confidence, 15 bins. The full bar goes up to the '
        'accuracy or the mean confidence, the lower of the two; the block '
        'above is the gap: hatched, up to the confidence, where the network '
        'is too sure; pale, up to the accuracy, where it is not sure enough. '
        f'A bin with fewer than {SPARSE} images is an outline alone: its '
        'accuracy is little more than chance. The line at each accuracy is '
        'its 95 % interval (Wilson). Below: the share of the images in each '
        'bin.' + seed_note(records),
        panels,
        len(panels) // len(shown_runs(records)),
    )


def _reliability(bins: dict, title: str, note: str, figure) -> None:
    count = torch.tensor(bins['count'])
    hits = count * torch.tensor(bins['accuracy'])
    low, high = wilson_interval(hits, count)
    reliability_diagram(
        bins['count'],
        bins['confidence'],
        bins['accuracy'],
        title,
        note,
        figure,
        (low.tolist(), high.tolist()),
        SPARSE,
    )


def calibrators(records: Sequence[RunRecord]) -> Picture | None:
    """ECE of all images and of each shot group, for each calibrator."""
    panels = []
    shown = {n: r for n, r in shown_runs(records).items() if r.calibration}
    highest = (
        max(
            (row[head] or 0)
            for record in shown.values()
            for row in record.calibration['rows']
            for head in HEADS.values()
        )
        if shown
        else 0
    )
    for name, record in shown.items():
        rows = record.calibration['rows']
        errors = {
            f'{group}, {sum(record.reliability[group]["count"]):,} images': {
                row['calibrator']: row[head] for row in rows
            }
            for group, head in HEADS.items()
            if group in record.reliability
        }
        sparse = [
            is_sparse(record.reliability[group])
            for group in HEADS
            if group in record.reliability
        ]
        panels.append(
            Panel(
                f'calibrators-{slug(name)}',
                f'ECE of {name} before and after calibration, in all and by '
                'shot group',
                partial(_calibrators, errors, sparse, name, highest),
                4.0,
                1.5 + 0.28 * len(rows),
            )
        )
    if not panels:
        return None
    return Picture(
        'calibrators',
        'ECE of all test images and of those of each shot group, percent, '
        f'{_compared(shown.values())}; the calibrators were fitted on '
        f'{next(iter(shown.values())).calibration["fitted_on"]}. Hollow: '
        f'most images of the group lie in bins of fewer than {SPARSE} '
        'images, where even a perfect network has an error of many percent: '
        'a difference there says little.' + seed_note(records),
        panels,
        min(3, len(panels)),
    )


def _compared(records: Iterable[RunRecord]) -> str:
    """What the rows of the picture are, by the calibrators of the runs."""
    names = {
        row['calibrator']
        for record in records
        for row in record.calibration['rows']
    }
    if 'none' in names:
        return 'without a calibrator (none) and after each'
    return 'after each calibrator'


# all images, and each shot group -> column of the table of calibrators
HEADS = {'all': 'ECE'} | dict(
    zip(SHOTS, ('ECE many', 'ECE med', 'ECE few'), strict=True)
)


def is_sparse(bins: dict) -> bool:
    """Whether most images lie in bins with few images."""
    count = bins['count']
    return sum(n for n in count if n < SPARSE) > sum(count) / 2


def _calibrators(errors, sparse, title, highest, figure) -> None:
    error_by_calibrator(errors, sparse, title, highest, figure)
