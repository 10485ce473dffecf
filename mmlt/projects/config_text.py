"""The config of a project: a recipe of mmlt on the images of a person."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mmengine.config import Config

from mmlt.functional import shot_groups
from mmlt.runs.keys import did_you_mean
from mmlt.runs.recipe_files import CONFIGS
from mmlt.runs.recipes import load_recipe
from mmlt.runs.shipped import method_names

__all__ = [
    'ProjectData',
    'config_text',
    'known_methods',
    'own_limits',
    'recipe_of',
]

NETWORK = 'resnet18_images'
# workers that read images: more than processors only wait
MOST_WORKERS = 4
LONGEST_INTERVAL = 50  # steps without a line in the log
BASE_SIZE = 64  # of configs/_base_/datasets/image_folder.py

PIPELINES = """
train_pipeline = [
    dict(type='LoadImageFromFile'),
    dict(
        type='RandomResizedCrop', scale={size}, crop_ratio_range=(0.5, 1.0)
    ),
    dict(type='PackInputs'),
]
test_pipeline = [
    dict(type='LoadImageFromFile'),
    dict(type='Resize', scale=({size}, {size})),
    dict(type='PackInputs'),
]
"""
TEXT = '''"""{title} on {classes} classes of images.

{train} images for training, {largest} to {smallest} of a class.
Another method: change the name after `mmlt::` (`mmlt recipes` lists them).
What is written here overrides the recipe.
"""

_base_ = 'mmlt::{recipe}.py'
{pipelines}
lists = dict(
    _delete_=True,
    type='LongTailedList',
    data_root={here},
    data_prefix={images},
    classes={names},
)
train_dataloader = dict(
    batch_size={batch},
    num_workers={workers},
    dataset=dict(lists, ann_file='train.txt', pipeline={of}train_pipeline),
)
val_dataloader = dict(
    num_workers={workers},
    dataset=dict(lists, ann_file='val.txt', pipeline={of}test_pipeline),
)
test_dataloader = dict(
    num_workers={workers},
    dataset=dict(lists, ann_file='test.txt', pipeline={of}test_pipeline),
)
model = dict({model})
data_preprocessor = dict(num_classes={classes})
# the rate of the recipe, {rate} for {base} images a step, by the batch: {lr}
auto_scale_lr = dict(enable=True)
default_hooks = dict(logger=dict(interval={interval}))  # steps for a line
{groups}'''
GROUPS = """
# Many-shot classes have more than {many} training images, few-shot ones fewer
# than {few}, about a third each. Of the published 100 and 20 a group is empty.
val_evaluator = dict(
    metrics=[
{val}
    ]
)
test_evaluator = dict(
    metrics=[
{test}
    ]
)
"""
# metrics that have limits of the groups
GROUPED = ('ShotAccuracy', 'LongTailMetric')


@dataclass(frozen=True)
class ProjectData:
    """What the config of a project says of its data.

    Args:
        folder: Of the project, absolute: lists and configs.
        images: Folder of the images, absolute.
        counts: (C,) training images of each class.
        size: Pixels of an edge that the network sees.
        batch_size: Images of a step.
        pretrained: File or address of the weights that the ResNet-18 begins
            with; None: random ones.
    """

    folder: Path
    images: Path
    counts: Sequence[int]
    size: int
    batch_size: int
    pretrained: str | None = None


def known_methods() -> dict[str, str]:
    """Name of each method for images of your own to its recipe.

    'bsce' is bsce/resnet18_images, 'drw-ldam' is drw/ldam_resnet18_images.
    """
    found = {}
    for path in sorted(CONFIGS.glob(f'*/*{NETWORK}.py')):
        variant = path.stem.removesuffix(NETWORK).rstrip('_')
        words = [path.parent.name, variant] if variant else [path.parent.name]
        found['-'.join(words)] = f'{path.parent.name}/{path.stem}'
    return found


def recipe_of(method: str) -> str:
    """Recipe of a method.

    Raises:
        ValueError: If there is none.
    """
    known = known_methods()
    if method not in known:
        raise ValueError(
            f'Expected `--method` to be a method, but got {method!r}. '
            f'{did_you_mean(method, list(known))}Known: {", ".join(known)}.'
        )
    return known[method]


def config_text(method: str, data: ProjectData) -> str:
    """Text of the config of a method on the images of a project.

    It is Python that mmengine's own ``Config.fromfile`` reads, once ``mmlt``
    is imported. The lists are found from where the file is; the images have
    their absolute path.

    Args:
        method: Its name, as :func:`known_methods` has them.
        data: Of the project.

    Raises:
        ValueError: If there is no such method.
    """
    recipe = recipe_of(method)
    cfg = load_recipe(recipe)
    base, rate = cfg.auto_scale_lr.base_batch_size, cfg.optim_wrapper.optimizer
    classes = len(data.counts)
    model = [f'head=dict(num_classes={classes})']
    if 'teacher' in cfg.model:
        model += [f'teacher=dict(head=dict(num_classes={classes}))']
    if data.pretrained is not None:
        weights = f"type='Pretrained', checkpoint={data.pretrained!r}"
        model += [f'backbone=dict(init_cfg=dict({weights}))']
    of_base = data.size == BASE_SIZE
    return TEXT.format(
        title=method_names()[recipe.partition('/')[0]],
        classes=classes,
        train=f'{sum(data.counts):,}',
        largest=f'{max(data.counts):,}',
        smallest=f'{min(data.counts):,}',
        recipe=recipe,
        pipelines='' if of_base else PIPELINES.format(size=data.size),
        of='_base_.' if of_base else '',
        here=_place(data.folder),
        images=repr(str(data.images)),
        names=_place(data.folder, 'classes.txt'),
        batch=data.batch_size,
        model=model_text(model),
        rate=f'{rate.lr:g}',
        base=base,
        lr=f'{rate.lr * data.batch_size / base:g}',
        workers=min(MOST_WORKERS, os.cpu_count() or 1),
        interval=log_interval(data),
        groups=groups_text(cfg, own_limits(data.counts)),
    )


def groups_text(cfg: Config, limits: dict[str, int] | None) -> str:
    """The metrics of a recipe with limits of the groups; '' for None."""
    if limits is None:
        return ''
    return GROUPS.format(
        **limits,
        val=metrics_text(cfg.val_evaluator.metrics, limits),
        test=metrics_text(cfg.test_evaluator.metrics, limits),
    )


def own_limits(counts: Sequence[int]) -> dict[str, int] | None:
    """Limits of the groups, where the published ones leave one empty.

    Args:
        counts: (C,) training images of each class.

    Returns:
        ``many`` and ``few``, by which each group has about a third of the
        classes; None where each has a class by 100 and 20, or where classes
        are so few or so equal that one would be empty by others too.
    """

    def all_there(**limits: int) -> bool:
        groups = shot_groups(counts, **limits)
        return all(of.any() for of in groups.values())

    ranked, third = sorted(counts), len(counts) // 3
    if all_there() or not third:
        return None
    # a long tail may have more than a third of its classes at one image
    many, few = ranked[-third] - 1, max(ranked[third], ranked[0] + 1)
    if few > many or not all_there(many=many, few=few):
        return None
    return dict(many=many, few=few)


def metrics_text(metrics: Sequence[dict], limits: dict[str, int]) -> str:
    """The list of metrics as Python, a line each."""
    lines = []
    for metric in metrics:
        own = {**metric, **(limits if metric['type'] in GROUPED else {})}
        words = ', '.join(f'{key}={value!r}' for key, value in own.items())
        lines.append(f'        dict({words}),')
    return '\n'.join(lines)


def model_text(parts: Sequence[str]) -> str:
    """Inside of `model = dict(...)`, on one line where there is room."""
    if len(parts) == 1:
        return parts[0]
    return ''.join(['\n', *(f'    {part},\n' for part in parts)])


def log_interval(data: ProjectData) -> int:
    """Steps from one line of the log to the next: four an epoch, or 50."""
    steps = sum(data.counts) // data.batch_size
    return min(LONGEST_INTERVAL, max(steps // 4, 1))


def _place(folder: Path, name: str = '') -> str:
    """Python text of a path in the folder of the config itself."""
    if any(letter in str(folder) for letter in '\'"\\{}\n'):
        # mmengine puts the folder into the text as it is
        return repr(str(folder / name))
    return repr('/'.join(['{{ fileDirname }}', *([name] if name else [])]))
