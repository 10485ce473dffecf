"""Numbers of predictions, and what is fitted to them."""

import torch

import mmlt.functional as f

from .calls import ANY, Call
from .registry import property_of

BINNING = ('uniform', 'equal_mass')


def scalar(*args, low=0.0, high=1.0, **more):
    """One number in float64."""
    return Call(
        args,
        shapes=[()],
        dtypes=torch.float64,
        low=low,
        high=high,
        gradient=False,
        **more,
    )


def correct(x, n=None):
    return x.uniform(n or x.n) < x.number(0.0, 0.5, 1.1)


def weights_or_none(x):
    return x.number(None, x.uniform(x.n) + 1e-3)


@property_of('balanced_accuracy')
def _(x):
    return scalar(x.logits(), x.labels())


@property_of('macro_f1')
def _(x):
    labels, predicted = x.labels(), x.labels()
    hits = labels[labels == predicted]
    counts = [t.bincount(minlength=x.c) for t in (hits, labels, predicted)]
    return Call(tuple(counts), low=0, high=1, nan=True, gradient=False)


@property_of('one_vs_rest_auroc')
def _(x):
    args = x.number(
        (x.probs(), x.labels()), (x.logits(), x.labels(), 'logits')
    )
    return Call(
        args,
        shapes=[(x.c,)],
        dtypes=torch.float64,
        low=0,
        high=1,
        nan=True,
        gradient=False,
    )


@property_of('balanced_error')
def _(x):
    recall = x.uniform(x.c)
    recall[::3] = float('nan')
    return scalar(recall, nan=True)


@property_of('f1_scores')
def _(x):
    recall, precision = x.uniform(x.c), x.uniform(x.c)
    recall[::3], precision[::5] = float('nan'), float('nan')
    return Call(
        (recall, precision),
        shapes=[(x.c,)],
        dtypes=torch.float64,
        low=0,
        high=1,
        nan=True,
        gradient=False,
    )


@property_of('mask_overlap')
def _(x):
    pairs = x.labels() * x.c + x.labels()
    confusion = pairs.bincount(minlength=x.c**2).view(x.c, x.c)
    return Call(
        (confusion,),
        shapes=[(x.c,)] * 2,
        dtypes=torch.float64,
        low=0,
        high=1,
        nan=True,
        gradient=False,
    )


@property_of('wilson_interval')
def _(x):
    number = x.count_tensor()
    hits = (number * x.uniform(x.c)).floor().long()
    return Call(
        (hits, number),
        shapes=[(x.c,)] * 2,
        dtypes=torch.float64,
        low=0,
        high=1,
        gradient=False,
    )


@property_of('confused_pairs')
def _(x):
    return Call(
        (x.labels(), x.labels(), x.c),
        shapes=[ANY],
        dtypes=torch.int64,
        low=0,
        high=max(x.c, x.n),
        gradient=False,
    )


@property_of('confident_mistakes')
def _(x):
    return Call(
        (x.probs(), x.labels(), x.number(0, 3, 1000), x.number(1, 2)),
        shapes=[ANY],
        dtypes=torch.int64,
        low=0,
        high=x.n,
        gradient=False,
    )


@property_of('balanced_log_likelihood')
def _(x):
    return scalar(x.logits(), x.labels(), low=-1e9, high=0)


@property_of('class_mean')
def _(x):
    values = x.number(x.normal(x.n), correct(x))
    return scalar(values, x.labels(), x.c, low=-1e9, high=1e9)


@property_of('balanced_weights')
def _(x):
    return Call(
        (x.labels(), x.c),
        shapes=[(x.n,)],
        dtypes=torch.float64,
        low=0,
        high=1,
        gradient=False,
    )


@property_of('adaptive_calibration_error')
def _(x):
    return scalar(x.probs(), x.labels(), x.number(1, 15, 100))


@property_of('calibration_error')
def _(x):
    # half precision sums of many classes are no distribution
    probs = x.probs(dtype=x.wide)
    norm, binning = x.number('l1', 'max'), x.number(*BINNING)
    return scalar(probs, x.labels(), x.number(1, 15, 100), norm, binning)


@property_of('top_calibration_error')
def _(x):
    return scalar(
        x.uniform(x.n, dtype=x.dtype),
        correct(x),
        x.number(1, 15, 100),
        x.number('l1', 'max'),
        x.number(*BINNING),
        weights_or_none(x),
    )


@property_of('calibration_bins')
def _(x):
    bins = x.number(1, 15, 100)
    args = x.uniform(x.n, dtype=x.dtype), correct(x), bins
    return Call(
        (*args, x.number(*BINNING), weights_or_none(x)),
        shapes=[(bins,)] * 3,
        low=0,
        gradient=False,
    )


@property_of('equal_mass_bins')
def _(x):
    count = x.count_tensor(low=0).double()
    confidence = count * x.uniform(x.c).sort().values
    bins = x.number(1, 15, 100)
    return Call(
        (count, confidence, (count * x.uniform(x.c)).floor(), bins),
        shapes=[(bins,)] * 3,
        dtypes=torch.float64,
        low=0,
        gradient=False,
    )


