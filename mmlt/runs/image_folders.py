"""Folders of images that a config names and that are not there."""

import os
from collections.abc import Iterator
from typing import Any

from mmengine.config import Config

__all__ = ['check_image_folders']


def check_image_folders(cfg: Config) -> None:
    """See that folders of images are there.

    ``CustomDataset`` says of one that is missing only that it is, and
    ``LongTailedList`` names the first image.

    Args:
        cfg: Config of a training.

    Raises:
        FileNotFoundError: Naming the first folder that is missing.
    """
    for loader in ('train_dataloader', 'val_dataloader'):
        for dataset in _data_sets((cfg.get(loader) or {}).get('dataset')):
            name, folder = _folder(dataset)
            if not folder or '://' in folder or os.path.isdir(folder):
                continue
            raise FileNotFoundError(
                f'Expected a folder of images at {folder} (`{name}` in '
                f'`{loader}`), but there is none. Correct it, or have `mmlt '
                'new my_project --images FOLDER` write a config for yours.'
            )


def _folder(dataset: dict) -> tuple[str, str]:
    """The setting that says where the images of a data set are, and where."""
    root = dataset.get('data_root') or ''
    kind = str(dataset.get('type')).rpartition('.')[2]
    if kind == 'CustomDataset' and not dataset.get('ann_file'):
        return 'data_root', root
    prefix = dataset.get('data_prefix')
    if kind == 'LongTailedList' and isinstance(prefix, str) and prefix:
        return 'data_prefix', os.path.join(root, prefix)
    return '', ''


def _data_sets(settings: Any) -> Iterator[dict]:
    """A data set and those that it selects from."""
    if not isinstance(settings, dict):
        return
    yield settings
    for inner in (settings.get('dataset'), *(settings.get('datasets') or ())):
        yield from _data_sets(inner)
