from collections.abc import Sequence
from typing import Any

from mmengine.registry import FUNCTIONS

from .collate import batch_collate

__all__ = ['multi_view_collate']


@FUNCTIONS.register_module()
def multi_view_collate(
    batch: dict | Sequence[dict], _scope_: str | None = None
) -> dict[str, Any]:
    """:func:`batch_collate` for pipelines that make several views.

    Args:
        batch: As there; ``inputs`` of an image may be a list of V views, as
            mmpretrain's ``MultiView`` and ``PackInputs`` make them.
        _scope_: Not used. mmengine passes it where a config is inherited
            from another package.

    Returns:
        ``{'inputs': [V of (N, 3, H, W)], 'data_samples': [BatchDataSample]}``
        for ``MultiViewDataPreprocessor``; where images have one view, as
        :func:`batch_collate`.

    Raises:
        ValueError: If an image has no label, or another number of views, or
            the sizes of a view differ.

    Source:
        Ours: mmpretrain's ``MultiView``
        (https://mmpretrain.readthedocs.io/en/latest/api/data_process.html),
        for one tensor per view.
    """
    if isinstance(batch, dict) or not isinstance(
        batch[0].get('inputs'), list | tuple
    ):
        return batch_collate(batch)
    numbers = sorted({len(item['inputs']) for item in batch})
    if len(numbers) > 1:
        raise ValueError(
            'Expected as many views of every image of a batch, but got '
            f'{" and ".join(map(str, numbers))}. Set `num_views` of MultiView '
            'once for all images.'
        )
    views = [
        batch_collate(
            [{**item, 'inputs': item['inputs'][v]} for item in batch]
        )
        for v in range(numbers[0])
    ]
    return {**views[0], 'inputs': [view['inputs'] for view in views]}