def state_of(x):
    """A state that has seen two batches."""
    counts = x.number(None, x.counts(low=0))
    state = f.ClassificationState(
        x.c, x.number(1, 15), class_counts=counts, confusion=x.c <= 365
    )
    for _ in range(x.integer(0, 2)):
        state.update(x.logits(), x.labels(), kind='logits')
    return state


@property_of('ClassificationState')
def _(x):
    counts = x.number(None, x.counts(low=0))
    args = x.c, x.number(1, 15, 100)
    return Call(args, {'class_counts': counts}, low=0, gradient=False)


@property_of('classification_summary', classes=8142)
def _(x):
    return Call((state_of(x),), nan=True, gradient=False)


@property_of('confusion_shares', classes=365)
def _(x):
    confusion = torch.bincount(x.labels(500), minlength=x.c).repeat(x.c, 1)
    confusion[0] = 0
    return Call(
        (x.number(confusion, confusion.tolist()),),
        shapes=[(x.c, x.c)],
        dtypes=torch.float64,
        low=0,
        high=1,
        gradient=False,
    )


@property_of('mean_accuracy')
def _(x):
    sizes = x.count_tensor(low=0)
    hits = (sizes * x.uniform(x.c)).floor().long()
    return Call(
        (hits, sizes, x.number('classes', 'images')),
        low=0,
        high=1,
        nan=True,
        gradient=False,
    )


@property_of('group_accuracy')
def _(x):
    group = x.uniform(x.c) < x.number(0.0, 0.5, 1.1)
    return scalar(correct(x), x.labels(), group, nan=True)


@property_of('group_gaps')
def _(x):
    groups = [x.uniform(x.c) < 0.5, x.uniform(x.c) < 0.0]
    logits = x.logits(dtype=torch.float64)
    return Call(
        (logits, x.labels(), x.weights(), groups),
        dtypes=torch.float64,
        low=-1,
        high=1,
        gradient=False,
    )


@property_of('percent', classes=2)
def _(x):
    share = x.uniform().item()
    shares = x.number(share, [share, 1], {'a': share}, x.uniform(x.n))
    return Call((shares,), low=0, high=100, gradient=False)


@property_of('relative_difference')
def _(x):
    expected = x.normal(x.n, x.c, scale=1) + 2
    return Call((expected + 1, expected), low=0, gradient=False)


@property_of('mean_over_seeds', classes=2)
def _(x):
    values = x.normal(x.n, dtype=torch.float64)
    args = (x.number(values, values.tolist()),)
    return Call(args, nan=True, gradient=False)


@property_of('seed_difference', classes=2)
def _(x):
    first, second = (x.normal(x.n, dtype=torch.float64) for _ in range(2))
    return Call((first, second), nan=True, gradient=False)


@property_of('spearman_correlation')
def _(x):
    y = x.number(x.normal(x.c), x.count_tensor().to(x.wide))
    return scalar(x.normal(x.c), y, low=-1, nan=True)


@property_of('cluster_spread')
def _(x):
    normalize = x.number(True, False)
    high = 2 if normalize else 1e9
    return Call(
        (x.features(), x.labels(), x.c, normalize),
        shapes=[(x.c,)],
        dtypes=torch.float64,
        low=0,
        high=high,
        nan=True,
        gradient=False,
    )


@property_of('principal_components', classes=2)
def _(x):
    noise = x.uniform(x.n + 1, x.d, dtype=x.dtype)
    features = x.features(n=x.n + 1) + noise
    most = min(features.shape)
    k = x.integer(1, min(most, 5))
    return Call(
        (features, k),
        shapes=[(x.n + 1, k), (k,)],
        dtypes=torch.float64,
        gradient=False,
    )


@property_of('scaled_feature_logits')
def _(x):
    args = scores_of(x)
    return Call(args, shapes=[(x.n, x.c)], of=(0,))


def scores_of(x):
    bias = x.number(None, x.uniform(x.c, low=-3, high=3, dtype=x.wide))
    return x.logits(dtype=x.wide), x.labels(), x.tau(x.wide), bias


@property_of('misclassified_area')
def _(x):
    return Call(
        scores_of(x),
        shapes=[(x.n,)] * 3,
        dtypes=torch.bool,
        gradient=False,
    )


@property_of('misclassified_area_counts')
def _(x):
    return Call(
        scores_of(x),
        shapes=[(4, x.c)],
        dtypes=torch.long,
        low=0,
        high=x.n,
        gradient=False,
    )


@property_of('misclassified_area_shares')
def _(x):
    counts = f.misclassified_area_counts(*scores_of(x))
    groups = x.number(None, x.uniform(3, x.c) < 0.3)
    return Call(
        (counts, groups),
        shapes=[(x.c if groups is None else 3,)] * 3,
        dtypes=torch.float64,
        low=0,
        high=1,
        nan=True,
        gradient=False,
    )


def of_logits(x, *args, **kwargs):
    """Logits that come back corrected."""
    return Call(args, kwargs, shapes=[(x.n, x.c)], dtypes=ANY, of=(0,))


