"""Numbers that follow from the images per class."""

import numpy as np
import torch

import mmlt.functional as f

from .calls import Call
from .registry import property_of


def per_class(x, *args, low, high, **kwargs):
    """A number of each class from the counts."""
    return Call(
        args,
        kwargs,
        shapes=[(x.c,)],
        dtypes=torch.float64,
        low=low,
        high=high,
        gradient=False,
    )


@property_of('log_counts')
def _(x):
    return per_class(x, x.counts(), low=0, high=17)


@property_of('frequency_groups')
def _(x):
    head = x.c // 3
    sizes = head, x.c - 2 * head, head
    shapes = [(x.c,)] * 3
    return Call((x.counts(), sizes), shapes=shapes, gradient=False)


@property_of('class_balanced_weights')
def _(x):
    beta = x.number(0, 0.9, 0.9999, 1 - 1e-9, 1 - 2**-53)
    return per_class(x, x.counts(), beta, low=0, high=x.c)


@property_of('cost_sensitive_weights')
def _(x):
    return per_class(x, x.counts(), x.number(0, 0.5, 1, 4), low=0, high=1)


@property_of('cdt_temperatures')
def _(x):
    return per_class(x, x.counts(), x.number(0, 0.1, 1, 4), low=1, high=1e28)


@property_of('ldam_margins')
def _(x):
    margin = x.number(0.0, 0.5, 3.0)
    return per_class(x, x.counts(), margin, low=0, high=margin)


@property_of('label_aware_smoothing')
def _(x):
    ends = x.number((0.3, 0.0), (1.0, 0.0), (0.0, 1.0), (0.5, 0.5))
    shape = x.number('concave', 'linear', 'convex')
    return per_class(x, x.counts(), *ends, shape, low=0, high=1)


@property_of('trials_per_level')
def _(x):
    highest = x.number(0, 3, 10)
    return Call(
        (x.levels(highest), x.number(1, 10), highest),
        shapes=[(x.c, highest + 1)],
        dtypes=torch.long,
        low=0,
        gradient=False,
    )


@property_of('next_levels')
def _(x):
    highest = x.number(0, 3, 10)
    trials = torch.full((x.c, highest + 1), 20)
    correct = x.uniform(x.c, highest + 1, high=20).long()
    return Call(
        (x.levels(highest), correct, trials, x.number(0.0, 0.6, 1.0)),
        shapes=[(x.c,)],
        dtypes=torch.long,
        low=0,
        high=highest,
        gradient=False,
    )


@property_of('standardized')
def _(x):
    values = x.number(x.normal(x.c), x.count_tensor(), x.uniform(x.c))
    most = x.c**0.5
    return per_class(x, values, low=-most, high=most)


@property_of('compression_factors')
def _(x):
    strategy = x.number(
        'equal_difference', 'half_top', 'half_bottom', 'uniform', 'reverse'
    )
    gamma = x.number(0, 0.5, 1.0, *([100.0] if strategy != 'reverse' else []))
    order = x.number('frequency', 'index')
    counts = x.counts(low=x.number(0, 1))
    return per_class(
        x,
        x.c,
        gamma,
        strategy,
        counts if order == 'frequency' else None,
        order,
        x.number(None, 2),
        low=0,
        high=1 + gamma,
    )


@property_of('shot_groups')
def _(x):
    few = x.number(0, 20, 1000)
    return Call(
        (x.counts(low=0), few + x.number(0, 80), few),
        shapes=[(x.c,)] * 3,
        dtypes=torch.bool,
        gradient=False,
    )


@property_of('sampling_probabilities')
def _(x):
    strategy = x.number(
        'class_balanced', 'square_root', 'progressive', 'reverse'
    )
    last = x.integer(1, 400)
    args = x.counts(low=x.number(0, 1)), strategy, x.integer(0, last - 1), last
    return Call(
        args, shapes=[(x.c,)], dtypes=np.float64, low=0, high=1, gradient=False
    )


