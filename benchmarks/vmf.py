"""Time the vMF functions against mpmath, scipy and the bare matrix product.

    python benchmarks/vmf.py [--out FILE] [--classes 8142 --dim 2048]

(a) log partition and mean resultant of 1,000 classes, forward and backward:
    ours; the seed's route (besseli at mpmath's default digits, again in the
    backward pass); our mpmath reference with safe digits; and what a user
    would take otherwise, ``scipy.special.ive`` with the derivative identity.
    The routes take turns in one run.
(b) the inter-class discrepancy of many classes, forward and backward, beside
    the matrix products it cannot do without: mu mu^T, and one product of the
    gradient on the cosines with mu.
"""

import argparse
import resource
import statistics
import time
from pathlib import Path

import mpmath
import numpy as np
import scipy
import scipy.special
import torch
import torch.nn.functional as F
from _common import environment, write

from mmlt import functional
from mmlt.functional import mpmath_reference


class _Seed(torch.autograd.Function):
    """Bias and A as the appendix has them, one besseli after another."""

    @staticmethod
    def forward(ctx, kappa, order, what):
        ctx.save_for_backward(kappa)
        ctx.order, ctx.what = order, what
        values = []
        for k in kappa.tolist():
            low = mpmath.besseli(order, k)
            if what == 'bias':
                values.append(float(order * mpmath.log(k) - mpmath.log(low)))
            else:
                values.append(float(mpmath.besseli(order + 1, k) / low))
        return torch.tensor(values, dtype=kappa.dtype)

    @staticmethod
    def backward(ctx, grad):
        (kappa,) = ctx.saved_tensors
        order = ctx.order
        a = torch.tensor(
            [
                float(mpmath.besseli(order + 1, k) / mpmath.besseli(order, k))
                for k in kappa.tolist()
            ],
            dtype=kappa.dtype,
        )
        if ctx.what == 'bias':
            return -grad * a, None, None
        slope = 1 - (2 * order + 1) / kappa * a - a * a
        return grad * slope, None, None


class _Scipy(torch.autograd.Function):
    """L and A from ive: infinite where ive underflows."""

    @staticmethod
    def forward(ctx, kappa, order):
        k = kappa.numpy()
        low, high = (scipy.special.ive(order + n, k) for n in (0, 1))
        with np.errstate(divide='ignore', invalid='ignore'):
            value = np.log(low) + k - order * np.log(k)
            a = torch.from_numpy(high / low)
        ctx.save_for_backward(kappa, a)
        ctx.order = order
        return torch.from_numpy(value), a

    @staticmethod
    def backward(ctx, grad_value, grad_a):
        kappa, a = ctx.saved_tensors
        slope = 1 - (2 * ctx.order + 1) / kappa * a - a * a
        return grad_value * a + grad_a * slope, None


def _step(route, dim, kappa):
    kappa = kappa.detach().requires_grad_()
    order = dim / 2 - 1
    if route == 'seed':
        value = _Seed.apply(kappa, order, 'bias')
        a = _Seed.apply(kappa, order, 'resultant')
    elif route == 'scipy':
        value, a = _Scipy.apply(kappa, order)
    else:
        module = functional if route == 'ours' else mpmath_reference
        value = module.vmf_log_partition(dim, kappa)
        a = module.vmf_mean_resultant(dim, kappa)
    (value.sum() + a.sum()).backward()
    return kappa.grad


def _time(call):
    start = time.perf_counter()
    call()
    return 1e3 * (time.perf_counter() - start)


def _summary(times):
    return {
        'median_ms': round(statistics.median(times), 4),
        'min_ms': round(min(times), 4),
        'max_ms': round(max(times), 4),
        'repeats': len(times),
    }


