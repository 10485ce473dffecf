from collections.abc import Sequence
from typing import Any

import torch
from mmengine.registry import FUNCTIONS

from mmlt.structures import BatchDataSample

__all__ = ['batch_collate']


@FUNCTIONS.register_module()
def batch_collate(
    batch: dict | Sequence[dict], _scope_: str | None = None
) -> dict[str, Any]:
    """Make one uint8 tensor and one ``BatchDataSample`` of a batch.

    Args:
        batch: What an in-memory dataset serves (a batch already: returned
            as it is), or a list of per-image dicts with ``inputs``
            (3, H, W) and ``data_samples``, all of one size.
        _scope_: Not used. mmengine passes it where a config is inherited
            from another package.

    Returns:
        ``{'inputs': (N, 3, H, W), 'data_samples': [BatchDataSample]}``.

    Source:
        Ours: for the whole batches of the in-memory data sets.
    """
    if isinstance(batch, dict):
        return batch
    labels = torch.cat([item['data_samples'].gt_label for item in batch])
    return {
        'inputs': torch.stack([item['inputs'] for item in batch]),
        'data_samples': [BatchDataSample(gt_label=labels)],
    }
