"""Inputs that the published numbers of several methods share."""

import torch
from torch.nn.functional import normalize

COUNTS = [500, 100, 20, 5]
LABELS = torch.tensor([0, 1, 3])
# logits of three experts for three images; the first are those of one network
EXPERTS = (
    ((2.0, 0.5, -1.0, 0.3), (0.1, 1.2, 0.4, -0.6), (-0.5, 0.2, 0.7, 1.1)),
    ((1.0, 0.2, 0.0, -0.4), (0.6, 0.9, -0.3, 0.2), (0.3, -0.1, 0.8, 0.4)),
    ((0.4, -0.2, 0.9, 0.1), (-0.7, 0.8, 0.5, 0.3), (0.2, 0.0, -0.5, 1.6)),
)


def experts(dtype=torch.float64):
    """Logits of the three experts, (3, 3, 4)."""
    return torch.tensor(EXPERTS, dtype=dtype)


def logits(dtype=torch.float64):
    """Those of the first, (3, 4)."""
    return experts(dtype)[0]


# features of length 1 of two views of the three images, and class centers
VIEWS = (
    ((3.0, 4.0, 0.0, 0.0), (0.0, 1.0, 2.0, 2.0), (1.0, -2.0, 0.0, 2.0)),
    ((4.0, 3.0, 0.0, 0.0), (0.0, 2.0, 1.0, 2.0), (2.0, -1.0, 2.0, 0.0)),
)
CENTERS = (
    (1.0, 1.0, 0.0, 0.0),
    (0.0, 1.0, 1.0, 1.0),
    (0.0, -1.0, 1.0, 0.0),
    (1.0, -1.0, 1.0, 1.0),
)


def views(dtype=torch.float64):
    """Features of the two views, (2, 3, 4), of length 1."""
    return normalize(torch.tensor(VIEWS, dtype=dtype), dim=2)


def centers(dtype=torch.float64):
    """Centers of the four classes, (4, 4), of length 1."""
    return normalize(torch.tensor(CENTERS, dtype=dtype), dim=1)
