import torch
from mmpretrain.registry import MODELS
from torch import Generator, Tensor, nn

from mmlt.functional import (
    beta_weights,
    cutmix_box,
    cutmix_weight,
    paste_box,
)
from mmlt.functional.checks import check_integer, check_real
from mmlt.functional.mixup import check_mixing_alpha, select_rows
from mmlt.functional.schedule import check_epoch, epoch_of
from mmlt.models.progress import warn_of_unknown_epoch
from mmlt.structures import MixedLabels

from .mixup import check_one_label_each

__all__ = ['BatchMinorityCutMix']


@MODELS.register_module()
class BatchMinorityCutMix(nn.Module):
    """A box of an image of a rare class, on a frequent background (CMO).

    A batch is one of pairs, as ``LongTailSampler(strategy='class_balanced',
    pair_with_uniform=True)`` draws them: a background, then the image whose
    box may be pasted on it. What comes out has half as many images: the
    backgrounds, with a box or without.

    ``data_preprocessor=dict(mixing=dict(type='BatchMinorityCutMix'))``

    Args:
        prob: How often a batch gets boxes, in [0, 1].
        alpha: The share that stays is drawn from Beta(alpha, alpha), and
            changes where the box is cut off at the border.
        begin: First epoch with boxes, counted from 0; a float is a share of
            the schedule.
        end: So many last epochs are without them.

    Raises:
        ValueError: If a setting is out of range.

    Source:
        Park et al. (CMO), CVPR 2022, https://arxiv.org/abs/2112.00412; the
        defaults are those of
        https://github.com/naver-ai/cmo/blob/10d2d0988df03f06605a3007be548129b6f0f5b8/cifar_train.py#L279-L311
    """

    # `mmlt train` sees that the sampler draws them
    needs_pairs = True

    def __init__(
        self,
        prob: float = 0.5,
        alpha: float = 1.0,
        begin: int | float = 4,
        end: int = 3,
    ) -> None:
        super().__init__()
        hint = 'The published one is 0.5.'
        self.prob = check_real('prob', prob, 0, hint, high=1)
        self.alpha = check_mixing_alpha(alpha)
        self.begin = check_epoch('begin', begin)
        self.end = check_integer('end', end, 0, 'The published one is 3.')
        self.is_on = False
        self._told = False

    def set_progress(self, epoch: int, max_epochs: int) -> None:
        """Tell the epoch; called before each.

        Args:
            epoch: Epoch about to begin, counted from 0.
            max_epochs: Epochs in all.
        """
        self._told = True
        begin = epoch_of(self.begin, max_epochs)
        self.is_on = begin <= epoch < max_epochs - self.end

    def forward(
        self, batch: Tensor, labels: Tensor, generator: Generator
    ) -> tuple[Tensor, Tensor | MixedLabels]:
        """The backgrounds, and their labels.

        Args:
            batch: (2N, C, H, W): backgrounds at even places, images to paste
                at odd ones.
            labels: (2N,) int64.
            generator: Source of the random numbers, on the device.

        Returns:
            (N, C, H, W), and (N,) labels: ``MixedLabels`` in the epochs with
            boxes, of weight 1 where a batch gets none.

        Raises:
            TypeError: If the labels are not (2N,) integers.
            ValueError: If the number of images is odd.
        """
        check_one_label_each(labels, len(batch))
        if len(labels) % 2:
            raise ValueError(
                'Expected a batch of pairs for BatchMinorityCutMix, but got '
                f'{len(labels)} images. Set an even `batch_size`, and '
                '`drop_last=True`.'
            )
        places = torch.arange(len(labels), device=batch.device)
        images = select_rows(batch, places[0::2])
        label_a, label_b = labels[0::2], labels[1::2]
        if not self.is_on:
            if not self._told:
                self._told = True
                warn_of_unknown_epoch(self, 'pastes nothing')
            return images, label_a
        height, width = batch.shape[-2:]
        device = generator.device
        weight = beta_weights(self.alpha, 1, generator)[0]
        # both in one draw, and the answer stays on the device
        drawn = torch.rand(3, generator=generator, device=device)
        weight = weight.where(drawn[0] < self.prob, torch.ones_like(weight))
        size = torch.tensor([height, width], device=device)
        center = (drawn[1:].double() * size).long()
        box = cutmix_box(height, width, weight, center)
        images = paste_box(images, select_rows(batch, places[1::2]), box)
        weight = cutmix_weight(height, width, box).float()
        return images, MixedLabels(
            label_a, label_b, weight.expand(len(label_a))
        )
