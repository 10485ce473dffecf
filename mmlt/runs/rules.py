"""What the values of settings must be: one table.

mmengine takes a learning rate of -1, milestones that are a text and an
interval of 0, and fails hours later, far from the setting, or never. The
table holds what can be said of a config alone; the parts check their own
arguments when they are built.
"""

import math
import numbers
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from mmengine.registry import FUNCTIONS, OPTIMIZERS, Registry

__all__ = ['NAMES', 'REGISTERED', 'RULES', 'Rule', 'is_whole']


@dataclass(frozen=True)
class Rule:
    """What a value must be.

    Args:
        words: The rule, after 'to be'.
        holds: Whether a value keeps it.
        step: What to do where it does not.
        may_be_none: Whether None is as if the setting were not there.
    """

    words: str
    holds: Callable[[Any], bool]
    step: str = 'Correct it in the config, or after --cfg-options.'
    may_be_none: bool = True


def is_whole(value: Any) -> bool:
    """Whether a value is an integer; True and False are none."""
    return isinstance(value, numbers.Integral) and not isinstance(value, bool)


def is_number(value: Any) -> bool:
    """Whether a value is a finite number; True and False are none."""
    return (
        isinstance(value, numbers.Real)
        and not isinstance(value, bool)
        and math.isfinite(value)
    )


def whole(least: int, or_minus_1: str = '', step: str = '') -> Rule:
    """An integer from ``least`` on; -1 too, where it means something."""

    def holds(value: Any) -> bool:
        return is_whole(value) and (
            value >= least or (bool(or_minus_1) and value == -1)
        )

    words = f'an integer >= {least}'
    if or_minus_1:
        words += f', or -1 ({or_minus_1})'
    return Rule(words, holds, step or Rule.step)


def number(
    words: str, holds: Callable[[float], bool], step: str = Rule.step
) -> Rule:
    """A finite number in a range."""
    return Rule(words, lambda value: is_number(value) and holds(value), step)


def list_of(words: str, holds: Callable[[Any], bool], step: str) -> Rule:
    """A list of which every element keeps a rule."""

    def each(value: Any) -> bool:
        return isinstance(value, list | tuple) and all(map(holds, value))

    return Rule(words, each, step)


NOT_NEGATIVE = number('a finite number >= 0', lambda x: x >= 0)
POSITIVE = number('a finite number > 0', lambda x: x > 0)
SHARE = number('a number in [0, 1)', lambda x: 0 <= x < 1)
AT_LEAST_1 = whole(1)
FROM_0 = whole(0)
SWITCH = Rule('True or False', lambda value: isinstance(value, bool))
LEVELS = ('DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL')


def one_of(*choices: str) -> Rule:
    """One of some words."""
    return Rule(
        ' or '.join(map(repr, choices)), lambda value: value in choices
    )


def a_dict(may_be_none: bool) -> Rule:
    """Settings by name."""
    return Rule(
        'a dict of settings',
        lambda value: isinstance(value, Mapping),
        may_be_none=may_be_none,
    )


