from collections.abc import Sequence

import torch
from mmpretrain.models import ClsHead
from mmpretrain.registry import MODELS
from mmpretrain.structures import DataSample
from torch import Tensor, nn

from mmlt.functional import cosine_to_vmf, directional_logits, unit_vectors
from mmlt.functional.checks import check_integer, check_real
from mmlt.structures import labels_of

__all__ = ['MultiExpertClsHead']


@MODELS.register_module()
class MultiExpertClsHead(ClsHead):
    """One classifier per expert; the prediction is their mean logit.

    It takes the features of E experts side by side, (N, E D); each expert
    classifies its D of them. The losses of the experts are added. With one
    expert it is a plain head.

    Args:
        num_classes: C.
        in_channels: D, channels of one expert.
        num_experts: E >= 1.
        scale: None for linear classifiers with bias; a number > 0 for
            scale times the cosine.
        bias: Whether classifiers have a bias, which begins at 0 beside a
            cosine; None: linear ones have, cosines have not.
        unit_rows: Whether the weight of a cosine begins with rows of length
            1. Only their direction counts, but the shorter a row, the
            further a step turns it; torch's rows are sqrt(1/3) long.
        expert: Which expert predicts, from 0; None for all.
        **kwargs: As mmpretrain's ``ClsHead``: ``loss``, ...

    Raises:
        ValueError: If a setting is out of range, or the features are not
            those of E experts.

    Source:
        Zhang et al. (SADE), NeurIPS 2022, https://arxiv.org/abs/2107.09249 and
        Li et al. (NCL), CVPR 2022, https://arxiv.org/abs/2203.15359: both
        predict by the mean logit.
    """

    def __init__(
        self,
        num_classes: int,
        in_channels: int,
        num_experts: int = 3,
        scale: float | None = None,
        expert: int | None = None,
        bias: bool | None = None,
        unit_rows: bool = True,
        **kwargs,
    ) -> None:
        super().__init__(**kwargs)
        hint = 'It is that of the backbone.'
        check_integer('num_experts', num_experts, 1, hint)
        if scale is not None:
            hint = 'None makes linear classifiers.'
            check_real('scale', scale, 0, hint, above=True)
        if expert is not None:
            hint = 'None takes the mean of all.'
            check_integer('expert', expert, 0, hint, high=num_experts - 1)
        self.num_classes = num_classes
        self.in_channels = in_channels
        self.num_experts = num_experts
        self.scale = scale
        self.expert = expert
        if bias is None:
            bias = scale is None
        self.classifiers = nn.ModuleList(
            nn.Linear(in_channels, num_classes, bias=bias)
            for _ in range(num_experts)
        )
        if scale is not None:
            for classifier in self.classifiers:
                if unit_rows:
                    weight = classifier.weight.detach()
                    classifier.weight.data = unit_vectors(weight)
                if bias:
                    nn.init.zeros_(classifier.bias)
        self.register_buffer(
            'expert_weights', torch.full((num_experts,), 1 / num_experts)
        )

    @property
    def normalizes_features(self) -> bool:
        """Whether only the direction of a feature counts."""
        return self.scale is not None

    def expert_logits(self, feats: tuple[Tensor, ...]) -> Tensor:
        """Logits of each expert, (E, N, C).

        Args:
            feats: Features; the last ones, (N, E D), are classified.
        """
        features = self.pre_logits(feats)
        width = self.num_experts * self.in_channels
        if features.dim() != 2 or features.shape[1] != width:
            raise ValueError(
                f'Expected features (N, {width}) of {self.num_experts} '
                f'experts with {self.in_channels} channels each, but got '
                f'{tuple(features.shape)}. Use a backbone with as many '
                'experts, and a pooling neck.'
            )
        parts = features.chunk(self.num_experts, dim=1)
        return torch.stack(
            [
                self._classify(classifier, part)
                for classifier, part in zip(
                    self.classifiers, parts, strict=True
                )
            ]
        )

    def _classify(self, classifier: nn.Linear, features: Tensor) -> Tensor:
        if self.scale is None:
            return classifier(features)
        kappa, mu = cosine_to_vmf(classifier.weight, self.scale)
        return directional_logits(features, kappa, mu, classifier.bias)

    def forward(self, feats: tuple[Tensor, ...]) -> Tensor:
        """Logits of the prediction, (N, C): the weighted sum of all experts.

        The weights, ``expert_weights``, are equal until
        ``tools/aggregate_experts.py`` learns others.
        """
        logits = self.expert_logits(feats)
        if self.expert is not None:
            return logits[self.expert]
        return (self.expert_weights[:, None, None] * logits).sum(0)

    def expert_losses(self, logits: Tensor, target: Tensor) -> dict:
        """Named losses from the logits of the experts, (E, N, C)."""
        return {
            f'loss_expert{i}': self.loss_module(
                scores, target, avg_factor=scores.shape[0]
            )
            for i, scores in enumerate(logits)
        }

    def loss(
        self, feats: tuple[Tensor, ...], data_samples: Sequence[DataSample]
    ) -> dict[str, Tensor]:
        """Losses of a training batch.

        Args:
            feats: Features; the last ones, (N, E D), are classified.
            data_samples: N ``DataSample``, or one ``BatchDataSample``.

        Returns:
            Named scalar losses.
        """
        return self.expert_losses(
            self.expert_logits(feats), labels_of(data_samples)
        )
