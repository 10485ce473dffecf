"""Make tests/references/vmf.csv: Bessel and vMF values by mpmath.

    python tools/reference_tables/make_vmf_table.py [--out FILE]

Each row holds log I, L, A, A' and A'' at one (order, kappa), rounded to 20
digits; kappa is exact in float32, so the table serves that dtype as well.
Below kappa = 2,000 two series have to agree to 30 digits:
``mpmath.besseli``, and the power series of 0F1, which has positive terms only
and is summed here in integers.
"""

import argparse
import struct
from pathlib import Path

import mpmath

DIGITS = 150
ORDERS = [
    0, 0.5, 1, 1.5, 2, 3, 5.5, 7, 10, 15, 19, 19.5, 20, 20.5, 25, 31, 63,
    100.5, 127, 255, 511, 767.5, 1023, 1535.5, 2046.5, 2047,
]  # fmt: skip
# every 1/3 decade from 1e-3 to 1e5, and others
KAPPAS = [float(f'{10 ** (n / 3):.3g}') for n in range(-9, 16)]
KAPPAS += [1e-12, 1e-6, 8.0, 16.0, 24.0, 32.0]
# log I is zero near order * 0.66274: the assembled logarithm must hold there
CROSSING = 0.66274
HUGE = [1e8]


def by_power_series(v, kappa):
    """Return S = 0F1(; v+1; kappa^2/4) and kappa S' / S (integers inside)."""
    bits = int(DIGITS * 3.33) + 64
    y = mpmath.mpf(kappa) ** 2 / 4
    # y = p / 2^s and v + 1 = c / 2 exactly
    man, exp = y.man, y.exp
    c = int(2 * v) + 2
    term = 1 << bits
    total, moment, k = term, 0, 0
    while term:
        term = term * man * 2 // ((k + 1) * (c + 2 * k))
        term = term << exp if exp >= 0 else term >> -exp
        k += 1
        total += term
        moment += k * term
    one = mpmath.mpf(1 << bits)
    return mpmath.mpf(total) / one, 2 * mpmath.mpf(moment) / total


def row(order, kappa):
    """Return log I, L, A, A' and A'' as mpf."""
    v, k = mpmath.mpf(order), mpmath.mpf(kappa)
    low = mpmath.besseli(v, k)
    a = mpmath.besseli(v + 1, k) / low
    log_i = mpmath.log(low)
    value = log_i - v * mpmath.log(k / 2) + mpmath.loggamma(v + 1)
    if kappa < 2e3:
        total, moment = by_power_series(v, kappa)
        for one, two in ((value, mpmath.log(total)), (a, moment / k)):
            if abs(one / two - 1) > mpmath.mpf(10) ** -30:
                raise ArithmeticError(
                    f'Expected both series to agree at order {order}, kappa '
                    f'{kappa}, but they differ. Raise the working precision.'
                )
    d1 = 2 * v + 1
    b = 1 - d1 * a / k - a * a
    c = d1 * (a / k - b) / k - 2 * a * b
    return log_i, value, a, b, c


def main():
    """Write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    root = Path(__file__).resolve().parents[2]
    default = root / 'tests' / 'references' / 'vmf.csv'
    parser.add_argument('--out', type=Path, default=default)
    out = parser.parse_args().out
    mpmath.mp.dps = DIGITS
    lines = [
        '# made by tools/reference_tables/make_vmf_table.py: mpmath '
        f'{mpmath.__version__} besseli at {DIGITS} digits; second and third '
        'derivative from A by the Riccati equation',
        'order,kappa,log_iv,log_partition,mean_resultant,derivative,second',
    ]
    for order in ORDERS:
        kappas = KAPPAS + HUGE
        if order >= 7:
            kappas = [*kappas, round(order * CROSSING, 2)]
        for kappa in sorted(kappas):
            kappa = struct.unpack('f', struct.pack('f', kappa))[0]
            values = ','.join(mpmath.nstr(x, 20) for x in row(order, kappa))
            lines.append(f'{order},{kappa!r},{values}')
    out.write_text('\n'.join(lines) + '\n')
    print(f'{len(lines) - 2} rows written to {out.name}')


if __name__ == '__main__':
    main()
