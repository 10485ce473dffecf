"""How many images each class has, and which ones: long-tailed selections."""

import math
from numbers import Real

import numpy as np

from .checks import check_choice, check_integer, check_real

__all__ = [
    'class_counts',
    'largest_max_count',
    'long_tailed_counts',
    'long_tailed_indices',
]

PROFILES = ('exponential', 'step', 'pareto')


def long_tailed_counts(
    num_classes: int,
    max_count: int,
    imbalance_ratio: float,
    profile: str = 'exponential',
    power: float = 6.0,
) -> np.ndarray:
    """Number of training images per class of a long-tailed training set.

    Convention:
        - class 0 is the largest; counts never increase with the class index.
        - counts are truncated, not rounded (``round`` would give totals of
          12,408 instead of the field's 12,406 on CIFAR-10 at ratio 100).

    Args:
        num_classes: C >= 1.
        max_count: Images of the largest class, >= 1.
        imbalance_ratio: n_max / n_min >= 1.
        profile: 'exponential', n_c = int(n_max * ratio^(-c / (C - 1)));
            'step', the second half of the classes has int(n_max / ratio);
            'pareto', n_c = int(n_max / (1 + s c / (C - 1))^power) with s =
            ratio^(1 / power) - 1, so that the ends are those of the others:
            a power law, steeper at the head and flatter at the tail than the
            exponential profile, which it becomes for a large ``power``.
        power: Exponent > 0 of 'pareto' alone; 6 is that of ImageNet-LT. The
            counts of ImageNet-LT itself were drawn at random and are not
            this profile (115,846 images, not 166,769).

    Returns:
        (C,) int64.

    Raises:
        ValueError: If an argument is out of range, or a class would be empty.

    Examples:
        >>> long_tailed_counts(5, max_count=500, imbalance_ratio=100)
        array([500, 158,  50,  15,   5])

    Source:
        Cui et al., CVPR 2019, https://arxiv.org/abs/1901.05555 (exponential);
        Buda et al., 2018, https://arxiv.org/abs/1710.05381 (step); the
        truncation and the order of operations of
        https://github.com/kaidic/LDAM-DRW/blob/2536330f2afdaa65618323cb5a5850efccce762a/imbalance_cifar.py#L17-L31.
        Power law and its exponent: Liu et al. (OLTR), CVPR 2019,
        https://arxiv.org/abs/1904.05160; they publish lists and no formula, so
        the deterministic form is ours.
    """
    hint = 'The profile has one count per class.'
    check_integer('num_classes', num_classes, 1, hint)
    if int(max_count) != max_count or max_count < 1:
        raise ValueError(
            'Expected `max_count` to be an integer >= 1, but got '
            f'{max_count}. It is the size of the largest class.'
        )
    check_imbalance_ratio(imbalance_ratio)
    check_choice('profile', profile, PROFILES)
    check_real('power', power, 0, 'The usual one is 6.', above=True)
    factor = 1 / imbalance_ratio
    # not by the factor, which may be rounded down: 49 * (1 / 49) is below 1
    smallest = int(max_count / imbalance_ratio)
    if profile == 'exponential':
        steps = max(num_classes - 1, 1)
        counts = [
            int(max_count * factor ** (c / steps)) for c in range(num_classes)
        ]
    elif profile == 'pareto':
        steps = max(num_classes - 1, 1)
        stretch = imbalance_ratio ** (1 / power) - 1
        counts = [
            int(max_count / (1 + stretch * c / steps) ** power)
            for c in range(num_classes)
        ]
    else:
        head = num_classes - num_classes // 2
        counts = [int(max_count)] * head + [smallest] * (num_classes - head)
    counts = [max(count, smallest) for count in counts]
    if num_classes > 1:
        counts[-1] = smallest
    if min(counts) < 1:
        raise ValueError(
            f'Expected every class to have an image, but class '
            f'{counts.index(min(counts))} would have none with '
            f'`max_count`={max_count} and `imbalance_ratio`='
            f'{imbalance_ratio}. Use a ratio of at most {max_count}.'
        )
    return np.asarray(counts, dtype=np.int64)