@property_of('logit_adjustment')
def _(x):
    tau = x.number(0, 1.0, 3.0)
    centered = x.number(True, False)
    return of_logits(x, x.logits(), x.counts(), tau, centered=centered)


@property_of('temperature_scaled')
def _(x):
    return of_logits(x, x.logits(dtype=x.wide), x.uniform(low=-3, high=3))


@property_of('predicted_class_temperature')
def _(x):
    temperature = x.uniform(x.c, low=-3, high=3, dtype=x.wide)
    return of_logits(x, x.logits(dtype=x.wide), temperature)


@property_of('vector_scaled')
def _(x):
    scale, shift = x.uniform(2, x.c, low=-3, high=3, dtype=x.wide)
    return of_logits(x, x.logits(dtype=x.wide), scale, shift)


@property_of('log_linear_temperature')
def _(x):
    values = f.standardized(x.count_tensor().double().log())
    numbers = x.uniform(2, low=-1, high=1)
    # C values of scale 1 are within sqrt(C): as far as float64 goes
    numbers[1] *= min(1, 100 / x.c**0.5)
    return of_logits(x, x.logits(dtype=torch.float64), values, *numbers)


@property_of('shot_matched_logits')
def _(x):
    slope = x.number(-1.0, 0.0, 1.0) * min(1, 100 / x.c**0.5)
    args = x.logits(dtype=torch.float64), x.count_tensor()
    return of_logits(x, *args, x.number(-1.0, 2.0), slope, x.number(0.0, 1.0))


@property_of('tau_normalized_logits')
def _(x):
    norm = x.uniform(x.c, low=1e-3, high=30, dtype=x.wide)
    bias = x.number(None, x.uniform(x.c, dtype=x.wide))
    tau = x.number(0, 0.7, 1.0)
    return of_logits(x, x.logits(dtype=x.wide), norm, bias, tau)


@property_of('shift_prior')
def _(x):
    source = x.number(x.uniform(x.c) + 1e-6, x.count_tensor())
    target = x.number(x.uniform(x.c), x.count_tensor(low=0))
    # a target without any class is none
    target = target + (target.sum() == 0)
    call = of_logits(x, x.logits(dtype=x.wide), source, target)
    call.minus_inf, call.high = True, 0
    return call


@property_of('estimate_prior', classes=8142)
def _(x):
    weights = x.number(None, x.weights())
    source = x.number(x.uniform(x.c) + 1e-6, x.count_tensor())
    return Call(
        (x.logits(), source, weights, 50),
        shapes=[(x.c,)],
        dtypes=torch.float64,
        low=0,
        high=1,
        gradient=False,
    )


@property_of('weighted_numbers')
def _(x):
    log_probs = x.logits(dtype=x.wide).log_softmax(1).double()
    args = log_probs, x.labels(), x.weights()
    return Call(args, low=0, gradient=False)


@property_of('stratified_folds')
def _(x):
    folds = x.number(2, 5)
    return Call(
        (x.labels(), folds, x.integer(0, 9)),
        shapes=[(x.n,)],
        dtypes=torch.long,
        low=0,
        high=folds - 1,
        gradient=False,
    )


def held_out(x):
    """Logits of few classes and their labels, as a fit gets them."""
    return x.logits(dtype=x.wide), x.labels()


@property_of('fit_by_likelihood', classes=10, samples=40)
def _(x):
    logits, labels = held_out(x)
    args = f.temperature_scaled, torch.zeros(()), logits.double(), labels
    return Call(
        (*args, x.number(None, x.weights()), 0.1, None, 20),
        shapes=[()],
        dtypes=torch.float64,
        gradient=False,
        refuses=f.NoMinimumError,
    )


@property_of('fit_vector_scaling', classes=10, samples=40)
def _(x):
    weights = x.number(None, x.weights())
    return Call(
        (*held_out(x), weights, 0.1, 20),
        shapes=[(x.c,)] * 2,
        dtypes=torch.float64,
        gradient=False,
        refuses=f.NoMinimumError,
    )


@property_of('vector_scaled_out_of_fold', classes=5, samples=20)
def _(x):
    return Call(
        (*held_out(x), 2, x.integer(0, 9), 0.1),
        shapes=[(x.n, x.c)],
        dtypes=torch.float64,
        gradient=False,
        refuses=f.NoMinimumError,
    )


@property_of('fit_shot_matching', classes=10, samples=40)
def _(x):
    logits, labels = held_out(x)
    counts = x.count_tensor()
    groups = list(f.shot_groups(counts).values())
    return Call(
        (
            logits.double(),
            labels,
            x.weights(),
            counts,
            groups,
            (0.0, 1.0),
            1.0,
        ),
        gradient=False,
        refuses=f.NoMinimumError,
    )


@property_of(
    'refuse_separated', 'refuse_no_temperature', 'refuse_lone_classes'
)
def _(x, name):
    weights = ()
    if name == 'refuse_no_temperature':
        weights = (x.number(None, x.weights()),)
    return Call(
        (x.logits(dtype=x.wide), x.labels(), *weights),
        gradient=False,
        refuses=f.NoMinimumError,
    )
