"""The misclassified area of FCC, whole, per shot group and per class."""

import torch
from torch import Tensor

from mmlt.functional import (
    compression_factors,
    misclassified_area_counts,
    misclassified_area_shares,
    percent,
    shot_groups,
)
from mmlt.structures import Predictions

__all__ = ['area_rows', 'scaling_factors']


def scaling_factors(predictions: Predictions, gamma: float | None) -> Tensor:
    """(C,) tau to scale features with.

    Args:
        predictions: Of a network.
        gamma: Strength of an equal-difference FCC, the class with the most
            training images first; None: the factors that the network was
            trained with.

    Raises:
        ValueError: If it was trained without and no strength is named.
    """
    if gamma is not None:
        counts = predictions.class_counts
        return compression_factors(len(counts), gamma, counts=counts)
    if predictions.tau is None:
        raise ValueError(
            'Expected a network that was trained with FCCNeck, but '
            f'{predictions.meta.get("checkpoint")} was not. Name --gamma to '
            'ask what scaling would change.'
        )
    return predictions.tau


def area_rows(
    predictions: Predictions,
    gamma: float | None = None,
    per_class: bool = False,
) -> list[dict]:
    """A row for all images, for each shot group, and for each class.

    Args:
        predictions: On any split.
        gamma: As :func:`scaling_factors`.
        per_class: Whether there are rows for the classes.
    """
    counts = misclassified_area_counts(
        predictions.logits.double(),
        predictions.labels,
        scaling_factors(predictions, gamma),
        predictions.bias,
    )
    everything = torch.ones(counts.shape[1], dtype=torch.bool)
    groups = {'all': everything} | shot_groups(predictions.class_counts)
    names, of_groups = list(groups), torch.stack([*groups.values()])
    images = (counts[0] * of_groups).sum(1)
    shares = misclassified_area_shares(counts, of_groups)
    if per_class:
        names += [f'class {c}' for c in range(counts.shape[1])]
        images = torch.cat([images, counts[0]])
        of_classes = misclassified_area_shares(counts)
        shares = {k: torch.cat([v, of_classes[k]]) for k, v in shares.items()}
    return [
        {
            'split': predictions.meta['split'],
            'classes': name,
            'images': images[i].item(),
        }
        | {f'{k} (%)': percent(v[i].item()) for k, v in shares.items()}
        for i, name in enumerate(names)
    ]