def bench_functions(dim, num_classes, rounds):
    """Take turns: ours, seed, ours, mpmath, ours, scipy, ours, ..."""
    generator = torch.Generator().manual_seed(0)
    kappa = 16 + torch.randn(
        num_classes, generator=generator, dtype=torch.float64
    )
    times = {name: [] for name in ('ours', 'seed', 'mpmath', 'scipy')}
    for _ in range(5):
        _step('ours', dim, kappa)
    _step('scipy', dim, kappa)
    for _ in range(rounds):
        for other, repeats in (('seed', 1), ('mpmath', 1), ('scipy', 10)):
            for _ in range(20):
                times['ours'].append(_time(lambda: _step('ours', dim, kappa)))
            for _ in range(repeats):
                times[other].append(
                    _time(lambda name=other: _step(name, dim, kappa))
                )
    grad = _step('ours', dim, kappa)
    result = {name: _summary(values) for name, values in times.items()}
    ours = result['ours']['median_ms']
    for name in ('seed', 'mpmath', 'scipy'):
        result[name]['ours_is_faster_by'] = round(
            result[name]['median_ms'] / ours, 1
        )
    usable = _step('scipy', dim, kappa).isfinite().double().mean()
    result['scipy']['share_of_classes_with_a_finite_gradient'] = usable.item()
    result['gradient_agrees_with_mpmath_to'] = (
        (grad / _step('mpmath', dim, kappa) - 1).abs().max().item()
    )
    return {'dim': dim, 'classes': num_classes, **result}


def _peak_mib(device):
    if device.type == 'cuda':
        return torch.cuda.max_memory_allocated() / 2**20
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def bench_discrepancy(num_classes, dim, repeats, device):
    """Time and memory beside the bare products."""
    generator = torch.Generator().manual_seed(0)
    kappa = 8 + 16 * torch.rand(num_classes, generator=generator)
    mu = torch.randn(num_classes, dim, generator=generator)
    kappa = kappa.to(device).requires_grad_()
    mu = F.normalize(mu, dim=1).to(device).requires_grad_()

    def wait():
        if device.type == 'cuda':
            torch.cuda.synchronize()

    def forward():
        value = functional.inter_class_discrepancy(kappa, mu)
        wait()
        return value

    def products():
        with torch.no_grad():
            for start in range(0, num_classes, 1024):
                rows = mu[start : start + 1024]
                (rows @ mu.T) @ mu
        wait()

    # a small call first, so that libraries are loaded before the memory is
    # read; then ours before the products, since the peak only grows
    functional.inter_class_discrepancy(kappa[:64], mu[:64]).backward()
    mu.grad = kappa.grad = None
    before = _peak_mib(device)
    forward().backward()
    extra = _peak_mib(device) - before
    times = {'forward': [], 'backward': [], 'products': []}
    for _ in range(repeats):
        mu.grad = kappa.grad = None
        times['products'].append(_time(products))
        box = []
        times['forward'].append(_time(lambda box=box: box.append(forward())))
        times['backward'].append(
            _time(lambda box=box: (box[0].backward(), wait()))
        )
    both = [
        f + b for f, b in zip(times['forward'], times['backward'], strict=True)
    ]
    total = statistics.median(both)
    bound = statistics.median(times['products'])
    return {
        'classes': num_classes,
        'dim': dim,
        'device': device.type,
        **{name: _summary(values) for name, values in times.items()},
        'forward_and_backward_ms': round(total, 1),
        'two_bare_products_ms': round(bound, 1),
        'share_of_the_bound': round(bound / total, 3),
        'peak_extra_mib': round(extra, 1),
    }


def main():
    """Run both parts, print and write the result."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--out', type=Path)
    parser.add_argument('--threads', type=int, default=2)
    parser.add_argument('--rounds', type=int, default=3)
    parser.add_argument('--dims', type=int, nargs='*', default=[64, 2048])
    parser.add_argument('--classes', type=int, default=8142)
    parser.add_argument('--dim', type=int, default=2048)
    parser.add_argument('--repeats', type=int, default=3)
    parser.add_argument('--device', default='cpu')
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    result = environment('scipy', 'mpmath')
    # the memory of part (b) is a peak of the process, so it comes first
    result['discrepancy'] = bench_discrepancy(
        args.classes, args.dim, args.repeats, torch.device(args.device)
    )
    result['functions'] = [
        bench_functions(dim, 1000, args.rounds) for dim in args.dims
    ]
    write(result, args.out)


if __name__ == '__main__':
    main()
