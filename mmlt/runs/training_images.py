"""Training images of a config, as its network sees them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import numpy as np
import torch
from mmengine.config import Config
from mmengine.registry import MODELS, DefaultScope
from mmengine.runner import Runner
from PIL import Image
from torch import Tensor

from mmlt.datasets.counting import class_counts_of
from mmlt.datasets.labels import dataset_labels
from mmlt.datasets.pipelines import pipeline_of
from mmlt.datasets.seeded_batches import SeededBatch, restore, states
from mmlt.functional import percent
from mmlt.functional.schedule import epoch_of
from mmlt.structures import MixedLabels, labels_of
from mmlt.structures.training_images import (
    ClassImages,
    ShownImage,
    TrainingImages,
)

from .preflight import complete_config
from .shown_images import image_of
from .training_steps import SHOWN_LEVEL, preprocessor_of, training_steps

__all__ = ['across_the_tail', 'training_images']

# of a soft label, the share below which a class is not named
LEAST_SHARE = 0.005


def training_images(
    cfg: Config,
    classes: int = 12,
    per_class: int = 2,
    versions: int = 3,
    seed: int = 0,
) -> TrainingImages:
    """Some training images of some classes, as they are and as they are fed.

    They go through the pipeline, the collate function and the data
    preprocessor of the training, with its random numbers: each version is
    that of another epoch. Where images of a batch are mixed, they are among
    as many as a batch has, drawn by the sampler of the training. No network
    is built.

    Args:
        cfg: Config of a training; its ``custom_imports`` have been imported.
        classes: How many are shown, from the most frequent to the rarest.
        per_class: Images of each, or all where there are fewer.
        versions: Of each image.
        seed: Of the draw and of the random numbers.

    Raises:
        ValueError: If the labels of the training set are not known, or its
            images are neither gray nor of three colors.
    """
    cfg = complete_config(cfg)
    with (
        seeded(seed),
        DefaultScope.overwrite_default_scope('mmpretrain'),
    ):
        loader = Runner.build_dataloader(
            {
                **cfg.train_dataloader,
                'num_workers': 0,
                'persistent_workers': False,
                'pin_memory': False,
            },
            seed=seed,
        )
        pixels = MODELS.build(preprocessor_of(cfg))
        dataset = loader.dataset
        labels = dataset_labels(dataset)
        counts = class_counts_of(dataset).tolist()
        chosen = across_the_tail(counts, classes)
        rows = drawn_rows(labels, chosen, per_class, seed)
        batch = [row for of_class in rows for row in of_class]
        if mixes(pixels):
            most = max(loader.batch_size or 0, len(batch))
            batch += islice(iter(loader.sampler), most - len(batch))
        names = dataset.metainfo.get('classes') or range(len(counts))
        names = [str(name) for name in names]
        infos = [dataset.get_data_info(row) for row in batch]
        is_bgr = order_is_bgr(infos[0], cfg, pixels)
        fed = with_partners(batch, loader.sampler, pixels)
        epochs = cfg.train_cfg.get('max_epochs') or versions
        # what mixes from some epoch on is seen mixing
        begin = getattr(getattr(pixels, 'mixing', None), 'begin', 0)
        first = epoch_of(begin, epochs)
        seen = [
            as_seen(loader, pixels, fed, epoch, seed, epochs, names)
            for epoch in range(first, first + versions)
        ]
    place = 0
    shown = []
    for c, of_class in zip(chosen, rows, strict=True):
        images = []
        for _ in of_class:
            views = [view[place] for epoch in seen for view in epoch]
            images.append(
                ShownImage(
                    image_of(infos[place]),
                    Path(infos[place].get('img_path') or '').name,
                    [as_picture(image, is_bgr) for image, _ in views],
                    [words for _, words in views],
                )
            )
            place += 1
        shown.append(ClassImages(names[c], counts[c], images))
    kind = type(dataset).__name__
    return TrainingImages(kind, counts, shown, training_steps(cfg), seed)


def across_the_tail(counts: Sequence[int], number: int) -> list[int]:
    """Classes at equal steps from the most frequent to the rarest.

    Args:
        counts: (C,) training images per class.
        number: Of classes, >= 1; one is the most frequent.

    Returns:
        At most ``number`` classes that have images, most images first, ties
        by index; first and last are the two ends.
    """
    order = np.argsort(-np.asarray(counts), kind='stable')
    order = order[: np.count_nonzero(counts)]
    places = np.linspace(0, len(order) - 1, min(number, len(order)))
    return order[places.round().astype(int)].tolist()


def drawn_rows(
    labels: np.ndarray, classes: Sequence[int], each: int, seed: int
) -> list[list[int]]:
    """For each class the rows of some of its images, drawn by a seed."""
    generator = np.random.default_rng(seed)
    found = []
    for c in classes:
        mine = np.flatnonzero(labels == c)
        number = min(each, len(mine))
        drawn = generator.choice(mine, number, replace=False)
        found.append(sorted(drawn.tolist()))
    return found


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Let the random numbers of a training with a seed be drawn inside."""
    kept = states()
    torch.default_generator.manual_seed(seed)  # read by EpochGenerator
    try:
        yield
    finally:
        restore(*kept)


