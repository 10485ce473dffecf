"""Folders of images that a config names and that are not there."""

import os
from collections.abc import Iterator
from typing import Any

from mmengine.config import Config

__all__ = ['check_image_folders']


def check_image_folders(cfg: Config) -> None:
    """See that folders with one subfolder per class are there.

    ``CustomDataset`` says of one that is missing only that it is.

    Args:
        cfg: Config of a training.

    Raises:
        FileNotFoundError: Naming the first folder that is missing.
    """
    for loader in ('train_dataloader', 'val_dataloader'):
        for dataset in _data_sets((cfg.get(loader) or {}).get('dataset')):
            root = dataset.get('data_root') or ''
            if (
                dataset.get('type') != 'CustomDataset'
                or dataset.get('ann_file')
                or '://' in root
                or not root
                or os.path.isdir(root)
            ):
                continue
            raise FileNotFoundError(
                f'Expected a folder of images at {root} (`data_root` in '
                f'`{loader}`), but there is none. Correct it, or have `mmlt '
                'new my_project --images FOLDER` write a config for yours.'
            )


def _data_sets(settings: Any) -> Iterator[dict]:
    """A data set and those that it selects from."""
    if not isinstance(settings, dict):
        return
    yield settings
    for inner in (settings.get('dataset'), *(settings.get('datasets') or ())):
        yield from _data_sets(inner)
