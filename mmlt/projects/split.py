"""Training, validation and test, each class by its share."""

import numpy as np

from mmlt.functional import held_out_rows

__all__ = ['split_rows']

# names of lists, in the order in which a class of few images fills them
ORDER = ('train', 'test', 'val')


def split_rows(
    labels: np.ndarray,
    groups: np.ndarray,
    fractions: dict[str, float],
    seed: int = 0,
    given: np.ndarray | None = None,
) -> dict[str, np.ndarray]:
    """Deal images out to lists.

    Convention:
        - the test is taken from all images, then the validation from the
          rest, each as :func:`~mmlt.functional.held_out_rows` does: the share
          of each class, rounded, but at least one, and never the last. So a
          class of one image is for training alone, one of two has one for
          training and one for the test, one of three has one in each list.
        - a group of copies counts as one image and stays together; one
          whose images have several classes is for training.
        - without copies it is what ``HeldOutSplit`` gives: a share of
          ``test``, and of the rest a share of ``val / (1 - test)``.
        - where the source has splits, they stay; one that it does not have
          is taken from its training images.

    Args:
        labels: (N,) classes.
        groups: (N,) images with one number belong together.
        fractions: Of ``val`` and ``test``, of all images.
        seed: Of the choice.
        given: (N,) 'train', 'val' or 'test', as the source has it.

    Returns:
        Rows of 'train', 'val' and 'test', ascending.
    """
    there = set() if given is None else set(given.tolist())
    rows = {
        split: np.flatnonzero(given == split)
        for split in ('val', 'test')
        if split in there
    }
    left = np.arange(len(labels))
    if given is not None:
        left = np.flatnonzero(given == 'train')
    share = 1.0  # of all images, what is left
    for split in ('test', 'val'):
        if split in rows:
            continue
        rows[split] = _held_out(
            left, labels, groups, fractions[split] / share, seed
        )
        share -= fractions[split]
        left = np.setdiff1d(left, rows[split])
    return {'train': left, 'val': rows['val'], 'test': rows['test']}


def _held_out(
    rows: np.ndarray,
    labels: np.ndarray,
    groups: np.ndarray,
    fraction: float,
    seed: int,
) -> np.ndarray:
    """Rows that are held out, whole groups of one class."""
    _, first, number = np.unique(
        groups[rows], return_index=True, return_inverse=True
    )
    of_group = labels[rows[first]]  # class of the first image of each
    mixed = np.zeros(len(first), dtype=bool)
    mixed[number[labels[rows] != of_group[number]]] = True
    pure = np.flatnonzero(~mixed)
    chosen = pure[held_out_rows(of_group[pure], fraction, seed)]
    return rows[np.isin(number, chosen)]