@property_of('sample_rows', classes=1000)
def _(x):
    counts = np.asarray(x.counts(low=0, high=50))
    rows = x.numpy().permutation(counts.sum())
    probabilities = f.sampling_probabilities(counts, 'square_root')
    size = x.number(1, 100)
    return Call(
        (rows, counts, probabilities, size, x.numpy()),
        shapes=[(size,)],
        dtypes=rows.dtype,
        low=0,
        high=len(rows) - 1,
        gradient=False,
    )


def profile(x):
    """Ratio, profile and power of a long-tailed set."""
    ratio = x.number(1, 2.5, 10, 100, 1000)
    return ratio, x.number('exponential', 'step', 'pareto'), x.number(0.5, 6.0)


@property_of('long_tailed_counts')
def _(x):
    ratio, name, power = profile(x)
    most = x.number(int(2 * ratio) + 1, 500_000, 10_000_000)
    return Call(
        (x.c, most, ratio, name, power),
        shapes=[(x.c,)],
        dtypes=np.int64,
        low=1,
        high=most,
        gradient=False,
    )


@property_of('largest_max_count')
def _(x):
    available = np.asarray(x.counts())
    return Call(
        (available, *profile(x)),
        low=1,
        high=float(available.max() * 1000),
        gradient=False,
    )


@property_of('long_tailed_indices', classes=300)
def _(x):
    available = np.asarray(x.counts(high=40))
    labels = x.numpy().permutation(np.repeat(np.arange(x.c), available))
    counts = np.ceil(available * np.linspace(1, 0, x.c)).astype(int)
    return Call(
        (labels, counts, x.integer(0, 9)),
        shapes=[(counts.sum(),)],
        dtypes=np.int64,
        low=0,
        high=len(labels) - 1,
        gradient=False,
    )


@property_of('class_counts')
def _(x):
    labels = x.labels(x.integer(1, 10_000)).numpy()
    return Call(
        (labels, x.c),
        shapes=[(x.c,)],
        dtypes=np.int64,
        low=0,
        high=len(labels),
        gradient=False,
    )


@property_of('held_out_rows', classes=300)
def _(x):
    labels = x.labels(x.integer(1, 1000)).numpy()
    args = labels, x.number(1e-6, 0.2, 0.999), x.integer(0, 9)
    return Call(
        args, dtypes=np.int64, low=0, high=len(labels) - 1, gradient=False
    )


@property_of('check_epoch', classes=2)
def _(x):
    value = x.number(0, 200, 0.0, 0.25, 1 - 1e-9)
    return Call(('begin', value), low=0, high=200, gradient=False)


@property_of('epoch_of', classes=2)
def _(x):
    last = x.integer(1, 2000)
    value = x.number(x.integer(0, 400), x.uniform().item() * 0.999)
    high = 400 if isinstance(value, int) else last - 1
    return Call((value, last), low=0, high=high, gradient=False)


@property_of('total_variation')
def _(x):
    first = x.probs(x.c, dtype=torch.float64)
    second = x.number(first, x.probs(x.c, dtype=torch.float64))
    return Call((first, second), shapes=[()], low=0, high=1)


@property_of('long_tailed_prior')
def _(x):
    args = (
        x.count_tensor(low=x.number(0, 1)),
        x.number(1, 2, 50, 1e6),
        x.number('forward', 'uniform', 'backward'),
    )
    return per_class(x, *args, low=0, high=1)


@property_of('long_tailed_priors')
def _(x):
    ratios = x.number((2,), (50, 10, 2), (1, 1e6))
    return Call(
        (x.count_tensor(), ratios),
        dtypes=torch.float64,
        low=0,
        high=1,
        gradient=False,
    )


@property_of('weights_for_prior')
def _(x):
    # a prior that some label has a share of
    prior = x.number(x.uniform(x.c) + 1e-9, x.count_tensor())
    return Call(
        (x.labels(), prior),
        shapes=[(x.n,)],
        dtypes=torch.float64,
        low=0,
        high=1,
        gradient=False,
    )


@property_of('rows_for_prior', classes=300)
def _(x):
    labels = x.labels()
    prior = x.uniform(x.c) + 1e-9
    return Call(
        (labels, prior / prior.sum(), x.integer(0, 9)),
        low=0,
        high=x.n - 1,
        gradient=False,
    )
