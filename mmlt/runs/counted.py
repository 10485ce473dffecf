"""What a run counts, looked at when it is built and before it begins.

A batch that is larger than its set gives no step, a sampler may go through a
part of the set, a part may begin after the last epoch: a table of results
comes out of it all. What makes the result wrong is an error here, and what
leaves images or settings out is said in the log.
"""

import copy
import random

import numpy as np
import torch
from mmengine.config import Config
from mmengine.dist import get_world_size
from mmengine.model import is_model_wrapper
from mmengine.registry import MODELS, DefaultScope
from mmengine.runner import BaseLoop, Runner
from torch import nn
from torch.utils.data import DataLoader

from .remarks import remarks

__all__ = [
    'check_later_stage',
    'check_test',
    'check_training',
    'count_accumulated',
]

# what gives an image twice, none at all, or never ends
DRAWING = ('InfiniteSampler', 'LongTailSampler', 'RepeatAugSampler')


def check_training(runner: Runner) -> None:
    """Look at the loaders of a training, and at what begins too late.

    Args:
        runner: Built, not yet run; its loops are built here.

    Raises:
        ValueError: If there is no batch to train or to evaluate on, or the
            mixture of images needs pairs that the sampler does not draw.
    """
    loop = runner.train_loop
    loader = loop.dataloader
    _check_batches(loader, 'train_dataloader')
    _say_what_is_left_out(runner, loader, 'train_dataloader')
    if runner._val_loop is not None:
        _check_evaluation(runner, runner.val_loop, 'val_dataloader')
    _check_classes(runner, loader)
    _check_pairs(runner, loader)
    for text in remarks(runner.cfg, _epochs(runner, loop)):
        runner.logger.warning(text)


def check_later_stage(cfg: Config) -> None:
    """Build the parts of a later stage, and forget them.

    What is wrong with its config is said before the first stage is trained,
    and not after it. The random numbers of that training stay as they are.

    Args:
        cfg: Config of the stage.

    Raises:
        ValueError: If its training has no batch.
        Exception: Whatever its parts say of their settings.
    """
    states = random.getstate(), np.random.get_state()
    scope = cfg.get('default_scope', 'mmengine')
    try:
        with (
            torch.random.fork_rng(devices=[]),
            DefaultScope.overwrite_default_scope(scope),
        ):
            MODELS.build(copy.deepcopy(cfg.model))
            loader = Runner.build_dataloader(
                copy.deepcopy(cfg.train_dataloader), seed=0
            )
            _check_batches(loader, 'train_dataloader')
    finally:
        random.setstate(states[0])
        np.random.set_state(states[1])


def check_test(runner: Runner) -> None:
    """Look at the loader of a test.

    Args:
        runner: Built, not yet run; its loop is built here.

    Raises:
        ValueError: If there is no batch, or not all images are counted once.
    """
    if runner._test_loop is not None:
        _check_evaluation(runner, runner.test_loop, 'test_dataloader')


