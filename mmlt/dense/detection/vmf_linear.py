from collections.abc import Sequence

import torch
from mmdet.registry import MODELS
from torch import Tensor, nn

from mmlt.functional import background_log_prior, directional_scores
from mmlt.functional.checks import check_choice, check_real

from ..vmf_layer import VMFLayer

__all__ = ['VMFLinear']

# what a box that is no object is, and the scores beside those of C classes
BACKGROUNDS = {'objectness': 2, 'class': 1}


@MODELS.register_module()
class VMFLinear(VMFLayer):
    r"""vMF classifier of the boxes of a detector, by ``cls_predictor_cfg``.

    The logits of a box with feature f, f~ = f / |f|, are

        training    kappa_i f~.mu_i + b_i + log n_i
        evaluation  kappa_i f~.mu_i + b_i + log p_i

    with n_i the training instances of class i and p the ``test_prior``.
    Kappa and b are those of :class:`~mmlt.models.VMFClsHead`. Every head of
    mmdet that has ``cls_predictor_cfg`` takes it (Shared2FCBBoxHead, those of
    Cascade R-CNN)::

        bbox_head=dict(
            cls_predictor_cfg=dict(type='VMFLinear'),
            loss_cls=dict(type='ClassAndObjectnessLoss'))

    Background, for which the paper has no rule, is one of two:

    ``'objectness'``
        no class: the scores are those of the C classes and two more, of
        object and background, from a linear classifier of their own. Asks
        for a loss that knows of them, ``ClassAndObjectnessLoss`` or mmdet's
        ``SeesawLoss``.
    ``'class'``
        the class C + 1, a vMF density as the others, for ``CrossEntropyLoss``.
        Its prior is ``background_prior`` in training and at test, and the
        classes share the rest.

    The counts come from ``InstanceCountsHook`` or :meth:`set_class_counts`.

    Args:
        in_features: D >= 2, set by the head.
        out_features: C + 2 or C + 1, set by the head.
        init_kappa: Initial concentration, > 0.
        test_prior: How frequent the classes are where the network is used:
            'balanced', all equally; 'train', as in training; a number t for
            n_i^t; or C numbers > 0.
        test_alpha: Post-training calibration, as of :class:`VMFConv`; of all
            densities, that of background too.
        background: 'objectness' or 'class'.
        background_prior: Share of background among the boxes, in (0, 1), for
            'class' alone. mmdet's sampler of boxes has 0.75 in training; at
            this value the prior of a class of one instance among a million
            is e^-15, half of what the cosine decides at kappa = 16.

    Raises:
        ValueError: If a setting is out of range.

    Source:
        Wang et al., ECCV 2022, https://arxiv.org/abs/2208.10043; Sec. 3 of
        its appendix: kappa begins with 16 on LVIS. Its code has no part for
        detection; the layer is ours, with the objectness of Wang et al.
        (Seesaw loss), CVPR 2021, https://arxiv.org/abs/2008.10032
    """

    counts_hook = 'InstanceCountsHook'

    def __init__(
        self,
        in_features: int,
        out_features: int,
        init_kappa: float = 16.0,
        test_prior: str | float | Sequence[float] = 'balanced',
        test_alpha: float = 1.0,
        background: str = 'objectness',
        background_prior: float | None = None,
    ) -> None:
        check_choice('background', background, tuple(BACKGROUNDS))
        as_class = background == 'class'
        num_classes = out_features - BACKGROUNDS[background]
        super().__init__(
            (num_classes + as_class, in_features),
            num_classes,
            init_kappa,
            test_prior,
            test_alpha,
            hint='It is the width of the box head.',
        )
        if as_class:
            hint = "It is the share of background boxes that 'class' needs."
            check_real(
                'background_prior',
                background_prior,
                0,
                hint,
                high=1,
                above=True,
                below=True,
            )
        elif background_prior is not None:
            raise ValueError(
                "Expected `background_prior` with `background='class'` alone, "
                f'but got {background_prior} with {background!r}. Leave it '
                'out: objectness is learned.'
            )
        self.background_prior = background_prior
        self.objectness = None if as_class else nn.Linear(in_features, 2)

    def log_prior(self) -> Tensor:
        """Logarithm of the prior of the densities, float64."""
        prior = super().log_prior()
        if self.background_prior is None:
            return prior
        return background_log_prior(prior, self.background_prior)

    def forward(self, features: Tensor) -> Tensor:
        """Scores (N, ``out_features``), at least float32, of (N, D)."""
        self.keep(features)
        scores = directional_scores(
            features,
            self.scoring(self.kappa),
            self.weight,
            self.logit_offset(),
        )
        if self.objectness is None:
            return scores
        objectness = self.objectness(features).to(scores.dtype)
        return torch.cat([scores, objectness], 1)

    def _load_from_state_dict(self, state_dict, prefix, *args, **kwargs):
        """A linear classifier's weights load; its background has no row."""
        weight = state_dict.get(prefix + 'weight')
        if self.objectness is not None and weight is not None:
            rows = self.num_classes + 1
            if weight.dim() == 2 and len(weight) == rows:
                state_dict[prefix + 'weight'] = weight[:-1]
        super()._load_from_state_dict(state_dict, prefix, *args, **kwargs)
