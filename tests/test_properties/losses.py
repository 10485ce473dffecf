"""Losses and what they are made of."""

import math

import torch

import mmlt.functional as f

from .calls import Call
from .registry import property_of


def per_sample(x, *args, **kwargs):
    """A loss of each sample that is at least 0, with gradients to logits."""
    return Call(args, kwargs, shapes=[(x.n,)], dtypes=x.wide, low=0, of=(0,))


@property_of('balanced_softmax_loss')
def _(x):
    return per_sample(x, x.logits(), x.labels_or_soft(), x.counts())


@property_of('logit_adjusted_loss')
def _(x):
    args = x.logits(), x.labels_or_soft(), x.counts()
    return per_sample(x, *args, tau=x.number(0.0, 0.5, 1.0, 3.0))


@property_of('class_weighted_cross_entropy')
def _(x):
    weights = f.class_balanced_weights(x.counts(), x.number(0, 0.9, 0.9999))
    return per_sample(x, x.logits(), x.labels_or_soft(), weights)


def scores_of_boxes(x):
    """Logits of the classes, of object and of background."""
    return x.logits(x.n, x.c + 2)


@property_of('objectness_log_probs')
def _(x):
    return Call(
        (scores_of_boxes(x),),
        shapes=[(x.n, x.c + 1)],
        dtypes=x.wide,
        high=0,
    )


@property_of('objectness_losses')
def _(x):
    labels = x.labels()
    labels[x.uniform(x.n) > 0.5] = x.c
    return Call(
        (scores_of_boxes(x), labels),
        shapes=[(x.n,)] * 2,
        dtypes=x.wide,
        low=0,
        of=(0,),
    )


@property_of('cdt_loss')
def _(x):
    temperatures = f.cdt_temperatures(x.counts(), x.number(0, 0.1, 0.3, 1))
    return per_sample(x, x.logits(), x.labels_or_soft(), temperatures)


@property_of('vs_loss')
def _(x):
    counts = x.counts()
    temperatures = f.cdt_temperatures(counts, x.number(0, 0.1, 0.3, 1))
    args = x.logits(), x.labels_or_soft(), counts, temperatures
    return per_sample(x, *args, tau=x.number(0.0, 0.75, 1.0, 3.0))


@property_of('lade_regularizer')
def _(x):
    args = x.logits(), x.labels_or_soft(), x.counts(), x.number(0, 0.01, 0.5)
    return Call(args, shapes=[()], dtypes=x.wide, of=(0,))


@property_of('alignment_confidence')
def _(x):
    args = x.features(), x.uniform(x.d, low=-1), x.uniform(1, low=-1)
    return Call(args, shapes=[(x.n,)], dtypes=x.wide, low=0, high=1, of=(0,))


@property_of('aligned_logits')
def _(x):
    args = x.logits(), x.uniform(x.n), x.uniform(x.c), x.uniform(x.c)
    return Call(args, shapes=[(x.n, x.c)], dtypes=x.wide, of=(0,))


@property_of('smoothed_cross_entropy')
def _(x):
    smoothing = x.uniform(x.c)
    return per_sample(x, x.logits(), x.labels_or_soft(), smoothing)


@property_of('ldam_loss')
def _(x):
    cosine = x.uniform(x.n, x.c, low=-1, high=1, dtype=x.dtype)
    margins = f.ldam_margins(x.counts(), x.number(0.0, 0.5, 2.0))
    scale = x.number(1.0, 16.0, 30.0, 64.0)
    return per_sample(x, cosine, x.labels(), margins, scale)


@property_of('one_vs_all_focal_loss')
def _(x):
    gamma = x.number(0, 0.5, 1.0, 2.0, 5.0)
    return per_sample(x, x.logits(), x.labels(), gamma)


@property_of('reduce_loss')
def _(x):
    reduction = x.number('mean', 'sum', 'none')
    factor = None if reduction == 'sum' else x.number(None, 1, 7.5)
    values = x.uniform(x.n, high=10, dtype=x.wide)
    return Call(
        (values, x.number(None, 0.5 * values.detach()), reduction, factor),
        shapes=[(x.n,)] if reduction == 'none' else None,
        dtypes=x.wide,
        low=0,
        of=(0,),
    )


@property_of('label_weights')
def _(x):
    weights = x.uniform(x.c, high=10, dtype=x.wide)
    labels = x.labels_or_soft()
    if labels.is_floating_point():
        labels = labels.to(weights.dtype)
    args = labels, weights
    return Call(args, shapes=[(x.n,)], dtypes=x.wide, low=0, high=10, of=(1,))


