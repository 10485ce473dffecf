"""Random arguments inside the documented domains, edges among them."""

import math
import os

import numpy as np
import torch
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

# MMLT_EXAMPLES=400 tries harder; the examples are the same every time
EXAMPLES = int(os.environ.get('MMLT_EXAMPLES', 20))
TRIED = settings(
    max_examples=EXAMPLES,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
HALF = (torch.float16, torch.bfloat16)
DTYPES = (torch.float32, torch.float64, *HALF)
CLASSES = (2, 3, 10, 100, 365, 1000, 8142, 20_000)
COUNTS = (1, 10_000_000)
MOST_ENTRIES = 200_000


class Inputs:
    """Sizes and a source of random numbers for the arguments of one call.

    The sizes, the dtype and the kind of values are drawn by hypothesis, so
    they shrink; the entries come from a generator with a drawn seed.

    Args:
        num_classes: C.
        num_samples: N.
        dim: D.
        dtype: Of what is floating point.
        scale: Of logits and features.
        seed: Of the entries.
    """

    def __init__(self, num_classes, num_samples, dim, dtype, scale, seed):
        self.c, self.n, self.d = num_classes, num_samples, dim
        self.dtype, self.scale = dtype, scale
        self.wide = torch.promote_types(dtype, torch.float32)
        self.rng = torch.Generator().manual_seed(seed)
        self.text = f'C={num_classes}, N={num_samples}, D={dim}, {dtype}, '
        self.text += f'scale={scale}, seed={seed}'

    def __repr__(self):
        return self.text

    def number(self, *values):
        """One of some values."""
        return values[self.integer(0, len(values) - 1)]

    def integer(self, low, high):
        return int(torch.randint(low, high + 1, (), generator=self.rng))

    def uniform(self, *shape, low=0.0, high=1.0, dtype=torch.float64):
        """Numbers in [low, high], the ends now and then among them."""
        x = torch.rand(shape, generator=self.rng, dtype=torch.float64)
        ends = torch.rand(shape, generator=self.rng)
        x = torch.where(ends < 0.05, x.round(), x)
        return (low + (high - low) * x).to(dtype)

    def normal(self, *shape, scale=None, dtype=None):
        """Normal numbers times a scale; all alike, or zeros, now and then."""
        x = torch.randn(shape, generator=self.rng, dtype=torch.float64)
        x = x * (self.scale if scale is None else scale)
        kind = self.integer(0, 9)
        if kind == 0 and x.numel():
            x = x.flatten()[:1].expand(shape).clone()
        elif kind == 1 and x.dim() and len(x):
            x[0] = 0
        dtype = dtype or self.dtype
        most = torch.finfo(dtype).max / 4
        return x.clamp(-most, most).to(dtype)

    def logits(self, *shape, dtype=None):
        return self.normal(*(shape or (self.n, self.c)), dtype=dtype)

    def probs(self, *shape, dtype=None):
        """Rows that sum to 1, as a softmax makes them."""
        shape = shape or (self.n, self.c)
        return (
            self.normal(*shape, dtype=torch.float64)
            .softmax(-1)
            .to(dtype or self.dtype)
        )

    def labels(self, n=None):
        """(N,) of a few of the classes; the others are absent."""
        few = self.integer(1, self.c)
        return torch.randint(few, (n or self.n,), generator=self.rng)

    def levels(self, highest):
        """(C,) integers in [0, highest]."""
        return torch.randint(highest + 1, (self.c,), generator=self.rng)

    def labels_or_soft(self):
        if self.integer(0, 2):
            return self.labels()
        return self.probs(dtype=torch.float32)

    def counts(self, low=COUNTS[0], high=COUNTS[1]):
        """(C,) images per class, as a list or a tensor."""
        kind = self.integer(0, 3)
        log = self.uniform(
            self.c, low=math.log(max(low, 1)), high=math.log(high)
        )
        counts = log.exp().round().long().clamp(low, high)
        if kind == 0:
            counts[:] = self.number(low, high)
        elif kind == 1:
            counts[:] = low
            counts[self.integer(0, self.c - 1)] = high
        if low == 0:
            counts[self.uniform(self.c) < 0.2] = 0
            counts[0] = high
        return counts.tolist() if self.integer(0, 1) else counts

    def count_tensor(self, **kwargs):
        return torch.as_tensor(self.counts(**kwargs))

    def kappa(self, *shape, most=1e6, zero=True):
        """Concentrations, from tiny to huge."""
        shape = shape or (self.c,)
        most = min(most, torch.finfo(self.dtype).max / 2)
        log = self.uniform(*shape, low=-6, high=math.log10(most))
        kappa = 10**log
        if zero:
            kappa[self.uniform(*shape) < 0.1] = 0
        return kappa.to(self.dtype)

    def directions(self, c=None, d=None, dtype=None):
        """Unit rows; opposite and equal ones among them."""
        c, d = c or self.c, d or self.d
        x = torch.randn(c, d, generator=self.rng, dtype=torch.float64)
        kind = self.integer(0, 3)
        if kind == 0:
            x[: c // 2] = x[0]
        elif kind == 1:
            x[1] = -x[0]
        x = x / x.norm(dim=1, keepdim=True)
        return x.to(dtype or self.dtype)

    def features(self, n=None, d=None, most=30.0):
        """(N, D); a row of zeros and short rows among them."""
        scale = min(self.scale, most)
        return self.normal(n or self.n, d or self.d, scale=scale)

    def tau(self, dtype=torch.float64):
        return self.uniform(self.c, low=1, high=2, dtype=dtype)

    def weights(self, n=None):
        """(N,) float64 with sum 1."""
        weights = self.uniform(n or self.n) + 1e-6
        return weights / weights.sum()

    def numpy(self):
        return np.random.RandomState(self.integer(0, 2**31 - 1))


@st.composite
def inputs(draw, classes=20_000, samples=64, dim=2048, entries=MOST_ENTRIES):
    """Sizes up to these, and no array of more entries than that.

    Args:
        draw: Of hypothesis.
        classes: C at most.
        samples: N at most.
        dim: D at most.
        entries: N C, C D and N D at most.
    """
    edges = [c for c in CLASSES if c < classes] + [classes]
    c = draw(st.sampled_from(edges) | st.integers(2, classes))
    most = max(1, min(samples, entries // c))
    n = draw(st.sampled_from([1, most]) | st.integers(1, most))
    most = max(2, min(dim, entries // max(n, c)))
    d = draw(st.sampled_from([2, most]) | st.integers(2, most))
    return Inputs(
        c,
        n,
        d,
        draw(st.sampled_from(DTYPES)),
        draw(st.sampled_from([0.0, 1e-4, 1.0, 30.0, 1e4])),
        draw(st.integers(0, 2**31 - 1)),
    )
