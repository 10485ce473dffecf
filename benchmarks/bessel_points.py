"""Try the Bessel functions at a million random points.

    python benchmarks/bessel_points.py [--points 1000000] [--out FILE]

log I_v(x), the ratio r = I_{v+1} / I_v and their derivatives, in float64:

- against ``scipy.special.ive`` where that is a normal number, up to the order
  1,000 (its own error grows with the order: 2e-11 at 90,000);
- against mpmath, at a sample of the points;
- by what must hold of the true functions everywhere: the recurrence between
  three orders, the bounds of Amos, Turan's inequality (r falls with v), values
  that rise with x, 0 < r' <= 1 / (2 v + 2);
- and float32 against float64.

Orders are whole, half (of a vMF density) and real numbers from 0 to 100,000;
x from 1e-8 to 1e8, and as many near the order, where expansions meet.
"""

import argparse
import math
import time
from pathlib import Path

import numpy as np
import scipy.special
import torch
from _common import environment, write

from mmlt.functional import (
    iv_ratio,
    log_iv,
    mpmath_reference,
    vmf_mean_resultant_derivative,
)

PER_ORDER = 500
# what the errors may be; an error of log I is by 1 + |log I|, others are
# relative. scipy's own are the larger part where it is compared
LIMITS = {
    'log_iv against scipy': 1e-13,
    'ratio against scipy': 1e-12,
    'log_iv against mpmath': 5e-14,
    'ratio against mpmath': 1e-13,
    'derivative against mpmath': 1e-12,
    'recurrence': 1e-14,
    'bounds of Amos': 1e-15,
    'Turan': 0.0,
    'rise of log_iv': 1e-15,
    'rise of ratio': 4e-16,
    'range of derivative': 1e-15,
    'slope of log_iv': 1e-15,
    'float32 log_iv': 6.1e-8,
    'float32 ratio': 6.1e-8,
}


def random_order(rng: np.random.RandomState) -> float:
    """An order >= 0: whole, half, or any real number."""
    kind = rng.randint(3)
    if kind == 0:
        return float(rng.randint(0, 31))
    if kind == 1:
        return rng.randint(2, 4097) / 2 - 1
    return float(10 ** rng.uniform(-3, 5))


