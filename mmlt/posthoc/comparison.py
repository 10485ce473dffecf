"""Calibrators side by side: fitted on one part, reported on another."""

import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import compress

import torch

from mmlt.evaluation import summarize
from mmlt.functional import NoMinimumError, held_out_rows
from mmlt.structures import Predictions

from .calibrators import Fitted, fit_calibrator
from .held_out import check_fit_split

# column of the table -> key of the summary
COLUMNS = {
    'acc': 'top1',
    'macro': 'macro_accuracy',
    'many': 'many',
    'medium': 'medium',
    'few': 'few',
    'ECE': 'ece',
    'ECE many': 'ece_many',
    'ECE med': 'ece_medium',
    'ECE few': 'ece_few',
    'NLL': 'nll',
    'NLL many': 'nll_many',
    'NLL med': 'nll_medium',
    'NLL few': 'nll_few',
}


def compare_calibrators(
    fit: Predictions,
    evaluate: Predictions,
    names: Sequence[str],
    progress: Callable[[Iterable], Iterable] = iter,
    many: int = 100,
    few: int = 20,
) -> tuple[list[dict], dict[str, Fitted], dict[str, str]]:
    """Fit calibrators, and summarize what each does to other predictions.

    Args:
        fit: To fit on.
        evaluate: To report on.
        names: Of :data:`~mmlt.posthoc.calibrators.CALIBRATORS`; those that
            this classifier lacks an input for are left out.
        progress: Wraps the names, to show how far it is.
        many: Many-shot classes have more training images than this.
        few: Few-shot classes have fewer.

    Returns:
        A row per calibrator; each that was fitted, by its name; and by name,
        why one was left out whose likelihood has no minimum on ``fit``.

    Raises:
        ValueError: If none of them applies, or the two are of different
            classes.
    """
    check_same_classes(fit, evaluate)
    rows, all_fitted, left_out = [], {}, {}
    for name in progress(names):
        try:
            fitted = fit_calibrator(name, fit, many, few)
        except NoMinimumError as error:
            left_out[name] = str(error)
            continue
        if fitted is None:
            continue
        probs = evaluate.probabilities if name == 'none' else None
        numbers = summarize(
            fitted.transform(evaluate.logits) if probs is None else probs,
            evaluate.labels,
            evaluate.class_counts,
            kind='logits' if probs is None else 'probabilities',
            many=many,
            few=few,
        )['numbers']
        values = {head: numbers[key] for head, key in COLUMNS.items()}
        rows.append({'calibrator': name, **values})
        all_fitted[name] = fitted
    if not rows and left_out:
        raise ValueError(
            'Expected a calibrator that can be fitted to these samples, but '
            f'got {", ".join(left_out)}. {next(iter(left_out.values()))}'
        )
    if not rows:
        raise ValueError(
            'Expected a calibrator that this classifier has the inputs for, '
            f'but got {", ".join(names)} alone. Add temperature, which '
            'applies to every classifier.'
        )
    return rows, all_fitted, left_out


def check_same_classes(fit: Predictions, evaluate: Predictions) -> None:
    """See that a class of one is the class of that number of the other.

    Raises:
        ValueError: Naming the first that is not.
    """
    sizes = [p.logits.shape[1] for p in (fit, evaluate)]
    if sizes[0] != sizes[1]:
        raise ValueError(
            'Expected predictions of the same classes to fit on and to report '
            f'on, but got {sizes[0]} and {sizes[1]} classes. Dump both splits '
            'from the same checkpoint.'
        )
    for what, first, second in (
        ('the name', fit.class_names, evaluate.class_names),
        (
            'training images',
            fit.class_counts.tolist(),
            evaluate.class_counts.tolist(),
        ),
    ):
        if first is None or second is None or list(first) == list(second):
            continue
        pairs = enumerate(zip(first, second, strict=True))
        c, (one, other) = next((c, p) for c, p in pairs if p[0] != p[1])
        raise ValueError(
            'Expected predictions of the same classes, in one order, to fit '
            f'on and to report on, but class {c} has {what} {one} in those to '
            f'fit on, and {other} in those to report on. Write both in one '
            'order, with the images of one training set; or dump both splits '
            'from the same checkpoint.'
        )


