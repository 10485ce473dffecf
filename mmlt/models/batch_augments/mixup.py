import torch
from mmpretrain.registry import MODELS
from torch import Generator, Tensor, nn

from mmlt.functional import beta_weights, mix_batch
from mmlt.functional.mixup import check_mixing_alpha
from mmlt.structures import MixedLabels

__all__ = ['BatchMixup']


@MODELS.register_module()
class BatchMixup(nn.Module):
    """Mix every sample of a batch, and its label, with another sample of it.

    Images: ``data_preprocessor=dict(type='BatchDataPreprocessor',
    mixing=dict(type='BatchMixup'))``. Features: ``ManifoldMixup``.

    Args:
        alpha: The weights are from Beta(alpha, alpha); >= 0.01, 1 is
            uniform.
        per_image: Whether every image has a weight of its own; if not, the
            batch shares one weight, as published.

    Raises:
        ValueError: If ``alpha`` is out of range.

    Source:
        Zhang et al., ICLR 2018, https://arxiv.org/abs/1710.09412; alpha = 1 on
        CIFAR-LT in Bag of Tricks:
        https://github.com/zhangyongshun/BagofTricks-LT/blob/ce7859a930649d10fb2a4fd4ed9242007eb25e2f/configs/cao_cifar/mixup/input_mixup/cifar10_im100_im_alpha10.yaml#L34
    """

    def __init__(self, alpha: float = 1.0, per_image: bool = False) -> None:
        super().__init__()
        self.alpha = check_mixing_alpha(alpha)
        self.per_image = per_image

    def weigh_labels(
        self, label_a: Tensor, label_b: Tensor, weight: Tensor
    ) -> Tensor:
        """(N,) weights of the first labels; here, those of the images.

        Args:
            label_a: (N,) int64.
            label_b: (N,) int64.
            weight: (N,) weights of the first images.
        """
        return weight

    def forward(
        self,
        batch: Tensor | tuple[Tensor, ...],
        labels: Tensor,
        generator: Generator,
    ) -> tuple[Tensor | tuple[Tensor, ...], MixedLabels]:
        """The mixed samples and their labels.

        Args:
            batch: (N, ...) floating point, or a tuple of them, all mixed with
                the same weights.
            labels: (N,) int64.
            generator: Source of the random numbers, on the device.

        Raises:
            TypeError: If the labels are not (N,) integers.
        """
        parts = (batch,) if isinstance(batch, Tensor) else batch
        check_one_label_each(labels, len(parts[-1]))
        num = len(labels)
        index = torch.randperm(
            num, generator=generator, device=generator.device
        )
        drawn = num if self.per_image else 1
        weight = beta_weights(self.alpha, drawn, generator)
        weight = weight.float().expand(num)  # as the scores it will weigh
        other = labels.index_select(0, index)
        mixed = MixedLabels(
            labels, other, self.weigh_labels(labels, other, weight)
        )
        parts = tuple(mix_batch(part, index, weight) for part in parts)
        return parts[0] if isinstance(batch, Tensor) else parts, mixed


def check_one_label_each(labels: Tensor | MixedLabels, num: int) -> None:
    """Check that every sample has one label.

    Raises:
        TypeError: If they are not one integer per sample.
    """
    if isinstance(labels, Tensor) and labels.shape == (num,):
        return
    got = (
        f'a tensor of shape {tuple(labels.shape)}'
        if isinstance(labels, Tensor)
        else type(labels).__name__
    )
    raise TypeError(
        f'Expected one label for each of {num} images to mix, but got {got}. '
        'Mix once: in the data preprocessor or in the model, and without the '
        "mmpretrain's `batch_augments`."
    )
