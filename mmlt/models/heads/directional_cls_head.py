import logging
from collections.abc import Sequence
from numbers import Real

import torch
from mmengine.logging import print_log
from mmpretrain.models import ClsHead
from torch import Tensor, nn

from mmlt.functional import (
    directional_logits,
    directional_to_linear,
    log_counts,
)
from mmlt.functional.checks import check_integer
from mmlt.models.class_counts import ClassCountsMixin

__all__ = ['DirectionalClsHead', 'PriorClsHead']


class DirectionalClsHead(ClsHead):
    """Base of the heads that score kappa_i (x.mu_i) + offset_i.

    A subclass says what kappa and mu are (:meth:`vmf_parameters`) and what
    is added (:meth:`logit_offset`). The weight has the name and shape of the
    ``fc.weight`` in mmpretrain's ``LinearClsHead``, so its checkpoints load;
    a bias in them is ignored unless the subclass has one.

    Args:
        num_classes: C >= 1.
        in_channels: D >= 2.
        **kwargs: As mmpretrain's ``ClsHead``: ``loss``, ``topk``,
            ``cal_acc``, ``init_cfg``.

    Raises:
        ValueError: If ``num_classes`` or ``in_channels`` is too small.
    """

    # whether x is the direction of the feature alone, or the feature
    normalizes_features = True

    def __init__(self, num_classes: int, in_channels: int, **kwargs) -> None:
        super().__init__(**kwargs)
        of = f'of {type(self).__name__}'
        hint = 'It is the number of classes of the data set.'
        check_integer(f'`num_classes` {of}', num_classes, 1, hint)
        hint = 'It is the length of the features of the backbone.'
        check_integer(f'`in_channels` {of}', in_channels, 2, hint)
        self.num_classes = num_classes
        self.in_channels = in_channels
        # torch's own initialization: uniform in +-1/sqrt(D)
        self.fc = nn.Linear(in_channels, num_classes, bias=False)

    def vmf_parameters(
        self, dtype: torch.dtype | None = None
    ) -> tuple[Tensor, Tensor]:
        """Concentrations (C,) and unit directions (C, D) of the classes.

        Args:
            dtype: In which to compute; that of the parameters for None.
        """
        raise TypeError(
            f'Expected {type(self).__name__} to have `vmf_parameters()`, but '
            'it does not. Write it, returning kappa (C,) and mu (C, D).'
        )

    def logit_offset(self) -> Tensor | None:
        """(C,) added to the logits, or None."""
        return None

    def linear_parameters(self) -> tuple[Tensor, Tensor, bool]:
        """Weight (C, D) and bias (C,) float64 of the mode it is in.

        Returns:
            Both, and whether features are divided by their length before.
        """
        kappa, mu = self.vmf_parameters(torch.float64)
        weight, bias = directional_to_linear(kappa, mu, self.logit_offset())
        return weight, bias, self.normalizes_features

    def forward(self, feats: tuple[Tensor, ...]) -> Tensor:
        """Logits (N, C), in at least float32, autocast or not.

        Args:
            feats: Features; the last ones, (N, D), are classified.
        """
        kappa, mu = self.vmf_parameters()
        return directional_logits(
            self.pre_logits(feats),
            kappa,
            mu,
            self.logit_offset(),
            normalize=self.normalizes_features,
        )

    def _load_from_state_dict(self, state_dict, prefix, *args, **kwargs):
        if self.fc.bias is None and prefix + 'fc.bias' in state_dict:
            state_dict.pop(prefix + 'fc.bias')
            print_log(
                f'{type(self).__name__} has no bias: that of the checkpoint '
                'is left out.',
                logger='current',
                level=logging.INFO,
            )
        super()._load_from_state_dict(state_dict, prefix, *args, **kwargs)


class PriorClsHead(ClassCountsMixin, DirectionalClsHead):
    """Base of the heads that add the logarithm of a class prior to the logits.

    In training mode log n_i is added, n_i the training images of class i; in
    evaluation mode the logarithm of the target prior. The class
    counts come from ``LongTailHook`` or :meth:`set_class_counts`.

    Args:
        num_classes: C.
        in_channels: D >= 2.
        balanced: Whether log n_i is added in training. If not, the score
            itself learns the training prior.
        test_prior: How frequent the classes are where the model is used:
            'balanced', all equally; 'train', as in training; or C numbers
            > 0.
        **kwargs: As :class:`DirectionalClsHead`.

    Raises:
        ValueError: If ``test_prior`` is something else, or is given without
            ``balanced``.
    """

    def __init__(
        self,
        num_classes: int,
        in_channels: int,
        balanced: bool = True,
        test_prior: str | Sequence[float] = 'balanced',
        **kwargs,
    ) -> None:
        super().__init__(num_classes, in_channels, **kwargs)
        self.balanced = balanced
        self.test_prior = test_prior
        if not isinstance(test_prior, str):
            prior = self._checked_prior(test_prior)
            self.register_buffer('target_prior', prior, persistent=False)
        elif test_prior not in ('balanced', 'train'):
            raise ValueError(
                "Expected `test_prior` to be 'balanced', 'train' or a list "
                f'of {num_classes} numbers, but got {test_prior!r}. Take '
                "'balanced' for a balanced test set."
            )
        if not balanced and test_prior != 'balanced':
            raise ValueError(
                'Expected `test_prior` together with `balanced=True`, but '
                f'got test_prior={test_prior!r} and balanced=False. Drop it: '
                'trained without the log prior, the scores hold the training '
                'prior already.'
            )

    def _checked_prior(self, prior: Sequence[float]) -> Tensor:
        ok = len(prior) == self.num_classes and all(
            isinstance(p, Real) and 0 < p < float('inf') for p in prior
        )
        if not ok:
            raise ValueError(
                f'Expected `test_prior` to be {self.num_classes} numbers '
                f'> 0, one per class, but got {prior!r}. Use a small '
                'number for a class that cannot occur.'
            )
        prior = torch.tensor([float(p) for p in prior], dtype=torch.float64)
        return prior / prior.sum()

    def class_counts_changed(self) -> None:
        """Check that every class has an image: log 0 is -inf.

        Raises:
            ValueError: Naming the class.
        """
        if self.balanced:
            self.refuse_empty_classes('its log prior is -inf')

    def logit_offset(self) -> Tensor | None:
        """Logarithm of the prior, (C,) float64, or None."""
        if not self.balanced:
            return None
        if self.training or self.test_prior == 'train':
            self.require_class_counts()
            return log_counts(self.class_counts)
        if self.test_prior == 'balanced':
            return None
        return log_counts(self.target_prior)

    def _load_from_state_dict(self, state_dict, prefix, *args, **kwargs):
        if not self.balanced:  # the counts are not needed, so may be missing
            state_dict.setdefault(prefix + 'class_counts', self.class_counts)
        super()._load_from_state_dict(state_dict, prefix, *args, **kwargs)
