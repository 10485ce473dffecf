"""The planes of FCC's demonstration."""

from .calls import Call
from .registry import property_of


def normal_of(x):
    """K of a network of a few neurons: nothing near 0."""
    return x.uniform(x.integer(1, 8), low=0.1, high=10, dtype=x.wide)


def offset_of(x):
    return x.number(-1, 1) * x.number(0.0, 1e-3, 1.0, 1e4)


def tau_of(x):
    return x.number(1e-3, 0.5, 1.0, 1.1, 2.0, 1e3)


@property_of('two_class_plane', classes=2, samples=2)
def _(x):
    width = x.integer(1, 8)
    arguments = (2, width), (2,), (width,)
    return Call(
        tuple(x.normal(*shape, dtype=x.wide) for shape in arguments),
        shapes=[(width,), ()],
        dtypes=x.wide,
    )


@property_of('plane_intercepts', classes=2, samples=2)
def _(x):
    k = normal_of(x)
    return Call((k, offset_of(x), tau_of(x)), shapes=[k.shape], dtypes=x.wide)


@property_of('plane_distance', classes=2, samples=2)
def _(x):
    arguments = normal_of(x), offset_of(x), tau_of(x)
    return Call(arguments, shapes=[()], dtypes=x.wide, low=0)


@property_of('misclassified_slab', 'figure_of_planes', classes=2, samples=2)
def _(x, name):
    return Call((offset_of(x), tau_of(x)), shapes=[], gradient=False)
