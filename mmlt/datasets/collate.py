from collections.abc import Sequence
from typing import Any

import torch
from mmengine.registry import FUNCTIONS
from torch import Tensor

from mmlt.structures import BatchDataSample

__all__ = ['batch_collate']


@FUNCTIONS.register_module()
def batch_collate(
    batch: dict | Sequence[dict], _scope_: str | None = None
) -> dict[str, Any]:
    """Make one uint8 tensor and one ``BatchDataSample`` of a batch.

    Args:
        batch: What an in-memory dataset serves (a batch already: returned
            as it is), or a list of per-image dicts, all images of one size:
            with ``inputs`` (3, H, W) and ``data_samples`` as a pipeline
            makes them, or with ``img`` (H, W, 3) and ``gt_label`` as an
            in-memory dataset without one serves them through a wrapper.
        _scope_: Not used. mmengine passes it where a config is inherited
            from another package.

    Returns:
        ``{'inputs': (N, 3, H, W), 'data_samples': [BatchDataSample]}``.

    Raises:
        ValueError: If an image has no label, or its size differs.

    Source:
        Ours: for the whole batches of the in-memory data sets.
    """
    if isinstance(batch, dict):
        return batch
    images = [_image_of(item) for item in batch]
    sizes = {tuple(image.shape) for image in images}
    if len(sizes) > 1:
        raise ValueError(
            'Expected the images of a batch to have one size, but got '
            f'{" and ".join(map(str, sorted(sizes)[:2]))}. Resize or crop '
            'them in the pipeline of the data set.'
        )
    labels = torch.cat([_label_of(item) for item in batch])
    return {
        'inputs': torch.stack(images),
        'data_samples': [BatchDataSample(gt_label=labels)],
    }


def _image_of(item: dict) -> Tensor:
    """(3, H, W) of one image."""
    if 'inputs' in item:
        return item['inputs']
    if 'img' not in item:
        raise ValueError(
            'Expected images of a data set to have `inputs`, but got '
            f'{", ".join(sorted(item))}. End its pipeline with PackInputs.'
        )
    return torch.as_tensor(item['img']).permute(2, 0, 1)


def _label_of(item: dict) -> Tensor:
    """(1,) label of one image."""
    if 'gt_label' in item:
        return torch.as_tensor([item['gt_label']])
    if 'gt_label' not in item.get('data_samples', ()):
        raise ValueError(
            'Expected images with labels, but the data set has none. Load '
            'them (`with_label=True`); images without labels can be tested '
            'with --out FILE.pkl alone.'
        )
    return item['data_samples'].gt_label
