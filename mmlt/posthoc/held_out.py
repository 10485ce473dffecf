"""Which predictions calibrators may be fitted on."""

import torch

from mmlt.structures import Predictions

__all__ = ['check_fit_split', 'check_not_test']


def check_fit_split(
    fit: Predictions, evaluate: Predictions, allow_test: bool = False
) -> None:
    """Refuse to fit on test images, on training images, or across networks.

    Args:
        fit: Predictions to fit on.
        evaluate: Predictions to report on.
        allow_test: Whether fitting on the test set is meant.

    Raises:
        ValueError: Saying what is wrong, and what to do.
    """
    split = fit.meta['split']
    if split == 'train':
        raise ValueError(
            'Expected predictions of held-out images to fit on, but got '
            'those of images that the network was trained on: it knows them '
            'by heart. Train --with held-out and dump --split held-out.'
        )
    same = torch.equal(fit.labels, evaluate.labels) and torch.equal(
        fit.logits, evaluate.logits
    )
    if split == 'test' or same:
        check_not_test(
            allow_test,
            'those of the test set'
            if split == 'test'
            else 'the predictions that are reported on',
        )
    hashes = [p.meta.get('checkpoint_hash') for p in (fit, evaluate)]
    if hashes[0] != hashes[1]:
        raise ValueError(
            'Expected both predictions to be of one checkpoint, but got '
            f'{fit.meta.get("checkpoint")} and '
            f'{evaluate.meta.get("checkpoint")} ({hashes[0]}, {hashes[1]}). '
            'Dump both splits from the same checkpoint.'
        )


def check_not_test(
    allow_test: bool, got: str = 'those of the test set'
) -> None:
    """Refuse to fit on the test set, unless that is meant.

    Args:
        allow_test: Whether it is.
        got: What was given, in words.

    Raises:
        ValueError: If it is not.
    """
    if not allow_test:
        raise ValueError(
            'Expected predictions of a held-out part of training, or of a '
            f'validation set, to fit on, but got {got}. Numbers from this '
            'say nothing about new images. (To do it all the same: '
            '--i-know-this-is-the-test-set.)'
        )
