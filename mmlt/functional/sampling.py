"""Which class, and which of its images, is drawn next for training."""

from collections.abc import Sequence

import numpy as np

from .checks import check_choice

__all__ = ['sample_rows', 'sampling_probabilities']

STRATEGIES = ('class_balanced', 'square_root', 'progressive', 'reverse')


def sampling_probabilities(
    counts: Sequence[int] | np.ndarray,
    strategy: str = 'class_balanced',
    epoch: int | None = None,
    max_epochs: int | None = None,
) -> np.ndarray:
    """Probability p_c that a drawn training image is of class c.

    Convention:
        - a class without images has probability 0; C counts the others.
        - plain shuffling corresponds to p_c = n_c / N.
        - ``epoch`` counts from 0, the published e from 1: e = epoch + 1, so
          the last epoch of the progressive strategy is class-balanced and
          the first one is not plain.

    Args:
        counts: (C,) training images per class, integers >= 0.
        strategy: 'class_balanced', 1/C; 'square_root', in proportion to
            sqrt(n_c); 'progressive', (e/E)/C + (1 - e/E) n_c/N; 'reverse',
            in proportion to n_max/n_c.
        epoch: Epoch in [0, max_epochs), for 'progressive' alone.
        max_epochs: E >= 1, for 'progressive' alone.

    Returns:
        (C,) float64, sum 1.

    Raises:
        ValueError: If the strategy is unknown, there is no image at all, or
            the progressive strategy is not told the epoch.

    Examples:
        >>> sampling_probabilities([100, 25, 4], 'class_balanced').round(4)
        array([0.3333, 0.3333, 0.3333])
        >>> sampling_probabilities([100, 25, 4], 'square_root').round(4)
        array([0.5882, 0.2941, 0.1176])

    Source:
        Kang et al., ICLR 2020, https://arxiv.org/abs/1910.09217; Zhou et al.
        (BBN), CVPR 2020, https://arxiv.org/abs/1912.02413 (reverse); e from 1
        to E as in
        https://github.com/lijian16/FCC/blob/ba9e7d3b8938c1cc092fc2546d9184ce4846ed1e/lib/dataset/baseset.py#L56-L59
    """
    check_strategy(strategy)
    counts = np.asarray(counts)
    if counts.ndim != 1 or (counts < 0).any() or not counts.any():
        raise ValueError(
            'Expected `counts` to be the images per class, integers >= 0 and '
            f'not all 0, but got {counts.tolist()}. Count the images of the '
            'training set.'
        )
    present = counts > 0
    if strategy == 'class_balanced':
        weight = present.astype(np.float64)
    elif strategy == 'square_root':
        weight = np.sqrt(counts.astype(np.float64))
    elif strategy == 'reverse':
        weight = np.zeros(len(counts))
        weight[present] = counts.max() / counts[present]
    else:
        if epoch is None or max_epochs is None or not 0 <= epoch < max_epochs:
            raise ValueError(
                "Expected `epoch` in [0, max_epochs) for the 'progressive' "
                f'strategy, but got epoch {epoch} of {max_epochs}. '
                '(`LongTailHook` tells a sampler both.)'
            )
        share = (epoch + 1) / max_epochs
        weight = share * present / present.sum()
        weight = weight + (1 - share) * counts / counts.sum()
    return weight / weight.sum()


def check_strategy(strategy: str) -> None:
    """Check that the strategy is a known one.

    Raises:
        ValueError: Naming the known ones.
    """
    spelled = str(strategy).replace('-', '_')
    hint = 'Plain shuffling is the `DefaultSampler`.'
    if spelled in STRATEGIES:
        hint = f'Did you mean {spelled!r}?'
    check_choice('strategy', strategy, STRATEGIES, hint)


def sample_rows(
    rows: np.ndarray,
    counts: np.ndarray,
    probabilities: np.ndarray,
    size: int,
    rng: np.random.RandomState,
) -> np.ndarray:
    """Draw images with replacement: first a class, then one of its images.

    Args:
        rows: (N,) row numbers of the images, sorted by class.
        counts: (C,) images per class, sum N.
        probabilities: (C,) of the classes, 0 where a class has no image.
        size: How many are drawn.
        rng: Source of the random numbers.

    Returns:
        (size,) of ``rows``.

    Examples:
        >>> rows, counts = np.arange(6), np.array([4, 2])
        >>> rng = np.random.RandomState(0)
        >>> drawn = sample_rows(rows, counts, np.array([0.0, 1.0]), 3, rng)
        >>> set(drawn.tolist()) <= {4, 5}  # class 1 alone
        True

    Source:
        Kang et al., ICLR 2020, https://arxiv.org/abs/1910.09217: a class
        first, then one of its images.
    """
    edges = np.cumsum(probabilities)
    edges /= edges[-1]
    # two numbers per image, so that a longer sequence begins like a shorter
    which_class, which_image = rng.random_sample((size, 2)).T
    # below 1, so left of the edge of the last class with a probability
    drawn = np.searchsorted(edges, which_class, side='right')
    within = (which_image * counts[drawn]).astype(np.int64)
    first = np.cumsum(counts) - counts
    return rows[first[drawn] + within]
