from fractions import Fraction

import mpmath
import torch

from mmlt.functional import bessel_series


def test_coefficients_against_those_of_the_handbook():
    """DLMF 10.41.10: U_1 = (3t - 5t^3) / 24 and U_2, U_3 beside it.

    E = log(1 + U_1/v + U_2/v^2 + ...), so E_1 = U_1, E_2 = U_2 - U_1^2 / 2
    and E_3 = U_3 - U_1 U_2 + U_1^3 / 3; F_k is the derivative of E_k.
    """
    u1 = {1: Fraction(3, 24), 3: Fraction(-5, 24)}
    u2 = {2: 81, 4: -462, 6: 385}
    u2 = {n: Fraction(a, 1152) for n, a in u2.items()}
    u3 = {3: 30375, 5: -369603, 7: 765765, 9: -425425}
    u3 = {n: Fraction(a, 414720) for n, a in u3.items()}

    def at(poly, t):
        return sum(a * t**n for n, a in poly.items())

    def slope(poly, t):
        return sum(n * a * t ** (n - 1) for n, a in poly.items())

    first, second, third = bessel_series._log_expansion()[:3]
    for t in (Fraction(1, 3), Fraction(7, 10), Fraction(1)):
        v1, v2 = at(u1, t), at(u2, t)
        d1, d2, d3 = slope(u1, t), slope(u2, t), slope(u3, t)
        for table, expected in (
            (first, d1),
            (second, d2 - v1 * d1),
            (third, d3 - d1 * v2 - v1 * d2 + v1**2 * d1),
        ):
            assert sum(a * t**n for n, a in enumerate(table)) == expected


def test_crossing_is_the_laplace_limit():
    """Where w + log(z / (1 + w)) is 0, w = sqrt(1 + z^2), by mpmath."""
    with mpmath.workdps(50):
        root = mpmath.findroot(
            lambda z: (
                mpmath.sqrt(1 + z * z)
                + mpmath.log(z / (1 + mpmath.sqrt(1 + z * z)))
            ),
            0.66,
        )
        ours = mpmath.mpf(bessel_series.ZERO_Z.numerator) / mpmath.mpf(
            bessel_series.ZERO_Z.denominator
        )
        assert abs(root - ours) < mpmath.mpf('1e-40')


def test_crossing_of_an_order_is_split_without_loss():
    for order in (20.0, 31.0, 2047.0):
        _, high, low, _ = bessel_series.zero_crossing(order)
        exact = Fraction(order) * bessel_series.ZERO_Z
        rest = exact - Fraction(high) - Fraction(low)
        assert abs(rest) < abs(exact) * Fraction(1, 2**104)


def test_both_ways_of_evaluating_polynomials_agree():
    t = torch.linspace(0, 1, 200, dtype=torch.float64)
    for order in (20.0, 31.5, 1023.0):
        table, columns = bessel_series._table(order, t.device)
        one = bessel_series._by_matmul(t, table)
        two = bessel_series._horner(t, columns)
        for first, second in zip(one, two, strict=True):
            torch.testing.assert_close(first, second, rtol=1e-13, atol=1e-17)
