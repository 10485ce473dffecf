"""What a first stage takes over from the second: its data and network.

``first_stage = dict(config='mmlt::ce/resnet18_images.py', same_data=True)``
is for recipes on images of your own: a config that names them once, in the
second stage, has both stages train on them.
"""

import copy
from collections.abc import Mapping
from typing import Any

from mmengine.config import Config

__all__ = ['share_data']

# not the sampler, the loss and the schedule: they are the stage's own
SETTINGS = (
    'auto_scale_lr',
    'data_preprocessor',
    'model.backbone',
    'model.head.in_channels',
    'model.head.num_classes',
    'test_dataloader',
    'train_dataloader.batch_size',
    'train_dataloader.dataset',
    'train_dataloader.num_workers',
    'val_dataloader',
)


def share_data(first: Config, second: Config) -> None:
    """Give a first stage the data and the network of the second.

    Args:
        first: Config of the first stage, changed in place.
        second: Config of the second.
    """
    for key in SETTINGS:
        *parts, name = key.split('.')
        ours, theirs = second._cfg_dict, first._cfg_dict
        for part in parts:
            ours, theirs = _part(ours, part), _part(theirs, part)
        if name in ours:
            theirs[name] = copy.deepcopy(ours[name])


def _part(settings: Mapping, name: str) -> Any:
    """A part of a config; an empty one where there is none."""
    found = settings.get(name)
    return found if isinstance(found, Mapping) else {}
