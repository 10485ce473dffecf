"""Images of the test set of a run, as a person would see them."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from mmengine.registry import DATASETS, DefaultScope
from mmengine.utils import import_modules_from_strings
from PIL import Image, ImageOps

from .folder import config_and_checkpoint
from .preflight import read_config
from .splits import split_loader

__all__ = ['image_of', 'read_test_images']


def read_test_images(
    work_dir: str | Path, rows: Sequence[int]
) -> list[Image.Image] | str:
    """Some images of the test set, without the pipeline.

    Args:
        work_dir: Folder of a run.
        rows: Their places in the test set, 0 the first.

    Returns:
        One for each row, RGB; or, as a part of a sentence, why they cannot
        be had: the config or the data is no longer there, or the data set
        has no images to show.
    """
    config, _ = config_and_checkpoint(Path(work_dir))
    try:
        cfg = read_config(config)
        if cfg.get('custom_imports'):
            import_modules_from_strings(**cfg.custom_imports)
        with DefaultScope.overwrite_default_scope('mmpretrain'):
            dataset = DATASETS.build(split_loader(cfg, 'test')['dataset'])
        return [image_of(dataset.get_data_info(row)) for row in rows]
    except (OSError, ValueError, LookupError, AttributeError) as error:
        return _why(error)


def _why(error: Exception) -> str:
    """What is wrong, as a part of a sentence."""
    if isinstance(error, FileNotFoundError) and error.filename:
        return f'{error.filename} is not there'
    said = str(error).splitlines()
    name = type(error).__name__
    return f'{said[0].rstrip(".")} ({name})' if said else name


def image_of(info: dict) -> Image.Image:
    """The image of an entry of a data set, in memory or a file."""
    if 'img' in info:
        return Image.fromarray(np.asarray(info['img'])).convert('RGB')
    with Image.open(info['img_path']) as image:
        return ImageOps.exif_transpose(image).convert('RGB')
