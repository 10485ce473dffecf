import numpy as np
from mmcv.transforms import BaseTransform
from mmpretrain.registry import TRANSFORMS

from mmlt.functional import five_crop_corners

__all__ = ['FiveCrops']


@TRANSFORMS.register_module()
class FiveCrops(BaseTransform):
    """Five square crops of an image, one below the other in one image.

    For ``FiveCropTestLoop``, which puts it into the pipeline of the test and
    takes the image apart again. A network that sees it whole predicts
    nothing useful: do not write it into a config.

    Args:
        size: Side of a crop.

    Source:
        As :func:`mmlt.functional.five_crop_corners`.
    """

    def __init__(self, size: int) -> None:
        self.size = size

    def transform(self, results: dict) -> dict:
        """Make ``img`` (H, W, 3) of the shape (5 size, size, 3)."""
        image, size = results['img'], self.size
        corners = five_crop_corners(*image.shape[:2], size)
        crops = [
            image[top : top + size, left : left + size]
            for top, left in corners
        ]
        results['img'] = np.concatenate(crops)
        results['img_shape'] = results['img'].shape[:2]
        return results

    def __repr__(self) -> str:
        return f'{type(self).__name__}(size={self.size})'