def largest_max_count(
    available: np.ndarray,
    imbalance_ratio: float,
    profile: str = 'exponential',
    power: float = 6.0,
) -> int:
    """``max_count`` of a profile that every class can fill.

    It is the largest at which the profile fits before its counts are cut to
    integers: what is cut off may leave room for a larger one.

    Args:
        available: (C,) images per class, >= 1, in the order of the profile:
            of the class that is to be the largest first.
        imbalance_ratio: As in :func:`long_tailed_counts`.
        profile: As in :func:`long_tailed_counts`.
        power: As in :func:`long_tailed_counts`.

    Returns:
        The number, >= 1.

    Raises:
        ValueError: If a class has no image, or a setting is out of range.

    Examples:
        >>> largest_max_count(np.array([500, 500, 500]), imbalance_ratio=100)
        500

    Source:
        Ours: :func:`long_tailed_counts` turned around.
    """
    available = np.asarray(available)
    if not available.all():
        raise ValueError(
            'Expected every class to have an image, but one has none. Drop '
            'that class.'
        )
    fine = 10**9  # so many that truncation does not matter
    share = long_tailed_counts(
        len(available), fine, imbalance_ratio, profile, power
    )
    return max(int((available * fine / share).min()), 1)


def check_imbalance_ratio(imbalance_ratio: float) -> None:
    """Check that a number is a ratio n_max / n_min, >= 1.

    Raises:
        ValueError: If ``imbalance_ratio`` is not a finite number >= 1.
    """
    ok = isinstance(imbalance_ratio, Real) and math.isfinite(imbalance_ratio)
    if ok and imbalance_ratio >= 1:
        return
    hint = 'The usual ones are 10, 50 and 100.'
    if ok and 0 < imbalance_ratio < 1:
        hint = (
            f'{imbalance_ratio} is n_min/n_max; pass {1 / imbalance_ratio:g}.'
        )
    raise ValueError(
        'Expected `imbalance_ratio` (n_max/n_min) to be a number >= 1, but '
        f'got {imbalance_ratio!r}. {hint}'
    )


def class_counts(labels: np.ndarray, num_classes: int) -> np.ndarray:
    """Number of images per class.

    Args:
        labels: (N,) integers.
        num_classes: C.

    Returns:
        (C,) int64; a class without images counts 0.

    Raises:
        ValueError: If a label is outside [0, C).

    Examples:
        >>> class_counts(np.array([0, 0, 2]), num_classes=3)
        array([2, 0, 1])

    Source:
        Textbook: a histogram.
    """
    labels = np.asarray(labels)
    outside = np.flatnonzero((labels < 0) | (labels >= num_classes))
    if outside.size:
        raise ValueError(
            f'Expected labels in [0, {num_classes - 1}] for {num_classes} '
            f'classes, but image {outside[0]} has label '
            f'{labels[outside[0]]} ({outside.size} images in all). Check '
            'the annotations, or the number of classes.'
        )
    return np.bincount(labels, minlength=num_classes).astype(np.int64)


def long_tailed_indices(
    labels: np.ndarray, counts: np.ndarray, seed: int = 0
) -> np.ndarray:
    """Rows of a full training set that form its long-tailed version.

    Class by class in ascending order, the rows of the class are shuffled by
    one shared ``numpy.random.RandomState(seed)`` and the first n_c are kept:
    the selection that the field uses, row for row (with ``seed=0``).

    Args:
        labels: (N,) labels of the full set, in its official order.
        counts: (C,) images wanted per class.
        seed: Seed of the selection.

    Returns:
        (sum(counts),) int64 row numbers, ascending.

    Raises:
        ValueError: If a class has fewer images than wanted.

    Examples:
        >>> labels = np.array([0, 0, 0, 1, 1, 1])
        >>> long_tailed_indices(labels, np.array([2, 1]))
        array([1, 2, 5])

    Source:
        Cao et al. (LDAM), NeurIPS 2019, https://arxiv.org/abs/1906.07413, the
        selection of the CIFAR experiments:
        https://github.com/kaidic/LDAM-DRW/blob/2536330f2afdaa65618323cb5a5850efccce762a/imbalance_cifar.py#L33-L49
    """
    labels = np.asarray(labels)
    rng = np.random.RandomState(seed)
    rows = []
    for c, wanted in enumerate(counts):
        of_class = np.flatnonzero(labels == c)
        if of_class.size < wanted:
            raise ValueError(
                f'Expected class {c} to have at least {wanted} images, but '
                f'it has {of_class.size}. Lower `max_count`.'
            )
        rng.shuffle(of_class)
        rows.append(of_class[:wanted])
    return np.sort(np.concatenate(rows)).astype(np.int64)
