"""Concentrations and directions, and the Bessel functions below them."""

import math

import torch

from .calls import Call
from .registry import property_of

ORDERS = (0, 0.5, 1, 7.5, 31, 63, 255, 1023, 5000.5)
DIMS = (2, 3, 16, 64, 512, 2048, 100_000)


def argument(x):
    """Arguments of a function of kappa, as tiny and huge as the dtype has."""
    most = math.log10(torch.finfo(x.dtype).max) - 0.5
    least = math.log10(torch.finfo(x.dtype).tiny)
    kind = x.integer(0, 2)
    shape = x.number((), (x.n,), (x.n, 2, 1))
    if kind == 0:
        return (10 ** x.uniform(*shape, low=-3, high=4)).to(x.dtype)
    return (10 ** x.uniform(*shape, low=least, high=most)).to(x.dtype)


@property_of('log_iv')
def _(x):
    order = x.number(*ORDERS)
    # the gradient is order / x near 0: where the dtype holds that
    z = argument(x).clamp(8 * (order + 1) / torch.finfo(x.dtype).max)
    return Call((order, z), shapes=[tuple(z.shape)], dtypes=x.wide)


@property_of('iv_ratio')
def _(x):
    z = argument(x) * x.number(0, 1)
    return Call(
        (x.number(*ORDERS), z),
        shapes=[tuple(z.shape)],
        dtypes=x.wide,
        low=0,
        high=1,
    )


@property_of(
    'vmf_log_partition', 'vmf_mean_resultant', 'vmf_mean_resultant_derivative'
)
def _(x, name):
    z = argument(x) * x.number(0, 1)
    return Call(
        (x.number(*DIMS), z),
        shapes=[tuple(z.shape)],
        dtypes=x.wide,
        low=0,
        high=math.inf if name == 'vmf_log_partition' else 1,
    )


@property_of('vmf_bias')
def _(x):
    return Call(
        (x.number(*DIMS), x.kappa()), shapes=[(x.c,)], dtypes=torch.float64
    )


@property_of('positive_concentration')
def _(x):
    raw = x.normal(x.c)
    return Call((raw,), shapes=[(x.c,)], dtypes=x.dtype, low=0)


@property_of('raw_concentration')
def _(x):
    # the gradient is 1 / kappa near 0
    kappa = x.kappa(zero=False).clamp(8 / torch.finfo(x.dtype).max)
    return Call((kappa,), shapes=[(x.c,)], dtypes=x.dtype)


def concentrations(x):
    """Concentrations whose gradients, up to C kappa^2, the dtype holds."""
    most = torch.finfo(x.dtype).max / 8 / x.c
    return x.kappa(most=min(1e5, most**0.5))


@property_of('check_vmf_parameters')
def _(x):
    return Call((x.kappa(), x.directions()), gradient=False)


@property_of('vmf_kl', 'vmf_overlap', classes=300)
def _(x, name):
    args = concentrations(x), x.directions()
    return Call(
        args,
        shapes=[(x.c, x.c)],
        dtypes=x.wide,
        low=0,
        high=1 if name == 'vmf_overlap' else math.inf,
    )


@property_of('overlap_row_means', classes=1000)
def _(x):
    args = concentrations(x), x.directions()
    return Call(args, shapes=[(x.c,)], dtypes=x.wide, low=0, high=1)


@property_of('mean_overlaps', classes=1000)
def _(x):
    args = concentrations(x), x.directions(), x.number(True, False)
    return Call(
        args, shapes=[(x.c,)], dtypes=x.wide, low=0, high=1, gradient=False
    )


@property_of('inter_class_discrepancy', classes=1000)
def _(x):
    args = concentrations(x), x.directions()
    return Call(args, shapes=[()], dtypes=x.wide, low=0, high=1)


@property_of('class_feature_consistency')
def _(x):
    args = concentrations(x), x.directions(), x.features(), x.labels()
    return Call(args, shapes=[()], dtypes=x.wide, low=0, high=1)


@property_of('calibrated_concentration')
def _(x):
    overlap = x.number(x.uniform(x.c), x.normal(x.c), x.uniform(1).expand(x.c))
    kappa, alpha = x.kappa(), x.number(0, 0.3, 1)
    return Call(
        (kappa, overlap, alpha),
        shapes=[(x.c,)],
        dtypes=torch.promote_types(x.wide, overlap.dtype),
        low=0,
        gradient=False,
    )


