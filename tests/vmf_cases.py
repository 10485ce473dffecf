"""Classes and numbers that several tests of vMF densities share."""

import math

import torch
import torch.nn.functional as F


def f64(*values):
    return torch.tensor(values, dtype=torch.float64)


def classes(num_classes, dim, seed=0, dtype=torch.float64):
    generator = torch.Generator().manual_seed(seed)
    kappa = 1 + 20 * torch.rand(num_classes, generator=generator, dtype=dtype)
    mu = torch.randn(num_classes, dim, generator=generator, dtype=dtype)
    return kappa, F.normalize(mu, dim=1)


def pair(dim, cosine):
    mu = torch.zeros(2, dim, dtype=torch.float64)
    mu[0, 0], mu[1, 0] = 1, cosine
    mu[1, 1] = math.sqrt(1 - cosine**2)
    return mu
