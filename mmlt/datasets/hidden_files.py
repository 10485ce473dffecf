"""Files and folders that other programs leave among images."""

import os
from pathlib import PurePath

from mmpretrain.datasets import CustomDataset

__all__ = ['check_no_hidden_files', 'is_hidden']

# without a dot in front: of macOS archives, Synology, QNAP and Windows
LEFTOVERS = {
    '__MACOSX',
    '@eaDir',
    '.@__thumb',
    '#recycle',
    '$RECYCLE.BIN',
    'System Volume Information',
    'Thumbs.db',
    'desktop.ini',
}


def is_hidden(path: str | PurePath) -> bool:
    """Whether a file is no image of a data set, by its name alone.

    True for what begins with a dot (``.ipynb_checkpoints``, ``._cat.jpg``),
    and for what file servers and archives add (``@eaDir``, ``__MACOSX``).

    Args:
        path: From the top of the data set.
    """
    return any(
        (part.startswith('.') and part not in ('.', '..')) or part in LEFTOVERS
        for part in PurePath(path).parts
    )


def check_no_hidden_files(dataset) -> None:
    """Check that mmpretrain's ``CustomDataset`` took images alone.

    It takes every folder for a class, and goes into hidden ones. Data sets of
    mmlt, and those with a list, are not looked at.

    Args:
        dataset: Any data set, or wrapper around one.

    Raises:
        ValueError: Naming one that is no image or no class.
    """
    for part in getattr(dataset, 'datasets', None) or []:
        check_no_hidden_files(part)
    if hasattr(dataset, 'dataset'):
        check_no_hidden_files(dataset.dataset)
    if not isinstance(dataset, CustomDataset) or dataset.ann_file:
        return
    if not hasattr(dataset, 'img_prefix') or hasattr(dataset, 'image_paths'):
        return
    dataset.full_init()
    root = dataset.img_prefix
    classes = [str(name) for name in dataset.metainfo.get('classes') or ()]
    images = [
        os.path.relpath(dataset.get_data_info(index)['img_path'], root)
        for index in range(len(dataset))
    ]
    for what, names in (('a class', classes), ('an image', images)):
        for name in names:
            if is_hidden(name):
                raise ValueError(
                    f'Expected folders of images alone in {root}, but {name} '
                    'was left there by another program, and would be '
                    f'{what}. Delete it, or write lists with '
                    'tools/dataset_tools/make_longtail.py, which leaves it '
                    'out.'
                )
