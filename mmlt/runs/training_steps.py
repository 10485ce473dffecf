"""What a config does to a training image, in words."""

from collections.abc import Mapping, Sequence
from typing import Any

from mmengine.config import Config

from mmlt.datasets.pipelines import pipeline_of

__all__ = ['SHOWN_LEVEL', 'preprocessor_of', 'training_steps']

LONGEST = 60  # characters of a setting; more is left out
# level of augmentation in pictures, where trainings find it out for each class
SHOWN_LEVEL = 3


def preprocessor_of(cfg: Config) -> dict:
    """Config of the data preprocessor, as the runner and the model make it.

    Args:
        cfg: Config of a training.
    """
    found = cfg.model.get('data_preprocessor')
    found = cfg.get('data_preprocessor') if found is None else found
    return {
        'type': 'ClsDataPreprocessor',
        # mmpretrain's batch augmentations may be named by the model
        'batch_augments': cfg.model.get('train_cfg'),
        **(found or {}),
    }


def training_steps(cfg: Config) -> dict[str, list[str]]:
    """What is done to a training image, from the file to the network.

    Args:
        cfg: Config of a training.

    Returns:
        Heading to lines, in order; a heading without lines is left out.
    """
    loader = cfg.train_dataloader
    pixels = preprocessor_of(cfg)
    steps = {
        'Drawn by': [in_words(loader.get('sampler'))],
        'Each image, as it is loaded': [
            in_words(step) for step in pipeline_of(loader.dataset)
        ],
        f'Each batch of {loader.get("batch_size")}, on the device': [
            in_words(step)
            for step in (*(pixels.get('augments') or ()), *_graded(pixels))
        ],
        **{
            f'View {number} of it': [in_words(step) for step in view]
            for number, view in enumerate(_further_views(pixels), start=2)
        },
        'Normalized (undone in the pictures)': [
            f'mean {list(pixels["mean"])}, standard deviation '
            f'{list(pixels["std"])}'
        ]
        if pixels.get('mean') is not None
        else [],
        'Mixed with other images of the batch': [
            in_words(step)
            for step in (pixels.get('mixing'), *_batch_augments(pixels))
            if step
        ],
        'Mixed inside the network (not in the pictures)': [
            in_words(step) for step in [cfg.model.get('mixing')] if step
        ],
    }
    if cfg.get('first_stage'):
        steps['These are the images of the second stage; the first is'] = [
            in_words(cfg.first_stage)
        ]
    return {heading: lines for heading, lines in steps.items() if lines}


def _graded(pixels: Mapping) -> list:
    """Augmentations by the level of a class, and those after them."""
    if pixels['type'] != 'CurriculumDataPreprocessor':
        return []
    words = (
        'BatchGradedAugment, as strong as the network can follow class by '
        f'class; in the pictures level {SHOWN_LEVEL}'
    )
    return [words, *(pixels.get('later_augments') or ())]


def _further_views(pixels: Mapping) -> Sequence[Sequence]:
    """Augmentations of the views after the first, of contrastive methods."""
    second = pixels.get('second_augments')
    return pixels.get('other_augments') or ([second] if second else [])


def _batch_augments(pixels: Mapping) -> Sequence:
    """Batch augmentations of mmpretrain, of which each batch gets one."""
    found = (pixels.get('batch_augments') or {}).get('augments') or ()
    return [found] if isinstance(found, Mapping) else found


def in_words(step: Any) -> str:
    """A part of a config as a call: 'BatchRandomFlip(prob=0.5)'."""
    if not isinstance(step, Mapping):
        return str(step)
    kind = step.get('type', '')
    kind = kind if isinstance(kind, str) else kind.__name__
    settings = []
    for name, value in step.items():
        if name == 'type':
            continue
        text = repr(value)
        settings.append(f'{name}={text if len(text) <= LONGEST else "..."}')
    return f'{kind}({", ".join(settings)})' if settings else kind