def calibration_numbers(
    fit: Predictions,
    evaluate: Predictions,
    names: Sequence[str],
    progress: Callable[[Iterable], Iterable] = iter,
    many: int = 100,
    few: int = 20,
) -> dict:
    """What a report says of calibrators.

    Args:
        fit: To fit on; not the test set, nor what was trained on.
        evaluate: To report on.
        names: As in :func:`compare_calibrators`.
        progress: As there.
        many: As there.
        few: As there.

    Returns:
        The field ``calibration`` of a record: 'fitted_on' in words, 'rows',
        'parameters' of each, and 'left_out', by name why.

    Raises:
        ValueError: As :func:`compare_calibrators`, or if the predictions are
            not for fitting on.
    """
    check_fit_split(fit, evaluate)
    rows, calibrators, left_out = compare_calibrators(
        fit, evaluate, names, progress, many, few
    )
    images = {'val': 'validation'}.get(fit.meta['split'], 'held-out')
    return {
        'fitted_on': f'{len(fit.labels):,} {images} images',
        'rows': rows,
        'parameters': {n: c.parameters for n, c in calibrators.items()},
        'left_out': left_out,
    }


def compare_on_halves(
    predictions: Predictions,
    names: Sequence[str],
    seed: int = 0,
    progress: Callable[[Iterable], Iterable] = iter,
    many: int = 100,
    few: int = 20,
) -> tuple[list[dict], dict[str, str]]:
    """Fit calibrators on one half of the images, report on the other.

    For a network that was trained on every training image, so that nothing
    but the test set is left: no image is reported on by a calibrator that
    was fitted on it. Each half is fitted on once, and the numbers are the
    mean of the two. What is fitted knows the balanced classes of the test
    set, which a held-out part of a long-tailed training set does not: the
    numbers are no result of a method, but say what a calibrator of this form
    can do at best.

    Args:
        predictions: Of a test set with two images of each class or more.
        names: As in :func:`compare_calibrators`.
        seed: Of the halves, which are stratified by class.
        progress: As in :func:`compare_calibrators`.
        many: As there.
        few: As there.

    Returns:
        A row per calibrator; and by name, why one was left out.

    Raises:
        ValueError: As :func:`compare_calibrators`.
    """
    first = held_out_rows(predictions.labels.numpy(), 0.5, seed)
    mask = torch.zeros(len(predictions.labels), dtype=torch.bool)
    mask[first] = True
    halves = [_part(predictions, rows) for rows in (mask, ~mask)]
    found = [
        compare_calibrators(*pair, names, progress, many, few)
        for pair in (halves, halves[::-1])
    ]
    left_out = found[0][2] | found[1][2]
    tables = [{row['calibrator']: row for row in rows} for rows, _, _ in found]
    return [
        {'calibrator': name}
        | {
            head: statistics.fmean(t[name][head] for t in tables)
            for head in COLUMNS
        }
        for name in tables[0]
        if name not in left_out
    ], left_out


def _part(predictions: Predictions, rows: torch.Tensor) -> Predictions:
    """Some rows of predictions, (N,) bool."""
    per_image = ('logits', 'labels', 'features', 'probabilities', 'sample_idx')
    values = {name: getattr(predictions, name, None) for name in per_image}
    part = {k: v[rows] for k, v in values.items() if v is not None}
    paths = getattr(predictions, 'image_paths', None)
    if paths is not None:
        part['image_paths'] = list(compress(paths, rows.tolist()))
    return replace(predictions, **part)


def facts_of_comparison(fit: Predictions, evaluate: Predictions) -> dict:
    """What a table of calibrators is of, in words."""
    size = fit.logits.shape[1]
    lacking = size - len(fit.labels.unique())
    note = note_of_imbalance(evaluate)
    return {
        'units': 'percent; NLL in nats',
        'fitted on': f'{len(fit.labels)} images of {fit.meta["split"]}'
        + (f', {lacking} of {size} classes without any' if lacking else ''),
        'reported on': f'{len(evaluate.labels)} images of '
        f'{evaluate.meta["split"]}',
        **({'classes of the test set': note} if note else {}),
        'checkpoint': fit.source,
        'config_hash': fit.meta.get('config_hash'),
    }


def note_of_imbalance(evaluate: Predictions) -> str | None:
    """What to know where a test set is not balanced; None where it is.

    Args:
        evaluate: Predictions on the test set.

    Returns:
        A sentence, where one class has twice the images of another or more;
        classes without any are not looked at.
    """
    _, counts = evaluate.labels.unique(return_counts=True)
    most, least = int(counts.max()), int(counts.min())
    if most < 2 * least:
        return None
    return (
        f'{most} to {least} images each, so the large classes decide acc, ECE '
        'and NLL. Calibrators that weigh every class alike (all but none, '
        'temperature and vector) are made for classes of equal size and can '
        'lower acc; compare macro, the mean over the classes.'
    )
