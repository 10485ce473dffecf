import logging
from collections.abc import Sequence

import torch.nn.functional as F
from mmengine.logging import print_log
from mmpretrain.models import ArcFaceClsHead, ClsHead, ImageClassifier
from mmpretrain.registry import MODELS
from mmpretrain.structures import DataSample
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from mmlt.models.batch_augments import ManifoldMixup
from mmlt.structures import (
    BatchDataSample,
    BatchView,
    MixedLabels,
    is_batch,
    labels_of,
    unpack_batch,
)

__all__ = ['LongTailClassifier']


@MODELS.register_module()
class LongTailClassifier(ImageClassifier):
    """mmpretrain's ``ImageClassifier``, for necks that need the labels.

    It passes the labels of a training batch to every neck that has
    ``needs_labels = True`` (``FCCNeck``), and takes a batch as a list of
    ``DataSample`` or as one ``BatchDataSample``. Arguments and checkpoints
    are those of ``ImageClassifier``, with three more arguments.

    Args:
        *args: As ``ImageClassifier``.
        frozen: Names of parts whose parameters are not trained, such as
            'backbone' or 'head.fc'. Their batch normalization still updates
            its running statistics, as in the published code of two-stage
            methods.
        norm_eval: Whether to keep those statistics fixed too.
        mixing: Config of a ``ManifoldMixup``, which mixes features in
            training.
        **kwargs: As ``ImageClassifier``.

    Raises:
        TypeError: If ``mixing`` is not a ``ManifoldMixup``, or a subclass
            has a ``loss`` of its own, which would not mix.
        ValueError: If the model has no part of a name in ``frozen``, or the
            backbone has no part of the ``location`` in ``mixing``.

    Source:
        Ours: what mmpretrain's ``ImageClassifier``
        (https://mmpretrain.readthedocs.io/en/latest/api/models.html) lacks for
        the methods here.
    """

    def __init__(
        self,
        *args,
        frozen: Sequence[str] = (),
        norm_eval: bool = False,
        mixing: dict | nn.Module | None = None,
        **kwargs,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.frozen = parts_to_freeze(self, frozen)
        self.norm_eval = norm_eval
        for part in self.frozen:
            part.requires_grad_(False)
        self.mixing = feature_mixing(mixing, self.backbone)
        if self.mixing is not None and (
            type(self).loss is not LongTailClassifier.loss
        ):
            raise TypeError(
                'Expected `mixing` of features in a LongTailClassifier, but '
                f'got it in a {type(self).__name__}, whose loss does not mix. '
                'Mix images instead: `data_preprocessor=dict(mixing=...)`.'
            )
        scaling = [
            type(neck).__name__
            for neck in self._necks()
            if getattr(neck, 'scales_features', False)
        ]
        if scaling and normalizes_features(self.head):
            print_log(
                f'{scaling[0]} changes nothing before '
                f'{type(self.head).__name__}: the head normalizes its '
                'features, and a scaled feature has the same direction. Use a '
                f'linear head, or drop {scaling[0]}.',
                logger='current',
                level=logging.WARNING,
            )

    def train(self, mode: bool = True) -> 'LongTailClassifier':
        """Training mode, in which frozen statistics stay as they are."""
        super().train(mode)
        if mode and self.norm_eval:
            for part in self.frozen:
                for module in part.modules():
                    if isinstance(module, _BatchNorm):
                        module.eval()
        return self

    def forward(
        self,
        inputs: Tensor,
        data_samples: Sequence[DataSample] | None = None,
        mode: str = 'tensor',
    ):
        """Losses ('loss'), predictions ('predict') or logits ('tensor').

        Logits in training mode are those of training, scaled by necks that
        need labels, where ``data_samples`` holds labels (mmpretrain's
        ``PreciseBNHook`` asks so). Without them the features stay as they
        are at test.

        Args:
            inputs: (N, 3, H, W).
            data_samples: N ``DataSample``, one ``BatchDataSample``, or None.
            mode: One of the three.
        """
        if mode != 'tensor':
            return super().forward(inputs, data_samples, mode)
        labels = None
        if data_samples and 'gt_label' in data_samples[0]:
            labels = labels_of(data_samples)
        feats = self.backbone(inputs)
        for neck in self._necks():
            if not getattr(neck, 'needs_labels', False):
                feats = neck(feats)
            elif labels is not None or not self.training:
                feats = neck(feats, labels)
        return feats if self.head is None else self.head(feats)

    def val_step(self, data: dict) -> Sequence[DataSample]:
        """Predictions of a batch of a loader, one per image."""
        return per_image(super().val_step(data))

    def test_step(self, data: dict) -> Sequence[DataSample]:
        """Predictions of a batch of a loader, one per image."""
        return per_image(super().test_step(data))

    def _necks(self) -> list[nn.Module]:
        if self.neck is None:
            return []
        if isinstance(self.neck, nn.Sequential):
            return list(self.neck)
        return [self.neck]

    def extract_feat(
        self,
        inputs: Tensor,
        stage: str = 'neck',
        labels: Tensor | None = None,
    ):
        """Features of images; the necks that ask for labels get them.

        Args:
            inputs: (N, 3, H, W).
            stage: 'backbone', 'neck' or 'pre_logits'.
            labels: (N,) int64; needed in training where a neck asks.

        Returns:
            A tuple of features, or a tensor for 'pre_logits'.
        """
        feats = self.backbone(inputs)
        if stage == 'backbone':
            return feats
        feats, _ = self._through_necks(feats, labels)
        return self.head.pre_logits(feats) if stage == 'pre_logits' else feats

    def _through_necks(
        self,
        feats: tuple[Tensor, ...],
        labels: Tensor | MixedLabels | None,
        mixing: ManifoldMixup | None = None,
    ) -> tuple:
        """Features behind the necks, and labels, mixed at 'pool' or not."""
        for neck in self._necks():
            if getattr(neck, 'needs_labels', False):
                if mixing is not None:
                    feats, labels = mixing(feats, labels)
                    mixing = None
                feats = neck(feats, labels)
            else:
                feats = neck(feats)
        if mixing is not None:
            feats, labels = mixing(feats, labels)
        return feats, labels

    def mixed_feat(self, inputs: Tensor, labels: Tensor) -> tuple:
        """Features behind the necks of images mixed by ``mixing``.

        Args:
            inputs: (N, 3, H, W).
            labels: (N,) int64.

        Returns:
            A tuple of features, and their ``MixedLabels``.
        """
        if self.mixing.location == 'pool':
            feats = self.backbone(inputs)
            return self._through_necks(feats, labels, self.mixing)
        feats, mixed = self.mixing.run(self.backbone, inputs, labels)
        return self._through_necks(feats, mixed)

    def loss(
        self, inputs: Tensor, data_samples: Sequence[DataSample]
    ) -> dict[str, Tensor]:
        """Losses of a training batch.

        Args:
            inputs: (N, 3, H, W).
            data_samples: N ``DataSample``, or one ``BatchDataSample``.

        Returns:
            Named scalar losses.
        """
        labels = labels_of(data_samples)
        if self.mixing is None or not self.training:
            feats = self.extract_feat(inputs, labels=labels)
            return self.head.loss(feats, data_samples)
        feats, mixed = self.mixed_feat(inputs, labels)
        return self.head.loss(feats, [BatchDataSample(gt_label=mixed)])

    def predict(
        self,
        inputs: Tensor,
        data_samples: Sequence[DataSample] | None = None,
        **kwargs,
    ) -> list[DataSample]:
        """Predictions of a batch.

        Args:
            inputs: (N, 3, H, W).
            data_samples: N ``DataSample``, one ``BatchDataSample``, or None.
            **kwargs: For the head's ``predict``.

        Returns:
            ``data_samples`` (new ones for None) with ``pred_score`` (C,) and
            ``pred_label``; of one ``BatchDataSample``, (N, C) and (N,).
        """
        if not is_batch(data_samples):
            return super().predict(inputs, data_samples, **kwargs)
        batch = data_samples[0]
        if not kwargs and predicts_softmax(self.head):
            # what mmpretrain's head does image by image, for all at once
            scores = F.softmax(self.head(self.extract_feat(inputs)), dim=1)
            batch.pred_score = scores
            batch.pred_label = scores.argmax(dim=1)
            return data_samples
        return super().predict(inputs, unpack_batch(batch), **kwargs)


def per_image(predictions: list[DataSample]) -> Sequence[DataSample]:
    """Predictions with one entry per image, also those of a whole batch."""
    if is_batch(predictions):
        return BatchView(predictions[0])
    return predictions


def feature_mixing(
    mixing: dict | nn.Module | None, backbone: nn.Module
) -> ManifoldMixup | None:
    """Build the mixture of features from its config.

    Raises:
        TypeError: If it is not a ``ManifoldMixup``.
        ValueError: If the backbone has no part of its ``location``.
    """
    if isinstance(mixing, dict):
        mixing = MODELS.build(mixing)
    if mixing is None:
        return None
    if not isinstance(mixing, ManifoldMixup):
        raise TypeError(
            'Expected `mixing` of the model to be a ManifoldMixup, but got '
            f'{type(mixing).__name__}. Images are mixed by '
            '`data_preprocessor=dict(mixing=...)`; for features, '
            "`mixing=dict(type='ManifoldMixup', mixup=...)`."
        )
    if mixing.location != 'pool':
        mixing.part_of(backbone)  # says at once if there is none
    return mixing


def parts_to_freeze(
    model: nn.Module, names: Sequence[str]
) -> tuple[nn.Module, ...]:
    """Parts of a model by name, a tuple so that they are not registered.

    Raises:
        ValueError: If the model has no part of that name.
    """
    if isinstance(names, str):
        names = [names]
    parts = dict(model.named_modules())
    parts.pop('')
    for name in names:
        if name not in parts:
            near = name.rpartition('.')[0]
            known = [n for n in parts if n.rpartition('.')[0] == near]
            raise ValueError(
                f'Expected `frozen` to name parts of the model, but got '
                f'{name!r}. Choose among the parts'
                f'{f" of {near}" if near else ""}: '
                f'{", ".join(known) or "there are none"}.'
            )
    return tuple(parts[name] for name in names)


def normalizes_features(head: nn.Module | None) -> bool:
    """Whether a head only looks at the direction of a feature."""
    return isinstance(head, ArcFaceClsHead) or getattr(
        head, 'normalizes_features', False
    )


def predicts_softmax(head: nn.Module) -> bool:
    """Whether a head's ``predict`` is mmpretrain's plain softmax."""
    kind = type(head)
    return (
        isinstance(head, ClsHead)
        and kind.predict is ClsHead.predict
        and kind._get_predictions is ClsHead._get_predictions
    )
