"""What a learning rate range test says: plain numbers, no network."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

__all__ = ['RangeTest', 'has_diverged', 'spaced_rates', 'without_noise']

# the loss that ends the test, in units of the lowest before
DIVERGED = 4
# the mean from which on a network is lost, in units of the first: beyond,
# it may predict one class with a loss that is low again, and never move
LOST = 1.25
# of the rate where the loss is lowest, what is still safe
SAFE = 0.1


@dataclass(frozen=True)
class RangeTest:
    """Learning rates that grow, and the loss of one step with each.

    Args:
        rates: (S,), rising.
        losses: (S,), finite, of the batch before its step.
        recipe: The learning rate that the recipe has.
        scale: What ``auto_scale_lr`` multiplies all of them by; 1 without.

    Source:
        Smith, "Cyclical Learning Rates for Training Neural Networks", WACV
        2017, Section 3.3, https://arxiv.org/abs/1506.01186; the rates grow
        by a factor here, not by a term, so that several decades are seen.
    """

    rates: list[float]
    losses: list[float]
    recipe: float
    scale: float = 1.0

    @property
    def smooth(self) -> list[float]:
        """(S,), the losses without the noise of the batches."""
        return without_noise(self.losses)

    @property
    def lost(self) -> int:
        """First step whose smooth loss is far above that at the begin.

        The number of steps where there is none.
        """
        reach = reach_of(len(self.losses))
        begin = np.mean(self.losses[: 2 * reach + 1])
        above = np.flatnonzero(np.array(self.smooth) > LOST * begin)
        above = above[above >= reach]  # the means of few are noise
        return int(above[0]) if len(above) else len(self.losses)

    @property
    def lowest(self) -> int:
        """Step at which the smooth loss is lowest, before all is lost."""
        return int(np.argmin(self.smooth[: max(1, self.lost)]))

    @property
    def fastest(self) -> int:
        """Step at which the smooth loss falls fastest, up to the lowest.

        By the logarithm of the rate; the first step where it never falls.
        The first steps, whose means are of few, do not count.
        """
        if self.lowest == 0:
            return 0
        slope = np.gradient(self.smooth, np.log(self.rates))
        begin = min(reach_of(len(self.losses)) + 2, self.lowest)
        return begin + int(np.argmin(slope[begin : self.lowest + 1]))

    @property
    def advice(self) -> str:
        """One sentence on the highest learning rate of a schedule."""
        last = len(self.rates) - 1
        if self.lowest == 0:
            return (
                f'The loss does not fall from {self.rates[0]:.2g} on: begin '
                'lower (--low), or take more steps (--steps).'
            )
        if self.lowest == last:
            return (
                f'The loss still falls at {self.rates[last]:.2g}, the '
                'highest rate tried: go higher (--high).'
            )
        best = self.rates[self.lowest]
        return (
            f'The loss falls fastest at {self.rates[self.fastest]:.2g} and '
            f'is lowest at {best:.2g}: take about {SAFE * best:.1g}, a tenth '
            'of the latter, as the highest rate of the schedule (the recipe '
            f'has {self.recipe:.2g}).'
        )


def spaced_rates(low: float, high: float, steps: int) -> list[float]:
    """``steps`` rates from ``low`` to ``high``, each the same factor more."""
    return np.geomspace(low, high, steps).tolist()


def reach_of(steps: int) -> int:
    """Neighbors on either side that a loss is averaged with."""
    return max(1, steps // 20)


def without_noise(losses: Sequence[float]) -> list[float]:
    """Mean of each loss and its neighbors, as many on either side.

    A running mean of what came before would be late, and name rates that
    are too high. A tenth of all losses is averaged, at least three; near the
    ends only as many as there are on both sides.
    """
    values, half = np.asarray(losses, float), reach_of(len(losses))
    found = []
    for i in range(len(values)):
        reach = min(half, i, len(values) - 1 - i)
        found.append(float(values[i - reach : i + reach + 1].mean()))
    return found


def has_diverged(losses: Sequence[float]) -> bool:
    """Whether the last loss is none, or far above the lowest of the means.

    Args:
        losses: So far, at least one.
    """
    if not math.isfinite(losses[-1]):
        return True
    return losses[-1] > DIVERGED * min(without_noise(losses))
