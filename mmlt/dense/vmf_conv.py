import math
from collections.abc import Sequence
from numbers import Real

import torch
from torch import Tensor, nn

from mmlt.functional import (
    directional_maps,
    log_counts,
    positive_concentration,
    raw_concentration,
    unit_vectors,
    vmf_bias,
)
from mmlt.functional.checks import check_integer, check_real
from mmlt.models.class_counts import ClassCountsMixin

__all__ = ['VMFConv']

PRIORS = {'balanced': 0.0, 'train': 1.0}


class VMFConv(ClassCountsMixin, nn.Module):
    r"""vMF classifier of every pixel, in the place of a 1 x 1 convolution.

    The logits of a pixel with feature f, f~ = f / |f|, are

        training    kappa_i f~.mu_i + b_i + log n_i
        evaluation  kappa_i f~.mu_i + b_i + log p_i

    with n_i the labeled training pixels of class i and p the ``test_prior``.
    Kappa and b are those of :class:`~mmlt.models.VMFClsHead`. The parameter
    ``weight`` has the name and shape of a 1 x 1 convolution, so its
    checkpoints load; a bias in them is left out. ``weight`` may have any
    length: mu is its direction.

    The counts come from ``PixelCountsHook`` or :meth:`set_class_counts`.

    Args:
        channels: D >= 2.
        num_classes: C >= 2.
        init_kappa: Initial concentration, > 0.
        test_prior: How frequent the classes are where the network is used:
            'balanced', all equally, which mean accuracy asks for; 'train', as
            in training, which the mean overlap (mIoU) often asks for, as it
            counts false pixels of a rare class by the little that this class
            has; a number t between and beyond, for n_i^t; or C numbers > 0.

    Raises:
        ValueError: If a setting is out of range.

    Source:
        Wang et al., ECCV 2022, https://arxiv.org/abs/2208.10043; Sec. 3 of
        its appendix: kappa begins with 16 on ADE20K. Its code has no part
        for segmentation; the layer is ours.
    """

    def __init__(
        self,
        channels: int,
        num_classes: int,
        init_kappa: float = 16.0,
        test_prior: str | float | Sequence[float] = 'balanced',
    ) -> None:
        super().__init__()
        hint = 'It is the width of the decode head (`channels`).'
        check_integer('channels', channels, 2, hint)
        hint = 'Pixels of one class need no classifier.'
        check_integer('num_classes', num_classes, 2, hint)
        hint = 'The paper starts at 16.'
        check_real('init_kappa', init_kappa, 0, hint, above=True)
        self.num_classes = num_classes
        self.weight = nn.Parameter(torch.empty(num_classes, channels, 1, 1))
        nn.init.kaiming_uniform_(self.weight, a=5**0.5)  # torch's own
        self.bias = None  # mmengine's initializers look for one
        kappa = torch.full((num_classes,), float(init_kappa))
        self.kappa_raw = nn.Parameter(raw_concentration(kappa))
        self.test_prior = check_prior(test_prior, num_classes)
        # whether a head has ever asked for logits: PixelCountsHook looks
        self.was_used = False

    @property
    def kappa(self) -> Tensor:
        """Concentrations (C,), > 0, differentiable."""
        return positive_concentration(self.kappa_raw)

    def vmf_parameters(
        self, dtype: torch.dtype | None = None
    ) -> tuple[Tensor, Tensor]:
        """Kappa (C,) and mu (C, D)."""
        raw, weight = self.kappa_raw, self.weight.flatten(1)
        dtype = dtype or torch.promote_types(weight.dtype, torch.float32)
        return (
            positive_concentration(raw.to(dtype)),
            unit_vectors(weight, dtype=dtype),
        )

    def class_counts_changed(self) -> None:
        """Check that every class has a pixel: log 0 is -inf.

        Raises:
            ValueError: Naming the class.
        """
        self.refuse_empty_classes('its log prior is -inf')

    def logit_offset(self) -> Tensor:
        """The bias plus the logarithm of the prior, (C,) float64."""
        bias = vmf_bias(self.weight.shape[1], self.kappa)
        prior = PRIORS['train'] if self.training else self.test_prior
        if isinstance(prior, list):
            share = torch.tensor(prior, dtype=torch.float64)
            return bias + share.log().to(bias.device)
        if not prior:
            return bias
        self.require_class_counts()
        return bias + prior * log_counts(self.class_counts)

    def forward(self, features: Tensor) -> Tensor:
        """Logits (N, C, H, W), in at least float32, of (N, D, H, W)."""
        self.was_used = True
        kappa, mu = self.vmf_parameters()
        return directional_maps(features, kappa, mu, self.logit_offset())

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
        "Take 'train' for mIoU on images like those of the training."
    )
