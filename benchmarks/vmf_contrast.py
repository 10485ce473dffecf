"""Error, time and memory of the contrast logits of ProCo.

    python benchmarks/vmf_contrast.py [--out FILE] [--figure FILE.svg]

(a) at p = 128, over the concentration: the error of the logarithm of the
    Bessel function by a backward recurrence that begins at twice the order
    (the published way), of a logit by it, of a logit as the difference of two
    float32 log partitions, and of ours in float32; against mpmath.
(b) forward and backward of 256 features with 8,142 classes in 1,024
    dimensions, beside the two matrix products that it cannot do without.
"""

import argparse
import statistics
import time
from pathlib import Path

import mpmath
import torch
from _common import (
    environment,
    peak_memory_mib,
    reset_peak_memory,
    summary,
    write,
)

from mmlt.functional import vmf_contrast_logits, vmf_log_partition
from mmlt.functional.vmf_contrast import vmf_log_partition_rise

DIM, TEMPERATURE = 128, 0.1
KAPPAS = [10 ** (k / 4) for k in range(5, 25)]
COSINES = torch.linspace(-1, 1, 21, dtype=torch.float64)


def by_recurrence(order: int, x: torch.Tensor) -> torch.Tensor:
    """Log I_order(x), float64: I_{n-1} = 2n/x I_n + I_{n+1} from 2 order on.

    I_{2 order} = 1 and I_{2 order + 1} = 0 to begin with, and the result is
    scaled to I_0 (DLMF 3.6(v), Miller's algorithm).
    """
    last, this = torch.zeros_like(x), torch.ones_like(x)
    scale, found = torch.zeros_like(x), None
    for n in range(2 * order, 0, -1):
        if n == order:
            found = this.log() + scale
        last, this = this, 2 * n / x * this + last
        big = this.clamp(min=1)
        last, this, scale = last / big, this / big, scale + big.log()
    at_zero = torch.special.i0e(x).log() + x
    return found - (this.log() + scale) + at_zero


def exact(order: float, x: float) -> mpmath.mpf:
    """Log I_order(x) by mpmath."""
    with mpmath.workdps(40):
        return mpmath.log(mpmath.besseli(order, mpmath.mpf(x)))


def errors() -> dict:
    """Largest absolute errors at each concentration, over the cosines."""
    order = DIM / 2 - 1
    rows = {name: [] for name in ('bessel', 'recurrence', 'two', 'ours')}
    for kappa in KAPPAS:
        single = torch.tensor(kappa).float()
        kappa64 = single.double()
        rise = kappa64 * 2 * COSINES / TEMPERATURE + TEMPERATURE**-2
        rise = rise.float()
        there = (kappa64**2 + rise.double()).sqrt()

        def part(log_bessel, x):
            return log_bessel - order * x.log()

        true = torch.tensor(
            [
                float(
                    exact(order, x)
                    - exact(order, kappa64.item())
                    - order * mpmath.log(x / kappa64.item())
                )
                for x in there.tolist()
            ],
            dtype=torch.float64,
        )
        own = by_recurrence(int(order), kappa64[None])
        recurrence = part(by_recurrence(int(order), there), there) - part(
            own, kappa64
        )
        two = vmf_log_partition(DIM, there.float()) - vmf_log_partition(
            DIM, single
        )
        ours = vmf_log_partition_rise(DIM, single, rise)
        difference = own.item() - float(exact(order, kappa64.item()))
        rows['bessel'].append(abs(difference))
        for name, found in (
            ('recurrence', recurrence),
            ('two', two),
            ('ours', ours),
        ):
            rows[name].append((found.double() - true).abs().max().item())
    return {'dim': DIM, 'temperature': TEMPERATURE, 'kappa': KAPPAS, **rows}


def speed(num: int, classes: int, dim: int, repeats: int) -> dict:
    """Time and memory of a step, beside the bare products."""
    generator = torch.Generator().manual_seed(0)
    features = torch.randn(num, dim, generator=generator).requires_grad_()
    means = torch.randn(classes, dim, generator=generator)
    kappa = 10 ** (1 + 4 * torch.rand(classes, generator=generator))
    grad = torch.randn(num, classes, generator=generator)

    def forward():
        return vmf_contrast_logits(features, means, kappa, 0.07)

    def products():
        with torch.no_grad():
            features @ means.T
            grad @ means

    vmf_contrast_logits(features[:4], means[:4], kappa[:4]).sum().backward()
    reset_peak_memory()
    before = peak_memory_mib()
    forward().backward(grad)
    extra = peak_memory_mib() - before
    times = {'forward': [], 'backward': [], 'products': []}
    for _ in range(repeats):
        start = time.perf_counter()
        products()
        times['products'].append(1e3 * (time.perf_counter() - start))
        start = time.perf_counter()
        logits = forward()
        times['forward'].append(1e3 * (time.perf_counter() - start))
        start = time.perf_counter()
        logits.backward(grad)
        times['backward'].append(1e3 * (time.perf_counter() - start))
    total = sum(statistics.median(times[k]) for k in ('forward', 'backward'))
    return {
        'features': num,
        'classes': classes,
        'dim': dim,
        **{f'{name}_ms': summary(values) for name, values in times.items()},
        'share_of_the_products': round(
            statistics.median(times['products']) / total, 3
        ),
        'peak_extra_mib': round(extra, 1),
    }


def draw(found: dict, path: Path) -> None:
    """The errors over the concentration, as an SVG file."""
    import matplotlib

    matplotlib.use('svg')
    matplotlib.rcParams['svg.hashsalt'] = 'mmlt'
    import matplotlib.pyplot as plt

    labels = {
        'bessel': 'log Bessel function by the recurrence (float64)',
        'recurrence': 'logit by the recurrence (float64)',
        'two': 'logit as a difference of two (float32)',
        'ours': 'logit here (float32)',
    }
    styles = {'bessel': ':', 'recurrence': '--', 'two': '-.', 'ours': '-'}
    figure, axes = plt.subplots(figsize=(7, 4.2))
    for name, label in labels.items():
        values = [max(v, 1e-16) for v in found[name]]
        axes.loglog(found['kappa'], values, styles[name], label=label)
    axes.set(
        xlabel='concentration kappa of the class',
        ylabel='absolute error',
        ylim=(1e-16, 1e2),
    )
    axes.set_title(f'p = {found["dim"]}, T = {found["temperature"]}')
    axes.grid(alpha=0.3)
    axes.legend(loc='lower right', fontsize=8)
    figure.tight_layout()
    figure.savefig(path, metadata={'Date': None})


def main():
    """Run both parts, print and write the result."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--out', type=Path)
    parser.add_argument('--figure', type=Path)
    parser.add_argument('--threads', type=int, default=2)
    parser.add_argument('--features', type=int, default=256)
    parser.add_argument('--classes', type=int, default=8142)
    parser.add_argument('--dim', type=int, default=1024)
    parser.add_argument('--repeats', type=int, default=5)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    result = environment('mpmath')
    result['speed'] = speed(
        args.features, args.classes, args.dim, args.repeats
    )
    result['errors'] = errors()
    if args.figure is not None:
        draw(result['errors'], args.figure)
    write(result, args.out)


if __name__ == '__main__':
    main()
