import logging

import torch
from torch import Tensor

from mmlt.functional import (
    compress_features,
    compress_mixed_features,
    compression_factors,
    spearman_correlation,
)
from mmlt.functional.checks import check_choice
from mmlt.functional.compression import check_compression_settings
from mmlt.functional.schedule import check_epoch, epoch_of
from mmlt.models.class_counts import ClassCountsMixin
from mmlt.models.progress import warn_of_unknown_epoch
from mmlt.parents import MODELS, print_log
from mmlt.structures import MixedLabels

__all__ = ['FCCNeck']

MIXED_LABELS = ('weighted', 'first')


@MODELS.register_module()
class FCCNeck(ClassCountsMixin):
    """Feature Clusters Compression: scale training features per class.

    In training the feature of a sample of class y is multiplied by tau_y
    (:func:`~mmlt.functional.compression_factors`); at test it is left alone,
    so that the clusters are compact. Use it in a ``LongTailClassifier``,
    which hands it the labels, alone or in a list after the pooling (pooling
    is homogeneous: before or after makes no difference).

    Before a head that normalizes its features it changes nothing.

    Args:
        gamma: Strength of the compression >= 0, dimensionless; at most 1 for
            'reverse'. 0 is plain training.
        strategy: 'equal_difference', 'half_top', 'half_bottom', 'uniform' or
            'reverse'.
        begin: First epoch in which features are scaled: an int counts from
            0, a float in [0, 1) is a share of the schedule (0.25 is epoch 50
            of 200; :func:`~mmlt.functional.epoch_of`).
        order: 'frequency': the class with the most training images is
            scaled most; or 'index': class 0 is, as in the published code,
            which is the same where classes are sorted by their images. The
            log says the rank correlation of tau and the images.
        round_digits: Decimal digits of tau; None keeps all, the published
            code rounds to 2.
        mixed_labels: Which tau an image mixed from two gets: 'weighted',
            the mean of both classes' tau by their weights in the label
            (:func:`~mmlt.functional.compress_mixed_features`), or 'first',
            that of the image that was mixed in place, whatever its weight.

    Raises:
        ValueError: If a setting is out of range or unknown.
        RuntimeError: In training, if the labels or class counts are missing.

    Source:
        Li et al. (FCC), CVPR 2023,
        https://openaccess.thecvf.com/content/CVPR2023/html/Li_FCC_Feature_Clusters_Compression_for_Long-Tailed_Visual_Recognition_CVPR_2023_paper.html,
        Algorithm 1. ``begin`` is 50 on CIFAR-LT and ImageNet-LT and 0 on
        iNaturalist 2018 in the published configs, not in the text:
        https://github.com/lijian16/FCC/blob/ba9e7d3b8938c1cc092fc2546d9184ce4846ed1e/configs/FCC/cifar/baseline/cifar10_im100.yaml#L9-L13
    """

    needs_labels = True
    scales_features = True  # heads that normalize them see no difference
    only_in_training = True  # at test it may be left out

    def __init__(
        self,
        gamma: float,
        strategy: str = 'equal_difference',
        begin: int | float = 0,
        order: str = 'frequency',
        round_digits: int | None = None,
        mixed_labels: str = 'weighted',
    ) -> None:
        super().__init__()
        check_compression_settings(gamma, strategy, order, round_digits)
        check_choice('mixed_labels', mixed_labels, MIXED_LABELS)
        self.gamma = gamma
        self.strategy = strategy
        self.begin = check_epoch('begin', begin)
        self.order = order
        self.round_digits = round_digits
        self.mixed_labels = mixed_labels
        self.active = begin == 0
        self._told = begin == 0  # no need to know the epoch
        self._order_is_said = False
        self.register_buffer('tau', torch.zeros(0), persistent=False)

    def class_counts_changed(self) -> None:
        """Compute tau, (C,), from the counts."""
        tau = compression_factors(
            len(self.class_counts),
            self.gamma,
            strategy=self.strategy,
            counts=self.class_counts,
            order=self.order,
            round_digits=self.round_digits,
        )
        self.tau = tau.to(self.tau)

    def set_progress(self, epoch: int, max_epochs: int) -> None:
        """Switch on at epoch ``begin``; called before every epoch.

        Args:
            epoch: Epoch about to begin, counted from 0.
            max_epochs: Epochs in all.
        """
        self._told = True
        if len(self.tau) and not self._order_is_said:
            self._say_order()
        begin = epoch_of(self.begin, max_epochs)
        active = epoch >= begin
        if active and len(self.tau) and (epoch == 0 or not self.active):
            print_log(
                f'FCC on from epoch {begin + 1} of {max_epochs} (begin='
                f'{self.begin}): {self.strategy}, gamma={self.gamma}, tau '
                f'from {self.tau.max():.4g} to {self.tau.min():.4g}.',
                logger='current',
                level=logging.INFO,
            )
        self.active = active

    def _say_order(self) -> None:
        """Say, once, whether tau follows the training images."""
        self._order_is_said = True
        counts = self.class_counts.cpu()
        rho = spearman_correlation(self.tau.cpu(), counts)
        text = (
            'FCC: Spearman rank correlation of tau and training images '
            f'{rho:.2f} (strategy={self.strategy!r}, order={self.order!r}).'
        )
        level = logging.INFO
        if rho.isnan():
            text += ' Undefined: all tau, or all numbers of images, are equal.'
        elif self.order == 'index' and (counts.diff() > 0).any():
            level = logging.WARNING
            text += (
                ' Classes are not sorted by their images, so that tau by the '
                "class index does not follow them. Set order='frequency', "
                'unless the published code is to be repeated.'
            )
        elif rho <= 0:
            text += ' This strategy scales the rare classes more.'
        print_log(text, logger='current', level=level)

    def forward(
        self,
        feats: Tensor | tuple[Tensor, ...],
        labels: Tensor | MixedLabels | None = None,
    ) -> Tensor | tuple[Tensor, ...]:
        """Scale the features, or the last ones of a tuple, in training.

        Args:
            feats: (N, ...) features, or a tuple of which the last is scaled.
            labels: (N,) int64, ``MixedLabels``, or (N, C) soft ones; needed
                in training.

        Returns:
            As ``feats``.
        """
        if not self.training:
            return feats
        if labels is None:
            raise RuntimeError(
                'Expected FCCNeck to get the labels in training, but got '
                "none. Set `type='LongTailClassifier'` in the model, or call "
                'the neck as `neck(feats, labels)`.'
            )
        self.require_class_counts()
        self._refuse_soft_labels(labels)
        if not self.active:
            if not self._told:
                self._told = True
                warn_of_unknown_epoch(self, 'scales no feature')
            return feats
        if isinstance(feats, Tensor):
            return self._compress(feats, labels)
        return (*feats[:-1], self._compress(feats[-1], labels))

    def _refuse_soft_labels(self, labels: Tensor | MixedLabels) -> None:
        soft = isinstance(labels, Tensor) and labels.dim() > 1
        if soft and self.mixed_labels == 'first':
            raise ValueError(
                "Expected `mixed_labels='weighted'` for soft labels (N, C), "
                "but got 'first': they do not say which label is the first. "
                'Mix by `BatchMixup` or `BatchRemix` instead.'
            )

    def _compress(self, feats: Tensor, labels: Tensor | MixedLabels) -> Tensor:
        if not isinstance(labels, MixedLabels):
            return compress_features(feats, labels, self.tau)
        if self.mixed_labels == 'first':
            return compress_features(feats, labels.label_a, self.tau)
        return compress_mixed_features(
            feats, labels.label_a, labels.label_b, labels.weight, self.tau
        )
