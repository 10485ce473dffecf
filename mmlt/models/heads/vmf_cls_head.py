from collections.abc import Callable, Sequence

import torch
from mmpretrain.registry import MODELS
from mmpretrain.structures import DataSample
from torch import Tensor, nn

from mmlt.functional import (
    positive_concentration,
    raw_concentration,
    unit_vectors,
    vmf_bias,
    vmf_log_partition,
)
from mmlt.functional.checks import check_choice, check_real
from mmlt.structures import labels_of

from .directional_cls_head import PriorClsHead

__all__ = ['VMFClsHead']


@MODELS.register_module()
class VMFClsHead(PriorClsHead):
    r"""vMF classifier: a direction and a concentration per class.

    Class i is a von Mises-Fisher density on the sphere, and the logits are

        training    kappa_i x~.mu_i + b_i + log n_i
        evaluation  kappa_i x~.mu_i + b_i + log p_i

    with x~ the feature at length 1, n_i the training images and p the
    ``test_prior``. Convention:

        - the logits depend on the mode: training logits after ``train()``,
          those of the target prior after ``eval()``.
        - one kappa everywhere, in the score, in b and in the divergences:
          ``head.kappa``, (C,), positive by construction. The parameter under
          it is ``head.kappa_raw`` (:func:`positive_concentration`), which
          is kappa itself from a few units on.
        - b up to a constant (:func:`vmf_bias`), computed in float64; the
          logits in at least float32, under autocast too.
        - with all kappa equal it is ``CosineClsHead(balanced=True)``.

    Own learning rate and no weight decay for kappa:
    ``paramwise_cfg=dict(custom_keys={'head.kappa': dict(lr_mult=1.,
    decay_mult=0.)})``.

    Args:
        num_classes: C.
        in_channels: D >= 2.
        init_kappa: Mean of the initial concentrations, > 0.
        init_kappa_std: Their standard deviation; at most an eighth of the
            mean, so that none is negative.
        test_prior: 'balanced', 'train' or C numbers > 0.
        aux_losses: Configs of further losses on (kappa, mu) and the
            features: ``InterClassDiscrepancyLoss``,
            ``ClassFeatureConsistencyLoss``. Each is added under its name.
        numerics: How b is computed: 'torch', or 'mpmath' as in the appendix,
            on the host, class by class. For checking a run.
        **kwargs: As mmpretrain's ``ClsHead``.

    Raises:
        ValueError: If a setting is out of range.

    Source:
        Wang et al., ECCV 2022, https://arxiv.org/abs/2208.10043; Eq. 1 and
        Sec. 4 (initial values) of its appendix:
        https://github.com/SiLangWHL/vMF-OP/blob/964d491c6461e45abe4e92c0660e2e5588ae73be/Appendix.pdf
    """

    # the bias is that of a density: it follows a change of kappa
    has_density_bias = True

    def __init__(
        self,
        num_classes: int,
        in_channels: int,
        init_kappa: float = 16.0,
        init_kappa_std: float = 0.0,
        test_prior: str | Sequence[float] = 'balanced',
        aux_losses: Sequence[dict | nn.Module] = (),
        numerics: str = 'torch',
        **kwargs,
    ) -> None:
        super().__init__(
            num_classes, in_channels, test_prior=test_prior, **kwargs
        )
        check_initial_kappa(init_kappa, init_kappa_std)
        check_choice('numerics', numerics, ('torch', 'mpmath'))
        kappa = torch.full((num_classes,), float(init_kappa))
        if init_kappa_std:
            kappa = torch.normal(kappa, float(init_kappa_std))
        self.kappa_raw = nn.Parameter(raw_concentration(kappa))
        self.numerics = numerics
        self.log_partition()  # says at once where mpmath is missing
        self.aux_losses = nn.ModuleList(
            loss if isinstance(loss, nn.Module) else MODELS.build(loss)
            for loss in aux_losses
        )
        check_loss_names(self.aux_losses)

    @property
    def kappa(self) -> Tensor:
        """Concentrations (C,), > 0, differentiable."""
        return positive_concentration(self.kappa_raw)

    def vmf_parameters(
        self, dtype: torch.dtype | None = None
    ) -> tuple[Tensor, Tensor]:
        """Kappa (C,) and mu (C, D)."""
        raw, weight = self.kappa_raw, self.fc.weight
        dtype = dtype or torch.promote_types(weight.dtype, torch.float32)
        return (
            positive_concentration(raw.to(dtype)),
            unit_vectors(weight, dtype=dtype),
        )

    def log_partition(self) -> Callable[[int, Tensor], Tensor]:
        """The function L that ``numerics`` names."""
        if self.numerics == 'torch':
            return vmf_log_partition
        from mmlt.functional import mpmath_reference

        return mpmath_reference.vmf_log_partition

    def bias(self) -> Tensor:
        """The bias b, (C,) float64, up to a constant."""
        return vmf_bias(self.in_channels, self.kappa, self.log_partition())

    def logit_offset(self) -> Tensor:
        """The bias plus the logarithm of the prior, (C,) float64."""
        prior = super().logit_offset()
        return self.bias() if prior is None else self.bias() + prior

    def loss(
        self,
        feats: tuple[Tensor, ...],
        data_samples: Sequence[DataSample],
        **kwargs,
    ) -> dict[str, Tensor]:
        """Named scalar losses: mmpretrain's ``loss``, then ``aux_losses``.

        Args:
            feats: Features; the last ones, (N, D), are classified.
            data_samples: N ``DataSample``, or one ``BatchDataSample``.
            **kwargs: For mmpretrain's loss module.
        """
        losses = super().loss(feats, data_samples, **kwargs)
        if len(self.aux_losses):
            kappa, mu = self.vmf_parameters()
            labels = labels_of(data_samples)
            for aux in self.aux_losses:
                losses[aux.loss_name] = aux(
                    kappa, mu, self.pre_logits(feats), labels
                )
        return losses


def check_initial_kappa(mean: float, std: float) -> None:
    """Check that no initial concentration can be negative.

    Raises:
        ValueError: If ``mean`` is not positive or ``std`` too large.
    """
    hint = 'The paper starts at 16.'
    check_real('init_kappa', mean, 0, hint, above=True)
    hint = 'A larger one would draw negative concentrations.'
    check_real('init_kappa_std', std, 0, hint)
    if std > mean / 8:
        raise ValueError(
            'Expected `init_kappa_std` to be at most an eighth of '
            f'`init_kappa`, {mean / 8:g}, but got {std}. {hint}'
        )


def check_loss_names(losses: Sequence[nn.Module]) -> None:
    """Check that the losses are on (kappa, mu) and have different names.

    Raises:
        TypeError: If a loss has no name of its own.
        ValueError: If two losses have one name, or the main loss's.
    """
    names = ['loss']
    for loss in losses:
        name = getattr(loss, 'loss_name', None)
        if name is None:
            raise TypeError(
                'Expected `aux_losses` to be losses on (kappa, mu), but got '
                f'{type(loss).__name__}. Take InterClassDiscrepancyLoss or '
                'ClassFeatureConsistencyLoss; the loss on the logits is '
                '`loss`.'
            )
        if name in names:
            raise ValueError(
                'Expected every one of `aux_losses` to have a name of its '
                f'own, but got {name!r} twice. Set `loss_name`.'
            )
        names.append(name)