@property_of('distillation_loss')
def _(x):
    temperature, power = x.number(0.1, 1.0, 2.0, 10.0), x.number(0, 0.5, 1, 3)
    call = per_sample(x, x.logits(), x.logits(), temperature, power)
    call.low = -1e-6 * temperature**2  # rounding of float32
    return call


@property_of('virtual_examples')
def _(x):
    temperature, power = x.number(0.1, 1.0, 2.0, 10.0), x.number(0, 0.5, 1, 3)
    return Call(
        (x.logits(), temperature, power),
        shapes=[(x.n, x.c)],
        dtypes=x.wide,
        high=0,
    )


@property_of('contrastive_loss')
def _(x):
    queue = x.features(x.number(1, 16))
    args = x.features(), x.features(), queue, x.number(0.07, 0.2, 1.0)
    return per_sample(x, *args)


@property_of('balanced_contrastive_loss')
def _(x):
    args = x.features(), x.labels(), x.directions(), x.number(0.07, 0.1, 1.0)
    call = per_sample(x, *args)
    call.low = -math.inf  # the anchor's own class is not the only candidate
    call.of = (0, 2)
    return call


@property_of('parametric_contrastive_loss')
def _(x):
    num = x.integer(0, 16)
    older = torch.cat([torch.full((num // 2,), -1), x.labels(num - num // 2)])
    call = per_sample(
        x,
        x.features(),
        x.labels(),
        x.logits(),
        x.normal(num, x.d, scale=1.0),
        older,
        x.number(0.0, 0.05, 1.0),
        temperature=x.number(0.05, 0.2, 1.0),
        smoothing=x.number(0.0, 0.1),
    )
    call.low = -math.inf  # a smoothed score may exceed that of the class
    call.of = (0, 2)
    return call


@property_of('mutual_distillation')
def _(x):
    experts = x.number(1, 2, 3)
    call = per_sample(x, x.logits(experts, x.n, x.c))
    call.gradient = experts > 1  # one expert has nobody to learn from
    return call


@property_of('ncl_losses')
def _(x):
    args = (
        x.logits(x.number(1, 2, 3), x.n, x.c),
        x.labels(),
        f.log_counts(x.counts()),
        x.integer(1, min(x.c, 300)),
        x.number('zero', 'drop'),
    )
    return Call(args, shapes=[(x.n,)] * 4, dtypes=x.wide, low=0, of=(0,))


@property_of('hard_classes')
def _(x):
    hard = x.integer(1, x.c)
    return Call(
        (x.logits(), x.labels(), hard),
        shapes=[(x.n, hard)],
        dtypes=torch.long,
        low=0,
        high=x.c - 1,
        gradient=False,
    )


@property_of('restrict_logits')
def _(x):
    experts = x.number((), (1,), (3,))
    hard, excluded = x.integer(1, x.c), x.number('zero', 'drop')
    classes = f.hard_classes(x.logits(), x.labels(), hard)
    columns = x.c if excluded == 'zero' else hard
    return Call(
        (x.logits(*experts, x.n, x.c), classes, excluded),
        shapes=[(*experts, x.n, columns)],
        dtypes=x.dtype,
    )


@property_of('view_agreement')
def _(x):
    experts = x.integer(1, 3)
    first, second = (x.logits(experts, x.n, x.c) for _ in range(2))
    weights = x.weights(experts).to(x.wide)
    # a cosine of equal vectors of thousands of entries, rounded in float32
    return Call((first, second, weights), shapes=[()], low=0, high=1 + 1e-5)


@property_of('learn_expert_weights', classes=1000, samples=8)
def _(x):
    experts = x.integer(2, 3)
    views = [
        (x.logits(experts, x.n, x.c), x.logits(experts, x.n, x.c))
        for _ in range(2)
    ]
    args = (lambda: views), experts, x.integer(1, 2)
    shapes = None
    return Call(
        args,
        shapes=shapes,
        dtypes=torch.float64,
        low=0,
        high=1,
        of=(),
        gradient=False,
    )


@property_of('sade_adjustments')
def _(x):
    experts = x.integer(1, 3)
    return Call(
        (x.counts(), experts, x.number(0, 1.0, 2.0)),
        shapes=[(experts, x.c)],
        dtypes=torch.float64,
        gradient=False,
    )


@property_of('balanced_expert_adjustments')
def _(x):
    taus = x.number([0.0, 1.0, 2.0], [-1.0, 1.0, 3.0], [0.5])
    return Call(
        (x.counts(), taus),
        shapes=[(len(taus), x.c)],
        dtypes=torch.float64,
        gradient=False,
    )


@property_of('diversity_temperatures')
def _(x):
    spread = x.number(0, 0.015, 0.05, 0.9)
    return Call(
        (x.counts(), spread),
        shapes=[(x.c,)],
        dtypes=torch.float64,
        low=0,
        high=1,
        gradient=False,
    )


@property_of('expert_diversity')
def _(x):
    experts = x.integer(1, 3)
    temperatures = x.number(None, f.diversity_temperatures(x.counts(), 0.05))
    call = per_sample(x, x.logits(experts, x.n, x.c), temperatures)
    call.low = -1e-6 * experts  # rounding of float32
    call.gradient = experts > 1  # one expert is the mean
    return call


@property_of('confident_consistency')
def _(x):
    experts = x.integer(1, 3)
    weak, strong = (x.logits(experts, x.n, x.c) for _ in range(2))
    return Call(
        (weak, strong, x.labels()),
        shapes=[(experts,)],
        dtypes=x.wide,
        low=-1e-6,  # rounding of float32
        of=(1,),
    )


@property_of('warmup_share')
def _(x):
    args = x.integer(0, 400), x.number(0, 1, 20)
    return Call(args, low=0, high=1, gradient=False)


@property_of('hardest_negative_teacher')
def _(x):
    experts = x.integer(1, 3)
    return Call(
        (x.logits(experts, x.n, x.c), x.labels()),
        shapes=[(x.n, x.c)],
        dtypes=x.wide,
        of=(0,),
    )


@property_of('negative_suppression')
def _(x):
    experts = x.integer(1, 3)
    call = per_sample(x, x.logits(experts, x.n, x.c), x.labels())
    call.low = -1e-5  # rounding of float32
    return call


@property_of('mean_tau')
def _(x):
    taus = x.number([0.0, 1.0, 2.0], [-1.0, 1.0, 3.0], [0.5])
    return Call((taus,), low=min(taus), high=max(taus), gradient=False)


@property_of('reversed_prior')
def _(x):
    return Call(
        (x.probs(x.c),), shapes=[(x.c,)], dtypes=x.dtype, low=0, high=1
    )


@property_of('remix_label_weights')
def _(x):
    weight = x.number(
        0.0, 0.3, 1.0, x.uniform(1, dtype=x.wide), x.uniform(x.n)
    )
    args = x.labels(), x.labels(), weight, x.counts()
    return Call(args, shapes=[(x.n,)], low=0, high=1, gradient=False)


def whole_box(x):
    """Height and width of some pixels, and a box in them."""
    height, width = x.integer(1, 40), x.integer(1, 40)
    center = [x.integer(0, height - 1), x.integer(0, width - 1)]
    args = height, width, x.uniform(), torch.tensor(center)
    return args, f.cutmix_box(*args)


@property_of('cutmix_box')
def _(x):
    args, _ = whole_box(x)
    return Call(
        args,
        shapes=[(4,)],
        dtypes=torch.int64,
        low=0,
        high=max(args[:2]),
        gradient=False,
    )


@property_of('cutmix_weight')
def _(x):
    (height, width, *_), box = whole_box(x)
    return Call(
        (height, width, box),
        shapes=[()],
        dtypes=torch.float64,
        low=0,
        high=1,
        gradient=False,
    )


@property_of('paste_box')
def _(x):
    (height, width, *_), box = whole_box(x)
    size = 2, 3, height, width
    args = x.normal(*size, dtype=x.dtype), x.normal(*size, dtype=x.dtype), box
    return Call(args, shapes=[size], dtypes=x.dtype, of=(0, 1))


@property_of('mix_batch', classes=100)
def _(x):
    batch = x.normal(x.n, 3, 8, 8)
    index = torch.randperm(x.n, generator=x.rng)
    weight = x.number(0.0, 0.3, 1.0, x.uniform(1), x.uniform(x.n))
    return Call(
        (batch, index, weight),
        shapes=[tuple(batch.shape)],
        dtypes=x.dtype,
        of=(0,),
    )


@property_of('beta_weights', classes=2)
def _(x):
    args = x.number(0.01, 0.2, 1.0, 30.0, 1e6), x.n, x.rng
    return Call(
        args,
        shapes=[(x.n,)],
        dtypes=torch.float64,
        low=0,
        high=1,
        gradient=False,
    )


@property_of('compress_features')
def _(x):
    shape = x.number((x.d,), (x.d, 1, 1), ())
    features = x.normal(x.n, *shape)
    return Call(
        (features, x.labels_or_soft(), x.tau()),
        shapes=[tuple(features.shape)],
        dtypes=x.dtype,
        of=(0,),
    )


@property_of('compress_mixed_features')
def _(x):
    features = x.features()
    weight = x.uniform(x.n, dtype=x.wide)
    return Call(
        (features, x.labels(), x.labels(), weight, x.tau()),
        shapes=[tuple(features.shape)],
        dtypes=x.dtype,
        of=(0,),
    )


@property_of('unit_vectors')
def _(x):
    vectors = x.number(x.features(), x.normal(x.n, x.d))
    return Call(
        (vectors, x.number(0, 1)),
        shapes=[(x.n, x.d)],
        dtypes=x.dtype,
        low=-1,
        high=1,
    )


@property_of('cloud_amplitudes')
def _(x):
    return Call((x.counts(),), shapes=[(x.c,)], low=0, high=1, gradient=False)


@property_of('cloud_noise')
def _(x):
    shape = x.n, x.c
    return Call((shape,), shapes=[shape], low=0, high=1, gradient=False)


@property_of('gaussian_clouded_loss')
def _(x):
    amplitudes = f.cloud_amplitudes(x.counts())
    args = x.logits(), x.labels(), amplitudes, x.uniform(x.n, x.c)
    settings = dict(margin=x.number(0, 2.0), focus=x.number(0.0, 1.0))
    return per_sample(x, *args, x.number(0.0, 10.0, 15.0), **settings)


@property_of('adapter_branch', dim=256)
def _(x):
    width = x.integer(1, 8)
    most = dict(scale=min(x.scale, 30.0))
    args = (
        x.features(),
        x.normal(width, x.d, scale=x.d**-0.5),
        x.normal(width, **most),
        x.normal(x.d, width, scale=0.1),
        x.normal(x.d, **most),
    )
    return Call(args, shapes=[(x.n, x.d)], dtypes=x.dtype)


@property_of('adapter_width')
def _(x):
    layers = x.number(1, 2, 12, 24, 48)
    most = max(1, x.c // (2 * layers))
    return Call((x.c, layers), low=1, high=most, gradient=False)


@property_of('text_classifier_weights', classes=1000, dim=256)
def _(x):
    texts = x.features()[None].repeat(3, 1, 1).transpose(0, 1)
    args = texts, x.normal(16, x.d, scale=1.0)
    return Call(
        args, shapes=[(x.n, 16)], dtypes=x.wide, low=-1.001, high=1.001
    )


@property_of('sharpness_weights')
def _(x):
    args = x.counts(), x.number(0, 0.5, 0.8), x.number(0, 1.0, 3.2)
    return Call(args, shapes=[(x.c,)], low=0, high=1, gradient=False)


@property_of('ascent_steps')
def _(x):
    gradients = [x.features(), x.uniform(x.d, low=-1), None]
    shapes = [(x.n, x.d), (x.d,)]
    return Call(
        (gradients, x.number(0.05, 0.8)), shapes=shapes, gradient=False
    )


@property_of('seesaw_loss')
def _(x):
    exponents = dict(p=x.number(0.0, 0.8), q=x.number(0.0, 2.0))
    return per_sample(x, x.logits(), x.labels(), x.counts(), **exponents)


@property_of('minimalist_crop_share')
def _(x):
    epochs = x.integer(1, 400)
    smallest = x.number(1e-3, 0.08, 1.0)
    args = x.integer(0, epochs - 1), epochs, smallest
    return Call(args, low=smallest, high=1, gradient=False)


@property_of('square_crop_sides')
def _(x):
    sides = x.integer(1, 4000), x.integer(1, 4000)
    args = *sides, x.number(1e-3, 0.08, 1.0)
    return Call(args, low=0, high=min(sides), gradient=False)


@property_of('five_crop_corners')
def _(x):
    size = x.integer(1, 300)
    sides = size + x.integer(0, 99), size + x.integer(0, 99)
    most = max(sides) - size
    return Call((*sides, size), low=0, high=most, gradient=False)


@property_of('mean_logit_scores', classes=1000)
def _(x):
    scores = torch.stack([x.probs(), x.probs()])
    return Call(
        (scores,),
        shapes=[(x.n, x.c)],
        dtypes=x.wide,
        low=0,
        high=1.001,
        gradient=False,
    )