def _epochs(runner: Runner, loop: BaseLoop) -> int | None:
    """Epochs of a training; passes over the set, where it counts steps."""
    if 'max_iters' in (runner.cfg.get('train_cfg') or {}):
        return -(-loop.max_iters // len(loop.dataloader))
    return getattr(loop, 'max_epochs', None)


def _check_batches(loader: DataLoader, name: str) -> None:
    if len(loader):
        return
    images = len(loader.dataset)
    if not images:
        raise ValueError(
            f'Expected images in `{name}.dataset`, but got none. Check its '
            'folder or list.'
        )
    processes = get_world_size()
    each = f' in each of {processes} processes' if processes > 1 else ''
    raise ValueError(
        f'Expected `{name}` to give a batch, but with drop_last=True and '
        f'batch_size={loader.batch_size} the {len(loader.sampler)} of '
        f'{images} images{each} give none. Take a smaller batch_size, or '
        'drop_last=False.'
    )


def _check_evaluation(runner: Runner, loop: BaseLoop, name: str) -> None:
    loader = loop.dataloader
    _check_batches(loader, name)
    kind = type(loader.sampler).__name__
    if kind in DRAWING or loader.drop_last:
        what = 'drop_last=True' if loader.drop_last else kind
        raise ValueError(
            f'Expected `{name}` to give every image once, but got {what}. '
            "Set sampler=dict(type='DefaultSampler', shuffle=False) and "
            'drop_last=False.'
        )
    _say_what_is_left_out(runner, loader, name)


def _say_what_is_left_out(
    runner: Runner, loader: DataLoader, name: str
) -> None:
    """Log which share of a set a loader goes through."""
    dataset, sampler = loader.dataset, loader.sampler
    images, drawn = len(dataset), len(sampler) * get_world_size()
    if getattr(dataset, '_indices', None) is not None:
        runner.logger.warning(
            f'`{name}.dataset.indices`: {images} images of the set are used.'
        )
    whole = getattr(dataset, '_dataset', None)
    if whole is not None:  # num_batch_per_epoch of mmengine
        runner.logger.warning(
            f'`{name}.num_batch_per_epoch`: the first {images} of '
            f'{len(whole)} images are used.'
        )
    if drawn < images:
        runner.logger.warning(
            f'`{name}.sampler` ({type(sampler).__name__}) goes through '
            f'{drawn} of {images} images.'
        )
    elif loader.drop_last and len(sampler) % loader.batch_size:
        left = len(sampler) % loader.batch_size
        runner.logger.info(
            f'`{name}.drop_last`: {left} of {len(sampler)} images are left '
            'out of each epoch, others each time where they are shuffled.'
        )


def _preprocessor(runner: Runner) -> nn.Module | None:
    """What prepares the batches of the model, if anything does."""
    model = runner.model
    model = model.module if is_model_wrapper(model) else model
    return getattr(model, 'data_preprocessor', None)


def _check_classes(runner: Runner, loader: DataLoader) -> None:
    """Classes of the data preprocessor, which count where images are mixed."""
    number = getattr(_preprocessor(runner), 'num_classes', None)
    names = (getattr(loader.dataset, 'metainfo', None) or {}).get('classes')
    if number is None or not names or number == len(names):
        return
    runner.logger.warning(
        f'`data_preprocessor.num_classes` is {number}, but the training set '
        f'has {len(names)} classes: set it to {len(names)}. Labels that are '
        'mixed or smoothed would have the wrong length.'
    )


def _check_pairs(runner: Runner, loader: DataLoader) -> None:
    """See that the sampler draws the pairs that a mixture of images needs."""
    mixing = getattr(_preprocessor(runner), 'mixing', None)
    if not getattr(mixing, 'needs_pairs', False):
        return
    if not getattr(loader.sampler, 'pair_with_uniform', False):
        raise ValueError(
            'Expected `train_dataloader.sampler` to draw pairs for '
            f'{type(mixing).__name__}, but got '
            f'{type(loader.sampler).__name__} without them: half of the '
            'images would be dropped. Set it to '
            "dict(type='LongTailSampler', strategy='class_balanced', "
            'pair_with_uniform=True).'
        )


def count_accumulated(runner: Runner) -> None:
    """Let ``auto_scale_lr`` count the batches that a step accumulates.

    mmengine takes batch size times processes for the batch of a step. With
    ``accumulative_counts`` there are as many batches in a step, and the
    learning rate belongs to all of them: base batch size and accumulated
    batches together give the factor.

    Args:
        runner: Built, not yet run.

    Raises:
        ValueError: If the learning rate is to be scaled and cannot be.
    """
    strategy = getattr(runner, 'strategy', None)
    holder = runner if strategy is None else strategy
    name = 'auto_scale_lr' if strategy is None else '_auto_scale_lr'
    setting = getattr(holder, name)
    if not (setting or {}).get('enable'):
        return
    if not setting.get('base_batch_size'):
        raise ValueError(
            'Expected `auto_scale_lr` to have the batch size that the '
            'learning rate is for, but it has none. Set '
            'auto_scale_lr.base_batch_size.'
        )
    if (
        strategy
        and '_scale_lr' not in type(strategy).prepare.__code__.co_names
    ):
        raise ValueError(
            f'Expected no `auto_scale_lr` with {type(strategy).__name__}, '
            'which does not scale the learning rate, but it is enabled. Set '
            'optim_wrapper.optimizer.lr yourself.'
        )
    counts = (runner.cfg.get('optim_wrapper') or {}).get('accumulative_counts')
    if counts is None or counts == 1:
        return
    base = setting['base_batch_size']
    setattr(holder, name, {**setting, 'base_batch_size': base / counts})
    runner.logger.info(
        f'auto_scale_lr: the learning rate is for {base} images in a step; '
        f'{counts} batches are accumulated, so for {base / counts:g} in each.'
    )