LOADERS = ('train_dataloader', 'val_dataloader', 'test_dataloader')
# '*' stands for any one name or place in a list; None is always allowed
RULES: dict[str, Rule] = {
    **{
        name: a_dict(may_be_none=True)
        for name in (
            'model',
            'model.head',
            *LOADERS,
            'train_cfg',
            'val_cfg',
            'test_cfg',
            'optim_wrapper',
            'data_preprocessor',
            'default_hooks',
            'randomness',
            'visualizer',
        )
    },
    **{
        name: a_dict(may_be_none=False)
        for name in (
            'env_cfg',
            'model.backbone',
            'optim_wrapper.optimizer',
            'train_dataloader.dataset',
            # without one, images come in their order
            'train_dataloader.sampler',
        )
    },
    **{
        name: Rule(
            'a dict or a list of them',
            lambda value: isinstance(value, Mapping | list | tuple),
        )
        for name in ('param_scheduler', 'val_evaluator', 'test_evaluator')
    },
    **{
        name: SWITCH
        for name in (
            'resume',
            'find_unused_parameters',
            'data_preprocessor.to_rgb',
            'val_cfg.fp16',
            'test_cfg.fp16',
            *(f'{name}.pin_memory' for name in LOADERS),
            *(f'{name}.persistent_workers' for name in LOADERS),
        )
    },
    'compile': Rule(
        'True, False or a dict', lambda value: isinstance(value, bool | dict)
    ),
    'load_from': Rule(
        'the path of a checkpoint', lambda value: isinstance(value, str)
    ),
    'launcher': one_of('none', 'pytorch', 'slurm', 'mpi'),
    'log_level': Rule(
        f'one of {", ".join(LEVELS)}, or an integer',
        lambda value: value in LEVELS or is_whole(value),
    ),
    'sync_bn': one_of('torch', 'mmcv'),
    **{
        name: Rule(
            "a list of dict(type='...')",
            lambda value: (
                isinstance(value, list | tuple)
                and all(isinstance(v, Mapping) and 'type' in v for v in value)
            ),
        )
        for name in ('custom_hooks', 'train_dataloader.dataset.pipeline')
    },
    **{f'{name}.batch_size': AT_LEAST_1 for name in LOADERS},
    **{f'{name}.num_workers': FROM_0 for name in LOADERS},
    **{f'{name}.num_batch_per_epoch': AT_LEAST_1 for name in LOADERS},
    **{
        f'{name}.drop_last': Rule(
            'False: the last images would not be counted',
            lambda value: not value,
            'Drop the setting; every image of the evaluation counts.',
        )
        for name in LOADERS[1:]
    },
    'train_cfg.max_epochs': FROM_0,
    'train_cfg.max_iters': AT_LEAST_1,
    'train_cfg.val_interval': whole(
        1, step='`--no-validate` trains without evaluation.'
    ),
    'train_cfg.val_begin': FROM_0,
    'default_hooks.checkpoint.interval': whole(1, 'never'),
    'default_hooks.checkpoint.max_keep_ckpts': whole(1, 'all'),
    'default_hooks.logger.interval': AT_LEAST_1,
    'optim_wrapper.optimizer.lr': NOT_NEGATIVE,
    'optim_wrapper.optimizer.momentum': SHARE,
    'optim_wrapper.optimizer.weight_decay': NOT_NEGATIVE,
    'optim_wrapper.optimizer.nesterov': SWITCH,
    'optim_wrapper.optimizer.betas': list_of(
        'two numbers in [0, 1)', SHARE.holds, 'Such as (0.9, 0.999).'
    ),
    'optim_wrapper.accumulative_counts': AT_LEAST_1,
    'optim_wrapper.clip_grad.max_norm': POSITIVE,
    'optim_wrapper.clip_grad.clip_value': POSITIVE,
    'param_scheduler.*.begin': FROM_0,
    'param_scheduler.*.end': AT_LEAST_1,
    'param_scheduler.*.by_epoch': SWITCH,
    'param_scheduler.*.milestones': list_of(
        'a list of integers >= 1',
        AT_LEAST_1.holds,
        'In brackets: "param_scheduler.1.milestones=[15,18]".',
    ),
    'param_scheduler.*.gamma': POSITIVE,
    'param_scheduler.*.T_max': AT_LEAST_1,
    'param_scheduler.*.eta_min': NOT_NEGATIVE,
    'param_scheduler.*.as_published': SWITCH,
    'param_scheduler.*.every': AT_LEAST_1,
    'param_scheduler.*.start_factor': number(
        'a number in (0, 1]', lambda x: 0 < x <= 1
    ),
    'auto_scale_lr.base_batch_size': AT_LEAST_1,
    'auto_scale_lr.enable': SWITCH,
    'randomness.seed': Rule(
        'an integer in [0, 4294967296)',
        lambda value: is_whole(value) and 0 <= value < 2**32,
    ),
    'randomness.deterministic': SWITCH,
    'model.head.num_classes': AT_LEAST_1,
    'data_preprocessor.num_classes': AT_LEAST_1,
    'data_preprocessor.mean': list_of(
        'a list of numbers, one per channel', is_number, 'Such as [0, 0, 0].'
    ),
    'data_preprocessor.std': list_of(
        'a list of numbers > 0, one per channel',
        POSITIVE.holds,
        'Such as [255, 255, 255]; images are divided by it.',
    ),
    'work_dir': Rule(
        'the path of a folder', lambda value: isinstance(value, str) and value
    ),
}
# settings that are read by name from a dict, where another name is ignored
NAMES: dict[str, set[str]] = {
    'env_cfg': {'cudnn_benchmark', 'mp_cfg', 'dist_cfg', 'resource_limit'},
    'auto_scale_lr': {'enable', 'base_batch_size'},
    'randomness': {'seed', 'deterministic', 'diff_rank_seed'},
    'optim_wrapper.clip_grad': {
        'type',
        'max_norm',
        'norm_type',
        'error_if_nonfinite',
        'foreach',
        'clip_value',
    },
    'optim_wrapper.paramwise_cfg': {
        'custom_keys',
        'bias_lr_mult',
        'bias_decay_mult',
        'norm_decay_mult',
        'dwconv_decay_mult',
        'flat_decay_mult',
        'bypass_duplicate',
        'dcn_offset_lr_mult',
        # of mmpretrain's constructor with a rate per layer
        'layer_decay_rate',
        'num_layers',
        'decay_rate',
        'decay_type',
    },
}
# parts that mmengine looks up without a word where there is none
REGISTERED: dict[str, tuple[str, Registry]] = {
    'optim_wrapper.optimizer.type': ('optimizer', OPTIMIZERS),
    **{
        f'{name}.collate_fn.type': ('collate function', FUNCTIONS)
        for name in LOADERS
    },
    **{
        f'{name}.worker_init_fn.type': ('function', FUNCTIONS)
        for name in LOADERS
    },
}
