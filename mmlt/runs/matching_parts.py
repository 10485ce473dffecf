"""Parts that a config puts together though their formulas do not fit."""

from collections.abc import Iterator, Mapping
from typing import Any

from mmengine.config import Config

__all__ = ['check_parts_match', 'types_in']

# heads whose scores are no cosines
LINEAR = ('LinearClsHead', 'StackedLinearClsHead', 'LogitAdjustedClsHead')


def check_parts_match(cfg: Config) -> None:
    """See that a loss on cosines gets cosines.

    Args:
        cfg: Config of a training.

    Raises:
        ValueError: If LDAM's margins would be taken of scores without bounds.
    """
    head = (cfg.get('model') or {}).get('head') or {}
    if not isinstance(head, Mapping) or head.get('type') not in LINEAR:
        return
    if 'LDAMLoss' in types_in(head.get('loss')):
        raise ValueError(
            f'Expected cosines for LDAMLoss, but `model.head` is '
            f'{head.type}, whose scores have no bounds: times 30 they leave '
            'nothing of its margins. Inherit from ldam/..., or write '
            "head=dict(_delete_=True, type='CosineClsHead', scale=1.0, "
            "num_classes=..., in_channels=..., loss=dict(type='LDAMLoss'))."
        )


def types_in(value: Any) -> Iterator[str]:
    """Every ``type`` in a config or a part of one, as a name."""
    if isinstance(value, Mapping):
        kind = value.get('type')
        if kind is not None:
            yield kind if isinstance(kind, str) else kind.__name__
        value = list(value.values())
    if isinstance(value, list | tuple):
        for part in value:
            yield from types_in(part)