def mixes(pixels: torch.nn.Module) -> bool:
    """Whether a data preprocessor mixes images of a batch."""
    parts = ('mixing', 'batch_augments')
    return any(getattr(pixels, part, None) is not None for part in parts)


def with_partners(
    rows: Sequence[int], sampler: Iterable[int], pixels: torch.nn.Module
) -> list[int]:
    """Rows of a batch, each before one to mix with where pairs are mixed."""
    if not getattr(getattr(pixels, 'mixing', None), 'needs_pairs', False):
        return list(rows)
    partners = islice(cycle(sampler), 1, None, 2)
    pairs = zip(rows, partners, strict=False)
    return [row for pair in pairs for row in pair]


def as_seen(
    loader, pixels, rows: Sequence[int], epoch: int, seed: int, epochs, names
) -> list[list[tuple[Tensor, str]]]:
    """A batch as the network gets it in an epoch.

    Returns:
        For each view (one, or as many as the preprocessor makes) and each
        image: (3, H, W) without the normalization, and its label in words.
    """
    indices = SeededBatch(rows, seed, epoch, range(len(rows)))
    dataset = loader.dataset
    if hasattr(dataset, '__getitems__'):  # as torch's DataLoader asks
        items = dataset.__getitems__(indices)
    else:
        items = [dataset[row] for row in indices]
    for part in pixels.modules():
        if hasattr(part, 'set_progress'):
            part.set_progress(epoch, epochs)
        if hasattr(part, 'suppose'):
            part.suppose(SHOWN_LEVEL)
    batch = pixels(loader.collate_fn(items), training=True)
    inputs = batch['inputs']
    views = inputs if isinstance(inputs, tuple) else (inputs,)
    words = label_words(labels_of(batch['data_samples']), names)
    return [
        [
            (without_normalization(image, pixels), text)
            for image, text in zip(view, words, strict=True)
        ]
        for view in views
    ]


def without_normalization(image: Tensor, pixels: torch.nn.Module) -> Tensor:
    """(C, H, W) as it was before mean and standard deviation."""
    if not getattr(pixels, '_enable_normalize', False):
        return image
    return image * pixels.std + pixels.mean


def label_words(labels: Any, names: Sequence[str]) -> list[str]:
    """For each image what it is labeled with, '' where that is its class."""
    if isinstance(labels, MixedLabels):
        hot = [
            torch.nn.functional.one_hot(label, len(names)).double()
            for label in (labels.label_a, labels.label_b)
        ]
        weight = labels.weight.double()[:, None]
        labels = weight * hot[0] + (1 - weight) * hot[1]
    if labels.dim() == 1:
        return [''] * len(labels)
    found = []
    for shares in labels:
        ordered = shares.argsort(descending=True).tolist()
        found.append(
            ', '.join(
                f'{percent(shares[c]):.0f}\N{NO-BREAK SPACE}% {names[c]}'
                for c in ordered
                if shares[c] >= LEAST_SHARE
            )
        )
    return found


def order_is_bgr(info: Mapping, cfg: Config, pixels: torch.nn.Module) -> bool:
    """Whether the network gets blue before red, as OpenCV reads files."""
    turns = [bool(getattr(pixels, 'to_rgb', False))]
    for step in pipeline_of(cfg.train_dataloader.dataset):
        turns += [bool(step.get(name)) for name in ('to_rgb', 'to_bgr')]
    return ('img' not in info) != (sum(turns) % 2 == 1)


def as_picture(image: Tensor, is_bgr: bool) -> Image.Image:
    """A picture of (C, H, W) from 0 to 255, RGB.

    Raises:
        ValueError: If it has neither one channel nor three.
    """
    if len(image) not in (1, 3):
        raise ValueError(
            'Expected images of one channel (gray) or three (colors) to '
            f'show, but the network gets {len(image)}. There is no picture '
            'of them.'
        )
    values = image.detach().round().clamp(0, 255).byte().cpu()
    values = values.expand(3, -1, -1)
    if is_bgr:
        values = values.flip(0)
    return Image.fromarray(values.permute(1, 2, 0).contiguous().numpy())
