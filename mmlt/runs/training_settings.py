"""What two trainings must have in common to give the same network."""

import copy
from collections.abc import Mapping
from typing import Any

from mmengine.config import Config

from .preflight import let_counts_differ, use_whole_checkpoints

__all__ = ['SETTINGS', 'plain', 'setting', 'training_settings']

SETTINGS = (
    'model',
    'data_preprocessor',
    'train_dataloader.dataset',
    'train_dataloader.sampler',
    'train_dataloader.batch_size',
    'train_dataloader.drop_last',
    'train_dataloader.num_batch_per_epoch',
    'optim_wrapper',
    'auto_scale_lr',
    'param_scheduler',
    'train_cfg.max_epochs',
    'train_cfg.max_iters',
    'custom_hooks',
    'sync_bn',
    'load_from',
    'randomness.seed',
)


def training_settings(cfg: Config | Mapping) -> dict[str, Any]:
    """Settings of a training that change the network, for a comparison.

    Args:
        cfg: Of a training, before or after it was completed.

    Returns:
        Each of :data:`SETTINGS` to its value as :func:`plain` gives it, None
        where there is none, or where it changes nothing: the rate is not
        scaled, or ``sync_bn`` has no other process.
    """
    cfg = Config(copy.deepcopy(getattr(cfg, '_cfg_dict', dict(cfg))))
    let_counts_differ(cfg)
    use_whole_checkpoints(cfg)
    found = {key: plain(setting(cfg, key)) for key in SETTINGS}
    if not setting(cfg, 'auto_scale_lr.enable'):
        found['auto_scale_lr'] = None
    if cfg.get('launcher', 'none') == 'none':
        found['sync_bn'] = None
    return found


def setting(cfg: Config | Mapping, key: str) -> Any:
    """Value of a key with dots, None where there is none."""
    value: Any = cfg
    for part in key.split('.'):
        value = (
            value.get(part) if isinstance(value, Mapping | Config) else None
        )
    return value


def plain(value: Any) -> Any:
    """Plain Python, lists for tuples: a text does not tell them apart.

    ``_scope_`` says where a part was named, and not which it is.
    """
    if isinstance(value, Mapping):
        return {k: plain(v) for k, v in value.items() if k != '_scope_'}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value
