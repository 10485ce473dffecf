import math
from collections.abc import Sequence
from numbers import Real

import torch
from torch import Tensor, nn

from mmlt.functional import (
    calibrated_concentration,
    log_counts,
    overlap_row_means,
    positive_concentration,
    raw_concentration,
    unit_vectors,
    vmf_bias,
)
from mmlt.functional.checks import check_integer, check_real
from mmlt.models.class_counts import ClassCountsMixin

__all__ = ['PRIORS', 'VMFLayer', 'check_prior']

# power of the training prior
PRIORS = {'balanced': 0.0, 'train': 1.0}


class VMFLayer(ClassCountsMixin, nn.Module):
    """What the vMF classifiers of pixels and of boxes share.

    A direction and a concentration per density, and the prior of the
    classes. Kappa and b are those of :class:`~mmlt.models.VMFClsHead`.

    Args:
        shape: Of ``weight``: densities, D >= 2 and what a convolution has
            more.
        num_classes: C >= 2; there may be a density more, of background.
        init_kappa: Initial concentration, > 0.
        test_prior: As of :class:`VMFConv`.
        test_alpha: As of :class:`VMFConv`.
        hint: Where D comes from, for the error.

    Raises:
        ValueError: If a setting is out of range.
    """

    # who counts, for the error
    counts_hook = 'LongTailHook'
    # how post-training calibration reads it (mmlt.posthoc.overlap)
    normalizes_features = True
    has_density_bias = True

    def __init__(
        self,
        shape: Sequence[int],
        num_classes: int,
        init_kappa: float,
        test_prior: str | float | Sequence[float],
        test_alpha: float,
        hint: str,
    ) -> None:
        super().__init__()
        check_integer('channels', shape[1], 2, hint)
        hint = 'One class needs no classifier.'
        check_integer('num_classes', num_classes, 2, hint)
        hint = 'The paper starts at 16.'
        check_real('init_kappa', init_kappa, 0, hint, above=True)
        self.num_classes = num_classes
        self.weight = nn.Parameter(torch.empty(shape))
        nn.init.kaiming_uniform_(self.weight, a=5**0.5)  # torch's own
        self.bias = None  # mmengine's initializers look for one
        kappa = torch.full((shape[0],), float(init_kappa))
        self.kappa_raw = nn.Parameter(raw_concentration(kappa))
        self.test_prior = check_prior(test_prior, num_classes)
        hint = '1 keeps kappa, 0 takes the overlap alone.'
        self.test_alpha = check_real('test_alpha', test_alpha, 0, hint, high=1)
        # whether features of the last training step are kept for a loss
        self.keeps_features = False
        self._features: Tensor | None = None
        # whether a head has ever asked for logits: the hook looks
        self.was_used = False

    @property
    def kappa(self) -> Tensor:
        """Concentrations, one per density, > 0, differentiable."""
        return positive_concentration(self.kappa_raw)

    def vmf_parameters(
        self, dtype: torch.dtype | None = None
    ) -> tuple[Tensor, Tensor]:
        """Kappa and mu, (densities,) and (densities, D)."""
        raw, weight = self.kappa_raw, self.weight.flatten(1)
        dtype = dtype or torch.promote_types(weight.dtype, torch.float32)
        return (
            positive_concentration(raw.to(dtype)),
            unit_vectors(weight, dtype=dtype),
        )

    def scoring(self, kappa: Tensor) -> Tensor:
        """Kappa of the scores: at test, calibrated by the overlap.

        The bias stays that of the learned kappa, as in the published code.
        """
        if self.training or self.test_alpha == 1:
            return kappa
        overlap = overlap_row_means(*self.vmf_parameters())
        return calibrated_concentration(kappa, overlap, self.test_alpha)

    def keep(self, features: Tensor) -> None:
        """Keep the features of a training step where a loss asks for them."""
        self.was_used = True
        if self.training and self.keeps_features:
            self._features = features

    def kept_features(self, let_go: bool) -> Tensor:
        """The features of this training step.

        Args:
            let_go: Whether they are not asked for again.

        Raises:
            RuntimeError: If the head has not asked for scores.
        """
        features = self._features
        if features is None:
            raise RuntimeError(
                f'Expected {type(self).__name__} to have scored the features '
                'of this step, for `aux_losses`, but it has not. The head '
                'has another classifier: leave `aux_losses` out.'
            )
        if let_go:
            self._features = None
        return features

    def class_counts_changed(self) -> None:
        """Check that every class occurs: log 0 is -inf.

        Raises:
            ValueError: Naming the class.
        """
        self.refuse_empty_classes('its log prior is -inf')

    def require_class_counts(self) -> None:
        """Raise if the counts were never set.

        Raises:
            RuntimeError: Naming the hook that sets them.
        """
        if not len(self.class_counts):
            raise RuntimeError(
                f'Expected {type(self).__name__} to know the class counts, '
                'but they were never set. In a loop of your own, call '
                '`set_class_counts(counts)`; a config needs '
                f"`custom_hooks=[dict(type='{self.counts_hook}')]`."
            )

    def density_bias(self) -> Tensor:
        """The bias b of every density, float64, up to a constant."""
        return vmf_bias(self.weight.shape[1], self.kappa)

    def log_prior(self) -> Tensor:
        """Logarithm of the prior of the mode, (C,) float64.

        Raises:
            RuntimeError: If it is that of the training and the counts were
                never set.
        """
        prior = PRIORS['train'] if self.training else self.test_prior
        device = self.weight.device
        if isinstance(prior, list):
            return torch.tensor(
                prior, dtype=torch.float64, device=device
            ).log()
        if not prior:
            return torch.zeros(
                self.num_classes, dtype=torch.float64, device=device
            )
        self.require_class_counts()
        return prior * log_counts(self.class_counts)

    def logit_offset(self) -> Tensor:
        """The bias plus the logarithm of the prior, (C,) float64."""
        return self.density_bias() + self.log_prior()

    def _load_from_state_dict(self, state_dict, prefix, *args, **kwargs):
        state_dict.pop(prefix + 'bias', None)
        super()._load_from_state_dict(state_dict, prefix, *args, **kwargs)


def check_prior(
    prior: str | float | Sequence[float], num_classes: int
) -> float | list[float]:
    """The power of the training prior, or the prior itself.

    Args:
        prior: As ``test_prior`` of :class:`VMFConv`.
        num_classes: C.

    Raises:
        ValueError: If it is something else.
    """
    if isinstance(prior, str) and prior in PRIORS:
        return PRIORS[prior]
    if isinstance(prior, Real) and not isinstance(prior, bool):
        check_real(
            'test_prior',
            prior,
            -math.inf,
            '0 is balanced, 1 is as in training.',
        )
        return float(prior)
    if (
        isinstance(prior, Sequence)
        and not isinstance(prior, str)
        and len(prior) == num_classes
        and all(isinstance(p, Real) and 0 < p < float('inf') for p in prior)
    ):
        total = float(sum(prior))
        return [p / total for p in prior]
    raise ValueError(
        "Expected `test_prior` to be 'balanced', 'train', a power of the "
        f'training prior or {num_classes} numbers > 0, but got {prior!r}. '
        "Take 'train' for images like those of the training."
    )