@property_of('directional_logits')
def _(x):
    offset = x.number(None, x.uniform(x.c, low=-10, high=10))
    args = x.features(), x.kappa(most=1e4), x.directions(), offset
    return Call(
        args,
        {'normalize': x.number(True, False)},
        shapes=[(x.n, x.c)],
        dtypes=x.wide,
    )


@property_of('directional_maps')
def _(x):
    offset = x.number(None, x.uniform(x.c, low=-10, high=10))
    maps = x.features()[:, :, None, None].expand(-1, -1, 2, 3)
    return Call(
        (maps, x.kappa(most=1e4), x.directions(), offset),
        shapes=[(x.n, x.c, 2, 3)],
        dtypes=x.wide,
    )


@property_of('directional_scores')
def _(x):
    offset = x.number(None, x.uniform(x.c, low=-10, high=10))
    return Call(
        (x.features(), x.kappa(most=1e4), x.directions(), offset),
        shapes=[(x.n, x.c)],
        dtypes=x.wide,
    )


@property_of('background_log_prior')
def _(x):
    share = x.number(0.01, 0.5, 0.75, 1 - 1e-9)
    return Call(
        (x.uniform(x.c, low=-20, high=20).to(x.dtype), share),
        shapes=[(x.c + 1,)],
        dtypes=x.wide,
        high=0,
    )


@property_of('directional_to_linear')
def _(x):
    offset = x.number(None, x.uniform(x.c, dtype=x.dtype))
    return Call(
        (x.kappa(most=1e4), x.directions(), offset),
        shapes=[(x.c, x.d), (x.c,)],
        dtypes=x.dtype,
    )


@property_of('linear_to_vmf')
def _(x):
    return of_weight(x, x.features(n=x.c))


@property_of('cosine_to_vmf')
def _(x):
    scale = x.number(0, 16.0, 64.0)
    return of_weight(x, x.features(n=x.c), scale)


@property_of('causal_to_vmf')
def _(x):
    gamma = x.number(1 / 32, 1 / 16, 1e-3)
    return of_weight(x, x.features(n=x.c), gamma)


@property_of('tau_norm_to_vmf')
def _(x):
    # no row of zeros where the norm is divided by
    tau = x.number(0, 0.5, 0.7, 1)
    return of_weight(x, x.directions() * x.number(1e-2, 1, 30), tau)


def of_weight(x, *args):
    return Call(args, shapes=[(x.c,), (x.c, x.d)], dtypes=x.wide)


@property_of('linear_logits')
def _(x):
    args = (
        x.features(),
        x.directions() * x.number(0.1, 1),
        x.uniform(x.c, low=-1, high=1, dtype=x.dtype),
    )
    return Call(
        args,
        {'normalize': x.number(True, False)},
        shapes=[(x.n, x.c)],
        dtypes=x.dtype,
    )


@property_of('layer_norm_classifier', classes=1000, dim=64)
def _(x):
    return Call(
        (x.features(n=x.c),),
        shapes=[(2 * x.d, x.d), (x.c, 2 * x.d)],
        gradient=False,
    )


@property_of('vmf_contrast_logits')
def _(x):
    temperature = x.number(0.07, 0.1, 1.0)
    most = 1.001 / temperature
    return Call(
        (x.features(), x.directions(), x.kappa(), temperature),
        shapes=[(x.n, x.c)],
        dtypes=x.wide,
        low=-most,
        high=most,
        of=(0,),
    )


@property_of('vmf_log_partition_rise')
def _(x):
    dim, kappa = x.number(*DIMS), x.kappa(x.n, most=1e4)
    rise = (kappa.double().square() * x.uniform(x.n, low=-1, high=3)).float()
    return Call(
        (dim, kappa, rise), shapes=[(x.n,)], dtypes=torch.float32, of=(2,)
    )


@property_of('vmf_concentration_estimate')
def _(x):
    r = x.uniform(x.c, high=1.001, dtype=x.dtype)
    args = x.number(*DIMS), r
    return Call(
        args, shapes=[(x.c,)], dtypes=x.wide, low=0, high=1e5, gradient=False
    )


@property_of('running_class_means')
def _(x):
    means, amounts = x.directions(dtype=torch.float32), x.counts(low=0)
    return Call(
        (means, torch.as_tensor(amounts).float(), x.features(), x.labels()),
        shapes=[(x.c, x.d), (x.c,)],
        dtypes=torch.float32,
        gradient=False,
    )
