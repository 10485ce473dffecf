"""A recipe as mmpretrain's inferencer reads it."""

import copy

from mmengine.config import Config
from mmpretrain.registry import DATASETS


def inference_config(config: Config | str) -> Config:
    """A config for ``mmpretrain.ImageClassificationInferencer``.

    The inferencer reads image files, or arrays, as BGR, and does with them
    what ``test_dataloader.dataset.pipeline`` says. The in-memory data sets
    have no pipeline and are RGB: here they get one, and the preprocessor
    swaps the channels. A recipe for image files is left as it is.

    Args:
        config: Config or its path.

    Returns:
        A copy.

    Raises:
        ValueError: If it has no ``test_dataloader``, or no pipeline and no
            known image size.
    """
    if isinstance(config, str):
        config = Config.fromfile(config)
    config = copy.deepcopy(config)
    if reads_files(config):
        return config
    dataset = dataset_settings(config)
    size = input_size(config)
    height, width = (size, size) if isinstance(size, int) else size
    dataset.pipeline = [
        dict(type='LoadImageFromFile'),
        dict(type='Resize', scale=(width, height)),
        *(dataset.get('pipeline') or [dict(type='PackInputs')]),
    ]
    settings = preprocessor_settings(config)
    settings['to_rgb'] = not settings.get('to_rgb', False)
    return config


def dataset_settings(config: Config) -> Config:
    """Settings of the data set that a recipe tests on.

    Raises:
        ValueError: If there is none.
    """
    loader = config.get('test_dataloader')
    if loader is None:
        raise ValueError(
            'Expected the config to have a `test_dataloader`, whose pipeline '
            'says how an image is prepared, but it has none. '
            'Name the config that the checkpoint was trained with.'
        )
    return loader.dataset


def preprocessor_settings(config: Config) -> Config:
    """Settings of the data preprocessor, of the model or beside it."""
    inside = config.model.get('data_preprocessor')
    if inside is not None:
        return inside
    if config.get('data_preprocessor') is None:
        config.data_preprocessor = dict(type='ClsDataPreprocessor')
    return config.data_preprocessor


def reads_files(config: Config) -> bool:
    """Whether the test set is of image files, and not of arrays."""
    steps = dataset_settings(config).get('pipeline') or []
    return any(step['type'].startswith('LoadImage') for step in steps)


def network_reads_rgb(config: Config) -> bool:
    """Whether the network gets RGB: a file is BGR, an array of ours RGB."""
    swaps = preprocessor_settings(config).get('to_rgb', False)
    return swaps == reads_files(config)


def input_size(config: Config) -> int | tuple[int, int]:
    """Side of the images that the network gets at test, in pixels.

    Returns:
        One number for squares, else (height, width).

    Raises:
        ValueError: If the recipe does not say it.
    """
    dataset = dataset_settings(config)
    size = None
    for step in dataset.get('pipeline') or []:
        if step['type'] in ('CenterCrop', 'RandomCrop', 'RandomResizedCrop'):
            size = step.get('crop_size', step.get('scale'))
            size = size if isinstance(size, int) else tuple(size)
        elif step['type'] == 'Resize' and not isinstance(step['scale'], int):
            width, height = step['scale']
            size = (height, width)
        elif step['type'] == 'Resize':
            size = step['scale']
    if size is None:
        size = getattr(DATASETS.get(dataset.type), 'image_size', None)
    if size is None:
        raise ValueError(
            'Expected the test pipeline to say the size of the images '
            '(`CenterCrop` or `Resize`), or the data set to have an '
            f'`image_size`, but {dataset.type} has neither. Pass the size.'
        )
    if not isinstance(size, int) and size[0] == size[1]:
        size = size[0]
    return size
