"""Calibrators side by side: fitted on one part, reported on another."""

from collections.abc import Callable, Iterable, Sequence

from mmlt.evaluation import summarize
from mmlt.functional import NoMinimumError
from mmlt.structures import Predictions

from .calibrators import CALIBRATORS

# column of the table -> key of the summary
COLUMNS = {
    'acc': 'top1',
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
) -> tuple[list[dict], dict[str, dict], dict[str, str]]:
    """Fit calibrators, and summarize what each does to other predictions.

    Args:
        fit: To fit on.
        evaluate: To report on.
        names: Of :data:`~mmlt.posthoc.calibrators.CALIBRATORS`; those that
            this classifier lacks an input for are left out.
        progress: Wraps the names, to show how far it is.

    Returns:
        A row per calibrator; the fitted parameters by its name; and by name,
        why one was left out whose likelihood has no minimum on ``fit``.

    Raises:
        ValueError: If none of them applies, or the two are of different
            numbers of classes.
    """
    sizes = [p.logits.shape[1] for p in (fit, evaluate)]
    if sizes[0] != sizes[1]:
        raise ValueError(
            'Expected predictions of the same classes to fit on and to report '
            f'on, but got {sizes[0]} and {sizes[1]} classes. Dump both splits '
            'from the same checkpoint.'
        )
    rows, parameters, left_out = [], {}, {}
    for name in progress(names):
        try:
            fitted = CALIBRATORS[name](fit)
        except NoMinimumError as error:
            left_out[name] = str(error)
            continue
        if fitted is None:
            continue
        numbers = summarize(
            fitted.transform(evaluate.logits),
            evaluate.labels,
            evaluate.class_counts,
            kind='logits',
        )['numbers']
        values = {head: numbers[key] for head, key in COLUMNS.items()}
        rows.append({'calibrator': name, **values})
        parameters[name] = fitted.parameters
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
    return rows, parameters, left_out


def facts_of_comparison(fit: Predictions, evaluate: Predictions) -> dict:
    """What a table of calibrators is of, in words."""
    size = fit.logits.shape[1]
    lacking = size - len(fit.labels.unique())
    return {
        'fitted on': f'{len(fit.labels)} images of {fit.meta["split"]}'
        + (f', {lacking} of {size} classes without any' if lacking else ''),
        'reported on': f'{len(evaluate.labels)} images of '
        f'{evaluate.meta["split"]}',
        'checkpoint': fit.source,
        'config_hash': fit.meta.get('config_hash'),
    }
