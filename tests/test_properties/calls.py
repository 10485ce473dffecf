"""What must hold of a call, whatever the function."""

import copy
import math
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor

ANY = object()  # as a shape or a dtype: whatever it is


@dataclass
class Call:
    """Arguments of one call, and what its result must be.

    Args:
        args: Positional arguments.
        kwargs: Keyword arguments.
        shapes: Of each tensor or array of the result, in order; None: of
            one, a scalar.
        dtypes: As ``shapes``; one dtype is that of all.
        low: Least allowed value of every number.
        high: Largest allowed value.
        nan: Whether the docstring has a nan for an empty group.
        minus_inf: Whether the docstring has -inf for what cannot be.
        gradient: Whether gradients must reach the floating point arguments
            ``of`` which the result is differentiable.
        of: Positions of those; None: all of them.
        refuses: Error of the docstring for what has no answer.
    """

    args: tuple
    kwargs: dict = field(default_factory=dict)
    shapes: list | None = None
    dtypes: object = ANY
    low: float = -math.inf
    high: float = math.inf
    nan: bool = False
    minus_inf: bool = False
    gradient: bool = True
    of: tuple | None = None
    refuses: type[Exception] | tuple = ()


def leaves(value):
    """Tensors, arrays and numbers of a result, in order."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple):
        return [leaf for inner in value for leaf in leaves(inner)]
    if is_state(value):
        return [x for x in vars(value).values() if isinstance(x, Tensor)]
    return [] if value is None or isinstance(value, str) else [value]


def as_tensor(value):
    return value if isinstance(value, Tensor) else torch.as_tensor(value)


def same(a, b):
    """Whether an argument is what it was, to the last bit."""
    if isinstance(a, Tensor):
        return a.dtype == b.dtype and torch.equal(
            a.detach().nan_to_num(), b.detach().nan_to_num()
        )
    if isinstance(a, np.ndarray):
        return np.array_equal(a, b, equal_nan=a.dtype.kind == 'f')
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(same, a, b))
    return a == b or callable(a) or not isinstance(a, int | float | str)


def check(function, call):
    """Make a call and check everything."""
    args = list(call.args)
    before = copy.deepcopy(
        [None if callable(a) or is_state(a) else a for a in args]
    )
    of = range(len(args)) if call.of is None else call.of
    watched = []
    if call.gradient:
        for i in of:
            if isinstance(args[i], Tensor) and args[i].is_floating_point():
                args[i] = args[i].clone().requires_grad_()
                watched.append(i)
    try:
        result = function(*args, **call.kwargs)
    except call.refuses:
        return
    for was, now in zip(before, call.args, strict=True):
        if was is not None:
            assert same(was, now), 'an argument was changed'
    check_result(result, call)
    if call.gradient:
        check_gradients(result, [(i, args[i]) for i in watched])


def is_state(value):
    return hasattr(value, 'update') and not isinstance(value, dict)


def check_result(result, call):
    found = leaves(result)
    if call.shapes is not None:
        shapes = [
            tuple(x.shape) for x in found if isinstance(x, Tensor | np.ndarray)
        ]
        wanted = [
            got if want is ANY else want
            for want, got in zip(call.shapes, shapes, strict=True)
        ]
        assert shapes == wanted
    if call.dtypes is not ANY:
        for x in found:
            if isinstance(x, Tensor | np.ndarray):
                assert x.dtype == call.dtypes
    for x in found:
        x = as_tensor(x).detach()
        if not x.is_floating_point():
            x = x.double()
        if call.nan:
            x = x[~x.isnan()]
        if call.minus_inf:
            x = x[x != -math.inf]
        assert x.isfinite().all(), 'not finite'
        if not x.numel():
            continue
        slack = 1e-6 + 4 * torch.finfo(x.dtype).eps
        for bound, sign in ((call.low, 1), (call.high, -1)):
            if math.isfinite(bound):
                beyond = (sign * (bound - x.double())).max()
                assert beyond <= slack * max(1, abs(bound)), (bound, beyond)


def check_gradients(result, arguments):
    total = 0.0
    for x in leaves(result):
        if isinstance(x, Tensor) and x.requires_grad:
            value = x[x.detach().isfinite()].double()
            total = total + value.sum() / max(1, value.numel())
    assert isinstance(total, Tensor), 'no gradient flows'
    inputs = [x for _, x in arguments]
    grads = torch.autograd.grad(total, inputs, allow_unused=True)
    for (i, x), grad in zip(arguments, grads, strict=True):
        assert grad is not None, f'no gradient to argument {i}'
        assert grad.dtype == x.dtype
        assert grad.isfinite().all(), f'gradient of argument {i}'