def random_x(rng: np.random.RandomState, order: float, num: int) -> np.ndarray:
    """Arguments in ascending order, half of them near the order."""
    near = max(order, 1) * 10 ** rng.uniform(-0.5, 0.5, num - num // 2)
    far = 10 ** rng.uniform(-8, 8, num // 2)
    return np.sort(np.concatenate([near, far]))


def errors_at(
    order: float, x: np.ndarray
) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Errors of all checks but mpmath's; <= 0 where an inequality holds.

    Args:
        order: v.
        x: Ascending, (P,).

    Returns:
        Name of a check to its errors, and x of the points where it applies.
    """
    z = torch.from_numpy(x).requires_grad_()
    value, ratio = log_iv(order, z), iv_ratio(order, z)
    slope = torch.autograd.grad(value.sum(), z)[0].numpy()
    rise = torch.autograd.grad(ratio.sum(), z)[0].numpy()
    log, r = value.detach().numpy(), ratio.detach().numpy()
    above = iv_ratio(order + 1, z).detach().numpy()
    size = 1 + np.abs(log)

    found = {}
    low, high = (scipy.special.ive(order + n, x) for n in (0, 1))
    seen = (low > 1e-290) & (high > 1e-290) & (order <= 1000)
    theirs = np.log(low[seen]) + x[seen]
    error = np.abs(log[seen] - theirs) / size[seen]
    found['log_iv against scipy'] = error, x[seen]
    theirs = high[seen] / low[seen]
    found['ratio against scipy'] = np.abs(r[seen] / theirs - 1), x[seen]
    # DLMF 10.29.1, as a product that does not cancel
    error = np.abs(r * (2 * (order + 1) / x + above) - 1)
    found['recurrence'] = error, x
    # Amos, Math. Comp. 28, 1974, Eq. 9 and 11
    half = order + 0.5
    lower = x / (half + np.hypot(x, order + 1.5))
    upper = x / (half + np.hypot(x, half))
    found['bounds of Amos'] = np.maximum(lower / r - 1, r / upper - 1), x
    found['Turan'] = above / r - 1, x
    found['rise of log_iv'] = -np.diff(log) / size[1:], x[1:]
    found['rise of ratio'] = -np.diff(r) / r[1:], x[1:]
    most = 1 / (2 * order + 2)
    error = np.maximum(-rise, rise - most) / most
    found['range of derivative'] = error, x
    expected = order / x + r
    found['slope of log_iv'] = np.abs(slope / expected - 1), x
    single = torch.from_numpy(x).float()
    exact = single.double()
    expected = log_iv(order, exact)
    error = log_iv(order, single).double() - expected
    error = error.abs() / (1 + expected.abs())
    found['float32 log_iv'] = error.numpy(), x
    expected = iv_ratio(order, exact)
    error = iv_ratio(order, single).double() / expected - 1
    found['float32 ratio'] = error.abs().numpy(), x
    return found


def errors_of_sample(order: float, x: float) -> dict[str, float]:
    """Errors against mpmath at one point."""
    z = torch.tensor([x], dtype=torch.float64)
    found = {}
    expected = mpmath_reference.log_iv(order, z)
    error = (log_iv(order, z) - expected).abs() / (1 + expected.abs())
    found['log_iv against mpmath'] = error.item()
    expected = mpmath_reference.iv_ratio(order, z)
    found['ratio against mpmath'] = (
        (iv_ratio(order, z) / expected - 1).abs().item()
    )
    dim = 2 * order + 2
    expected = mpmath_reference.vmf_mean_resultant_derivative(dim, z)
    ours = vmf_mean_resultant_derivative(dim, z)
    found['derivative against mpmath'] = (ours / expected - 1).abs().item()
    return found


def try_points(num_points: int, num_sampled: int, seed: int = 0) -> dict:
    """Largest error and number of points of each check.

    Args:
        num_points: In all; as many as fill the orders.
        num_sampled: Of them against mpmath.
        seed: Of the points.

    Returns:
        Name of a check to 'points', 'largest', 'order' and 'x' of the
        largest error, 'limit' and 'beyond', how many exceed it.
    """
    rng = np.random.RandomState(seed)
    result = {
        name: dict(
            points=0,
            largest=-math.inf,
            order=0.0,
            x=0.0,
            limit=limit,
            beyond=0,
        )
        for name, limit in LIMITS.items()
    }

    def note(name: str, errors: np.ndarray, order: float, x: np.ndarray):
        row = result[name]
        if not len(errors):
            return
        # an error that is no number is the largest of all
        errors = np.nan_to_num(errors, nan=math.inf, neginf=-math.inf)
        row['points'] += len(errors)
        row['beyond'] += int((errors > row['limit']).sum())
        worst = int(errors.argmax())
        if errors[worst] > row['largest']:
            row.update(largest=float(errors[worst]), order=order)
            row['x'] = float(x[worst])

    orders = -(-num_points // PER_ORDER)
    sampled = -(-num_sampled // orders)
    for _ in range(orders):
        order = random_order(rng)
        x = random_x(rng, order, PER_ORDER)
        for name, (errors, at) in errors_at(order, x).items():
            note(name, errors, order, at)
        for point in rng.choice(x, sampled, replace=False):
            for name, error in errors_of_sample(order, float(point)).items():
                note(name, np.array([error]), order, np.array([point]))
    return result


def main() -> None:
    """Try, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--points', type=int, default=1_000_000)
    parser.add_argument(
        '--sampled', type=int, default=2000, help='points against mpmath'
    )
    parser.add_argument('--seed', type=int, default=0)
    parser.add_argument('--out', type=Path, help='JSON file to write')
    args = parser.parse_args()
    begin = time.monotonic()
    checks = try_points(args.points, args.sampled, args.seed)
    write(
        dict(
            what=__doc__.splitlines()[0],
            environment=environment('scipy', 'mpmath'),
            settings=dict(
                points=args.points, sampled=args.sampled, seed=args.seed
            ),
            beyond=sum(row['beyond'] for row in checks.values()),
            checks=checks,
            seconds=round(time.monotonic() - begin),
        ),
        args.out,
    )


if __name__ == '__main__':
    main()
