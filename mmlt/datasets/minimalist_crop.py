import mmcv
import numpy as np
import torch
from mmcv.transforms import BaseTransform
from mmpretrain.registry import TRANSFORMS

from mmlt.functional import minimalist_crop_share, square_crop_sides
from mmlt.functional.checks import check_integer, check_real

__all__ = ['MinimalistCrop']


@TRANSFORMS.register_module()
class MinimalistCrop(BaseTransform):
    """A random square of the image, larger from epoch to epoch, resized.

    Its area is a share of that of the image, drawn from [min, 1] and capped
    at the largest square; min grows from ``smallest`` to 1 by
    :func:`mmlt.functional.minimalist_crop_share`. Add ``PipelineEpochHook``
    to ``custom_hooks``: it tells the epoch, in memory that the worker
    processes share.

    Args:
        size: Side of the result, >= 1.
        smallest: Least share in the first epoch, in (0, 1].
        interpolation: As ``mmcv.imresize``, of Pillow, which averages over
            pixels where it makes an image smaller.

    Raises:
        ValueError: If a setting is out of range.
        RuntimeError: If the epoch is not known.

    Source:
        Shi et al. (LIFT+), 2025, https://arxiv.org/abs/2504.13282;
        https://github.com/shijxcs/LIFT-plus/blob/2e73e6074e78639ceaa56a639d73c4318bbaecbd/utils/transforms.py
    """

    def __init__(
        self,
        size: int,
        smallest: float = 0.08,
        interpolation: str = 'bicubic',
    ) -> None:
        check_integer('`size` of MinimalistCrop', size, 1, 'Often 224.')
        hint = 'It is a share of the area; LIFT+ has 0.08.'
        name = '`smallest` of MinimalistCrop'
        check_real(name, smallest, 0, hint, high=1, above=True)
        self.size, self.smallest = size, smallest
        self.interpolation = interpolation
        # epoch and their number, which workers read; 0 epochs: not known yet
        self.progress = torch.zeros(2, dtype=torch.long).share_memory_()

    def set_progress(self, epoch: int, max_epochs: int) -> None:
        """Tell the epoch, counted from 0, to this and every worker process."""
        if not self.progress.is_shared():  # a copy of another
            self.progress.share_memory_()
        self.progress.copy_(torch.tensor([epoch, max_epochs]))

    def transform(self, results: dict) -> dict:
        """Crop and resize ``img`` (H, W, 3)."""
        epoch, max_epochs = self.progress.tolist()
        if not max_epochs:
            raise RuntimeError(
                'Expected MinimalistCrop to know the epoch, but it does not. '
                "Add dict(type='PipelineEpochHook') to `custom_hooks`, or "
                'call its `set_progress(epoch, max_epochs)`.'
            )
        image = results['img']
        height, width = image.shape[:2]
        share = minimalist_crop_share(epoch, max_epochs, self.smallest)
        low, high = square_crop_sides(height, width, share)
        side = max(1, round(np.random.uniform(low**2, high**2) ** 0.5))
        top = np.random.randint(height - side + 1)
        left = np.random.randint(width - side + 1)
        results['img'] = mmcv.imresize(
            image[top : top + side, left : left + side],
            (self.size, self.size),
            interpolation=self.interpolation,
            backend='pillow',
        )
        results['img_shape'] = results['img'].shape[:2]
        return results

    def __repr__(self) -> str:
        return f'{type(self).__name__}(size={self.size})'
