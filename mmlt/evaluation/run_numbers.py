"""Every number of one run that a report shows, ready for a JSON file."""

import math

import torch
from torch import Tensor

from mmlt.functional import (
    cluster_spread,
    misclassified_area_counts,
    misclassified_area_shares,
    percent,
    spearman_correlation,
)
from mmlt.structures import Predictions
from mmlt.structures.predictions import MATRIX_CLASSES

from .summary import summarize

__all__ = ['run_numbers', 'training_numbers']

BINS = ('count', 'confidence', 'accuracy')


def run_numbers(
    predictions: Predictions,
    num_bins: int = 15,
    many: int = 100,
    few: int = 20,
) -> dict:
    """Numbers of a run from its predictions on the test set.

    Args:
        predictions: Of the test set; with ``features``, the spread of the
            clusters is measured too.
        num_bins: Bins of the calibration errors and diagrams.
        many: Many-shot classes have more training images than this.
        few: Few-shot classes have fewer.

    Returns:
        A dict of plain numbers and lists; what could not be measured is
        None.

        - ``numbers``: those of :func:`summarize`, percent.
        - ``classes``: per class, 'training_images', 'test_images', 'recall',
          'precision' (percent) and, where known, 'spread', 'spread_direction'
          (of features at length 1), 'kappa', 'overlap' (percent, mean over
          the other classes).
        - ``correlations``: Spearman's, of each of these with the training
          images.
        - ``reliability``: count, confidence, accuracy per bin, of 'all' and
          each group with a sample.
        - ``confusion``: (C, C) counts, true by predicted; None for more
          than 400 classes.
        - ``overlap_matrix``: (C, C) percent, to 4 decimals; None where the
          predictions have none, and as above.
        - ``misclassified_area``: percent 'changed', 'lost', 'gained', and
          the same per class under 'classes'; None without compression.

        What else is said of training images: :func:`training_numbers`.
    """
    counts, labels = predictions.class_counts, predictions.labels
    matrices = len(counts) <= MATRIX_CLASSES
    overlap = predictions.overlap_matrix if matrices else None
    probs = predictions.probabilities
    summary = summarize(
        predictions.logits if probs is None else probs,
        labels,
        counts,
        kind='logits' if probs is None else 'probabilities',
        num_bins=num_bins,
        many=many,
        few=few,
        confusion=matrices,
    )
    per_class = summary['per_class']
    classes = {
        name: percent(per_class[name]) for name in ('recall', 'precision')
    }
    classes |= _spreads(predictions)
    if predictions.kappa is not None:
        classes['kappa'] = predictions.kappa
        classes['overlap'] = percent(predictions.overlap)
    return {
        'num_samples': summary['num_samples'],
        'numbers': plain(summary['numbers']),
        'classes': plain(
            {
                'training_images': counts,
                'test_images': per_class['count'],
                **classes,
            }
        ),
        'correlations': _correlations(classes, counts),
        'reliability': plain(
            {
                name: {key: bins[key] for key in BINS}
                for name, bins in summary['reliability'].items()
                if bins['count'].sum() > 0
            }
        ),
        'confusion': plain(summary.get('confusion')),
        'overlap_matrix': (
            None
            if overlap is None
            else plain(percent(overlap).double().round(decimals=4))
        ),
        'misclassified_area': _area(predictions),
    }


def training_numbers(predictions: Predictions) -> dict:
    """What is measured on training images as well.

    Args:
        predictions: Of the images that were trained on, as a test sees them.

    Returns:
        As :func:`run_numbers`: ``num_samples``; ``classes`` with 'images'
        and, with ``features``, 'spread' and 'spread_direction';
        ``correlations`` of these; ``misclassified_area``.

    Raises:
        ValueError: If they are of another split.
    """
    if predictions.meta['split'] != 'train':
        raise ValueError(
            "Expected predictions of the split 'train', but got those of "
            f'{predictions.meta["split"]!r}. '
            'Dump them with --split train.'
        )
    counts, labels = predictions.class_counts, predictions.labels
    images = torch.bincount(labels, minlength=len(counts))
    classes = _spreads(predictions)
    return {
        'num_samples': len(labels),
        'classes': plain({'images': images, **classes}),
        'correlations': _correlations(classes, counts),
        'misclassified_area': _area(predictions),
    }


def _spreads(predictions: Predictions) -> dict[str, Tensor]:
    if predictions.features is None:
        return {}
    of = (
        predictions.features,
        predictions.labels,
        len(predictions.class_counts),
    )
    return {
        'spread': cluster_spread(*of),
        'spread_direction': cluster_spread(*of, normalize=True),
    }


def _correlations(classes: dict[str, Tensor], counts: Tensor) -> dict:
    return plain(
        {
            name: spearman_correlation(values.double(), counts.double())
            for name, values in classes.items()
        }
    )


def _area(predictions: Predictions) -> dict | None:
    """The misclassified area in percent, of all and of each class."""
    if predictions.tau is None:
        return None
    counts = misclassified_area_counts(
        predictions.logits,
        predictions.labels,
        predictions.tau,
        predictions.bias,
    )
    everything = torch.ones(1, counts.shape[1])
    whole = misclassified_area_shares(counts, everything)
    area = {name: share[0] for name, share in whole.items()}
    area['classes'] = misclassified_area_shares(counts)
    return plain(percent(area))


def plain(value):
    """Tensors as lists and numbers, nan as None: what JSON can hold."""
    if isinstance(value, dict):
        return {name: plain(v) for name, v in value.items()}
    if isinstance(value, Tensor):
        if value.is_floating_point():
            value = value.to(torch.float64)
        return plain(value.tolist())
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
