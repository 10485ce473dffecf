"""Any split of a config's data, with the pipeline of the test."""

import copy

from mmengine.config import Config

from mmlt.datasets.pipelines import pipeline_of, with_pipeline
from mmlt.structures.predictions import SPLITS


def split_loader(cfg: Config, split: str) -> dict:
    """Config of a loader of one split, in order, preprocessed as for a test.

    Args:
        cfg: The whole config.
        split: 'train', what was trained on; 'held-out', the other part of a
            ``HeldOutSplit``; 'val' or 'test'.

    Returns:
        Config of a dataloader.

    Raises:
        ValueError: If the config has no such split: it names none, trains on
            all images, or validates on its test set.
    """
    if split not in SPLITS:
        raise ValueError(
            f'Expected `split` to be one of {list(SPLITS)}, but got '
            f'{split!r}. Choose one of the list.'
        )
    name = {'held-out': 'train'}.get(split, split) + '_dataloader'
    for needed in (name, 'test_dataloader'):
        if cfg.get(needed) is None:
            raise ValueError(
                f'Expected the config to have a {needed}, but it has none. '
                'Add it, or choose another split.'
            )
    dataset = copy.deepcopy(cfg[name].dataset)
    if split == 'held-out':
        dataset, kind = unrepeated(dataset), dataset.get('type')
        if dataset.get('type') != 'HeldOutSplit':
            raise ValueError(
                'Expected the config to train with `HeldOutSplit`, but its '
                f'training set is {kind}: nothing was held '
                'out, the network knows every training image. Train '
                "--with held-out, or take the split 'val'."
            )
        dataset['part'] = 'held_out'
    if split == 'val' and _same_images(dataset, cfg.test_dataloader.dataset):
        raise ValueError(
            'Expected a validation set other than the test set, but the '
            'val_dataloader of this config has the test images. Use '
            '--split held-out of a run --with held-out (or --split test).'
        )
    loader = copy.deepcopy(cfg.test_dataloader)
    pipeline = pipeline_of(loader.pop('dataset'))
    loader['dataset'] = with_pipeline(dataset, pipeline)
    loader['sampler'] = dict(type='DefaultSampler', shuffle=False)
    loader['drop_last'] = False
    return loader


def unrepeated(dataset: dict) -> dict:
    """Config of a data set inside wrappers that repeat its images."""
    while dataset.get('type') in ('RepeatDataset', 'ClassBalancedDataset'):
        dataset = dataset['dataset']
    return dataset


def _same_images(one: dict, other: dict) -> bool:
    return with_pipeline(one, []) == with_pipeline(other, [])
