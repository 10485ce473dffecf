"""How a resumed training differs from the one that was begun.

The state of the optimizer and of the schedule of the learning rate includes
their settings, so that a resumed training goes on with those that it was
begun with, whatever the config says now. All others are those of the config.
"""

import logging
from collections.abc import Iterator, Mapping
from typing import Any

from mmengine.config import Config
from mmengine.logging import print_log

from .config_text import read_config_text
from .training_settings import plain, setting, training_settings

__all__ = ['check_resumed_settings']

# what is in the state: it is not read from the config again
IN_STATE = ('optim_wrapper.optimizer', 'param_scheduler')
# and this, where both trainings are of the kind that has it
RHO = 'optim_wrapper.rho'
# what the state must fit to
MUST_BE_SAME = (
    'optim_wrapper.optimizer.type',
    'optim_wrapper.paramwise_cfg',
    'optim_wrapper.constructor',
)
# where a part of the schedule ends that names no end of its own
LENGTHS = ('train_cfg.max_epochs', 'train_cfg.max_iters')


def check_resumed_settings(cfg: Config, meta: Mapping, source: str) -> None:
    """Say which settings a resumed training does not read, and which differ.

    Afterwards the config has those that the training goes on with.

    Args:
        cfg: Config of the training, changed in place.
        meta: Of the checkpoint that it goes on from.
        source: The checkpoint, for the message.

    Raises:
        ValueError: If the state of the optimizer is one of another
            optimizer, or of other groups of parameters.
    """
    try:
        earlier = read_config_text(meta['cfg'])
    except (KeyError, TypeError, ValueError, AttributeError):
        return  # not written by mmengine: nothing to compare with
    now = cfg.to_dict()
    for key in MUST_BE_SAME:
        ours, theirs = setting(now, key), setting(earlier, key)
        if ours != theirs:
            raise ValueError(
                f'Expected `{key}` to be {theirs!r}, with which {source} was '
                f'trained, but got {ours!r}: the state of an optimizer fits '
                'to no other. Resume with the same, or begin anew from its '
                f'weights: --cfg-options load_from={source} without --resume.'
            )
    in_state = [*IN_STATE]
    if None not in (setting(now, RHO), setting(earlier, RHO)):
        in_state.append(RHO)
    begun, own = training_settings(earlier), training_settings(now)
    if own['auto_scale_lr'] != begun['auto_scale_lr']:
        in_state.append('auto_scale_lr')
    changed = [
        text
        for key in in_state
        for text in _said(setting(now, key), setting(earlier, key), key)
    ]
    if changed:
        print_log(
            'A resumed training goes on with the optimizer and the schedule '
            f'that it was begun with. Not read: {", ".join(changed)}.',
            logger='current',
            level=logging.WARNING,
        )
        # so that the record of the run is true
        for key in in_state:
            parent, _, name = key.rpartition('.')
            settings = cfg[parent] if parent else cfg
            settings[name] = setting(earlier, key)
    _say_what_is_read(cfg, begun)
    for key in LENGTHS:
        ours, theirs = setting(now, key), setting(earlier, key)
        if ours and theirs and ours > theirs and cfg.get('param_scheduler'):
            print_log(
                f'`{key}` is {ours} and was {theirs}: the schedule ends where '
                'it did, and the learning rate then stays as it is.',
                logger='current',
                level=logging.WARNING,
            )


def _say_what_is_read(cfg: Config, begun: Mapping[str, Any]) -> None:
    """Name the settings with which a training does not go on as begun."""
    given = (cfg.get('first_stage') or {}).get('checkpoint_key')
    others = [
        text
        for key, ours in training_settings(cfg).items()
        if key not in (*LENGTHS, 'load_from')
        for text in _said(ours, begun[key], key, given)
    ]
    if others:
        print_log(
            'The training goes on with other settings than it was begun '
            f'with: {", ".join(others)}. A command does not know those of '
            'the one before: name --cfg-options, --with, --amp and --seed '
            'again.',
            logger='current',
            level=logging.WARNING,
        )


def _said(
    ours: Any, theirs: Any, key: str, left_out: str | None = None
) -> list[str]:
    """The settings below a key that differ, but one, with both values."""
    return [
        f'{name}={now!r} (saved: {before!r})'
        for name, now, before in differences(ours, theirs, key)
        if name != left_out
    ]


def differences(
    ours: Any, theirs: Any, key: str
) -> Iterator[tuple[str, Any, Any]]:
    """Keys with dots that differ, with both values."""
    if isinstance(ours, Mapping) and isinstance(theirs, Mapping):
        for name in sorted(ours.keys() | theirs.keys(), key=str):
            yield from differences(
                ours.get(name), theirs.get(name), f'{key}.{name}'
            )
    elif (
        isinstance(ours, list)
        and isinstance(theirs, list)
        and len(ours) == len(theirs)
        and all(isinstance(part, Mapping) for part in (*ours, *theirs))
    ):
        for number, pair in enumerate(zip(ours, theirs, strict=True)):
            yield from differences(*pair, f'{key}.{number}')
    elif plain(ours) != plain(theirs):
        yield key, ours, theirs
