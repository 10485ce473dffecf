"""The images of the classes that a config trains on."""

from mmengine.config import Config
from mmengine.registry import DATASETS, DefaultScope

from mmlt.datasets.counting import class_counts_of

from .splits import split_loader

__all__ = ['train_counts']


def train_counts(cfg: Config) -> tuple[list[int], list[str] | None]:
    """Training images per class, and the names of the classes.

    The data set is built, and no network.

    Args:
        cfg: Config of a training; its ``custom_imports`` have been imported.

    Returns:
        C numbers, and C names or None.

    Raises:
        ValueError: If the config has no training set, or its labels are not
            known.
    """
    with DefaultScope.overwrite_default_scope('mmpretrain'):
        dataset = DATASETS.build(split_loader(cfg, 'train')['dataset'])
    names = dataset.metainfo.get('classes')
    return class_counts_of(dataset).tolist(), names and [*map(str, names)]
