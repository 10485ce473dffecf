"""Metrics that a training watches, to keep its best network or to stop."""

from collections.abc import Iterator, Mapping
from typing import Any

from mmengine.config import Config

from .keys import did_you_mean
from .settings import values_of

__all__ = ['check_metric', 'check_watched_metrics']

# type of a metric -> its prefix and its names
NAMES = {
    'ShotAccuracy': ('shot', ('many', 'medium', 'few')),
    'CalibrationError': ('calibration', ('ece', 'mce')),
    'MacroAccuracy': ('macro', ('accuracy',)),
}


def check_watched_metrics(cfg: Config) -> None:
    """Check that ``save_best`` and what stops early name a metric.

    mmengine finds it out in the first evaluation, and stops there, or goes on
    as if the metric never changed. Where a metric of another type is
    evaluated, its names are not known, and nothing is checked.

    Args:
        cfg: Config of a training.

    Raises:
        ValueError: Naming the setting, and the metrics that there are.
    """
    for setting, name in watched(cfg):
        check_metric(cfg, f'`{setting}`', name)


def check_metric(cfg: Config, setting: str, name: str) -> None:
    """Check that a name is one of the validation's metrics.

    Args:
        cfg: Config of a training.
        setting: What has the name, for the message.
        name: As 'shot/few'.

    Raises:
        ValueError: If it is none, and all names are known.
    """
    known = validation_metrics(cfg)
    if known is not None and name not in known:
        raise ValueError(
            f'Expected {setting} to be a metric of the validation, but got '
            f'{name!r}. {did_you_mean(name, known)}There are '
            f'{", ".join(known)}.'
        )


def watched(cfg: Config) -> Iterator[tuple[str, str]]:
    """Settings that name a metric, and the metric."""
    best = 'default_hooks.checkpoint.save_best'
    for key, value in values_of(cfg, best):
        for name in [value] if isinstance(value, str) else value or ():
            if name != 'auto':
                yield key, name
    for key, hook in values_of(cfg, 'custom_hooks.*'):
        if isinstance(hook, Mapping) and 'monitor' in hook:
            yield f'{key}.monitor', hook['monitor']


def validation_metrics(cfg: Config) -> list[str] | None:
    """Names that the validation has in its log; None if not all are known."""
    evaluator: Any = cfg.get('val_evaluator') or {}
    if isinstance(evaluator, Mapping):
        evaluator = evaluator.get('metrics') or [evaluator]
    found = []
    for metric in evaluator:
        kind = metric.get('type')
        if kind == 'Accuracy' and 'thrs' not in metric:
            ranks = metric.get('topk', (1,))
            ranks = [ranks] if isinstance(ranks, int) else ranks
            prefix, names = 'accuracy', [f'top{k}' for k in ranks]
        elif kind in NAMES:
            prefix, names = NAMES[kind]
        else:
            return None
        found += [f'{metric.get("prefix") or prefix}/{n}' for n in names]
    return found or None
