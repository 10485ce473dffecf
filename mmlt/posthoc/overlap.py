"""Post-training calibration of a classifier by the overlap of its classes.

The classifier is read as one density per class (appendix of arXiv
2208.10043, Sec. 2.2), kappa_i (x.mu_i) + bias_i, and kappa is replaced by
kappa^alpha * o^(1 - alpha), o the overlap of the class with all classes,
moved to the range of kappa. What the published code leaves open, and what is
done here:

- the overlap is computed from the final parameters, in float64; the published
  code keeps the one of the last training step, and without the
  inter-class-discrepancy loss keeps the bias b in its place.
- the overlap of a class with itself counts or does not: after the move to the
  range of kappa the result is the same.
- equal overlaps (or equal kappa) leave nothing to move: kappa stays as it is.
- kappa is not cut at 1: converted ones may lie below.
- b of a vMF classifier stays that of the trained kappa, as in the published
  code (``bias_at='published'``), or follows (``bias_at='calibrated'``), which
  keeps the densities normalized.
- biases of other classifiers take no part in the overlap and stay.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn

from mmlt.functional import (
    balanced_accuracy,
    balanced_log_likelihood,
    calibrated_concentration,
    check_vmf_parameters,
    directional_logits,
    overlap_row_means,
    percent,
    vmf_bias,
)
from mmlt.models import CalibratedClsHead
from mmlt.models.heads.reading import head_to_vmf, logit_bias

BIAS_AT = ('published', 'calibrated')
CRITERIA = ('accuracy', 'nll')


@dataclass
class Classifier:
    """Logits kappa_i (x.mu_i) + bias_i, in float64.

    Args:
        kappa: Concentrations, (C,), >= 0.
        mu: (C, D).
        bias: (C,).
        normalize_features: Whether x is the feature at length 1.
        has_density_bias: Whether ``bias`` holds b(kappa) of a vMF density.
    """

    kappa: Tensor
    mu: Tensor
    bias: Tensor
    normalize_features: bool
    has_density_bias: bool

    def logits(self, features: Tensor) -> Tensor:
        """(N, C) float64 of features (N, D)."""
        return directional_logits(
            features,
            self.kappa,
            self.mu,
            self.bias,
            normalize=self.normalize_features,
        )

    def overlap(self) -> Tensor:
        """(C,) mean overlap of each class with all, itself included."""
        return overlap_row_means(self.kappa, self.mu)


def read_classifier(head: nn.Module) -> Classifier:
    """Read a head as it scores in evaluation mode.

    Args:
        head: A linear, cosine, tau-normalized, causal or vMF head.

    Returns:
        The classifier, on the CPU.

    Raises:
        TypeError: If the head cannot be read.
        ValueError: If it is calibrated already, or a concentration or
            direction is none.
    """
    if isinstance(head, CalibratedClsHead):
        raise ValueError(
            'Expected a head as it was trained, but got CalibratedClsHead. '
            'Calibrate the original checkpoint with another alpha.'
        )
    head.eval()
    with torch.no_grad():
        kappa, mu = head_to_vmf(head, torch.float64)
        check_vmf_parameters(kappa, mu)
        bias = logit_bias(head)
        bias = torch.zeros_like(kappa) if bias is None else bias.double()
    return Classifier(
        kappa.cpu(),
        mu.cpu(),
        bias.cpu(),
        getattr(head, 'normalizes_features', False),
        getattr(head, 'has_density_bias', False),
    )


def calibrate(
    classifier: Classifier, alpha: float, bias_at: str = 'published'
) -> Classifier:
    """Replace kappa by kappa^alpha o^(1 - alpha).

    Args:
        classifier: As trained.
        alpha: In [0, 1]; 1 changes nothing.
        bias_at: 'published', b of a vMF classifier stays that of the trained
            kappa, as in the published code; 'calibrated', it is computed at
            the new kappa.

    Returns:
        A new classifier.

    Raises:
        ValueError: If ``alpha`` or ``bias_at`` is none of these.
    """
    if bias_at not in BIAS_AT:
        raise ValueError(
            "Expected `bias_at` to be 'published' or 'calibrated', but got "
            f'{bias_at!r}. '
            'Choose one of the two.'
        )
    old = classifier.kappa
    new = calibrated_concentration(old, classifier.overlap(), alpha)
    bias = classifier.bias
    if classifier.has_density_bias and bias_at == 'calibrated':
        dim = classifier.mu.shape[1]
        bias = bias + (vmf_bias(dim, new) - vmf_bias(dim, old))
    return replace(classifier, kappa=new, bias=bias)


def criterion_value(
    classifier: Classifier, features: Tensor, labels: Tensor, criterion: str
) -> float:
    """How good a classifier is, all classes alike; higher is better.

    Args:
        classifier: Any.
        features: (N, D).
        labels: (N,).
        criterion: 'accuracy', in percent, or 'nll', minus the negative
            log-likelihood.
    """
    logits = classifier.logits(features)
    if criterion == 'accuracy':
        return percent(balanced_accuracy(logits, labels).item())
    return balanced_log_likelihood(logits, labels).item()


def choose_alpha(
    classifier: Classifier,
    features: Tensor,
    labels: Tensor,
    alphas: Sequence[float],
    bias_at: str = 'published',
    criterion: str = 'accuracy',
) -> tuple[float, dict[float, float]]:
    """The alpha that is best on held-out features.

    Args:
        classifier: As trained.
        features: (N, D), of a held-out part of the training set.
        labels: (N,).
        alphas: Candidates.
        bias_at: As :func:`calibrate`.
        criterion: 'accuracy' or 'nll', a mean over classes.

    Returns:
        The best alpha, of equal ones the largest (the least change), and
        the value of every candidate.
    """
    values = {
        alpha: criterion_value(
            calibrate(classifier, alpha, bias_at), features, labels, criterion
        )
        for alpha in sorted(alphas, reverse=True)
    }
    return max(values, key=values.get), values
