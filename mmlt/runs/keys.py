"""Names of settings: those that are read, and those that nobody reads.

mmengine takes any name at the top of a config, and ignores those that it does
not know. That is how configs have variables of their own, and how a
misspelled setting changes nothing, in silence. So:

- an option of the command line must name a setting that is read, or one that
  the config has;
- in a file, a name that is almost that of a setting is an error, unless its
  value stands elsewhere in the config: then it is a variable.
"""

import difflib
import inspect
import logging
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mmengine.config import Config
from mmengine.logging import print_log
from mmengine.runner import FlexibleRunner, Runner

__all__ = ['SETTINGS', 'check_names', 'did_you_mean', 'override', 'nearest']

# at the top of a config: what mmengine's runners take,
SETTINGS = (
    {
        name
        for kind in (Runner, FlexibleRunner)
        for name in inspect.signature(kind.__init__).parameters
    }
    - {'self', 'cfg'}
) | {
    # what they read besides,
    'activation_checkpointing',
    'compile',
    'custom_imports',
    'efficient_conv_bn_eval',
    'find_unused_parameters',
    'model_wrapper_cfg',
    'runner_type',
    'sync_bn',
    # what mmpretrain reads,
    'tta_model',
    'tta_pipeline',
    # and what is ours
    'applied_overlays',
    'at_test',
    'first_stage',
    'needs',
    'overlays',
    'schedule',
}
# True or False, or a dict of how: `compile.mode=...` takes the place of False
SWITCHES = ('compile',)
# what is read before the options are merged, and what to do instead
EARLIER = {
    'applied_overlays': 'Name overlays after --with.',
    'at_test': 'It belongs into an overlay.',
    'custom_imports': 'Write it into a config of your own.',
    'needs': 'It belongs into an overlay.',
    'overlays': 'Name them after --with.',
    'schedule': 'It belongs into an overlay, such as `short`.',
}
# names of mmclassification 0.x, which nothing reads any more
FORMER = {
    'checkpoint_config': 'default_hooks.checkpoint',
    'data': 'train_dataloader, val_dataloader and test_dataloader',
    'dist_params': 'env_cfg.dist_cfg',
    'evaluation': 'val_evaluator and train_cfg.val_interval',
    'fp16': 'optim_wrapper.type',
    'log_config': 'default_hooks.logger',
    'lr_config': 'param_scheduler',
    'optimizer': 'optim_wrapper.optimizer',
    'optimizer_config': 'optim_wrapper.clip_grad',
    'resume_from': '--resume',
    'runner': 'train_cfg',
    'total_epochs': 'train_cfg.max_epochs',
    'workflow': 'train_cfg',
}
# how alike two names are, by difflib: 0.857 for train_config and train_cfg,
# 0.846 for test_loader and test_dataloader, the first of which is a variable
ALIKE = 0.85


def nearest(name: str, known: Sequence[str], cutoff: float = 0.6) -> str:
    """The known name that was probably meant, '' where none is near.

    One of the same letters goes first: bcse is bsce, and not cbce.

    Args:
        name: What was written.
        known: The names that there are.
        cutoff: How alike they must be, of 1.
    """
    lower = {word.lower(): word for word in sorted(known)}
    letters = sorted(name.lower())
    near = [word for word in lower if sorted(word) == letters]
    near += difflib.get_close_matches(name.lower(), lower, 1, cutoff)
    return lower[near[0]] if near else ''


def did_you_mean(name: str, known: Sequence[str]) -> str:
    """'Did you mean `train`? ', with a space behind; '' where none is near.

    Args:
        name: What was written.
        known: The names that there are.
    """
    near = nearest(name, known)
    return f'Did you mean `{near}`? ' if near else ''


def override(
    cfg: Config, options: Mapping[str, Any], source: str = '--cfg-options'
) -> None:
    """Override settings of a config, in place.

    Args:
        cfg: The config.
        options: Keys with dots to values.
        source: Where they come from, for the messages.

    Raises:
        ValueError: If a key names nothing that is read, or no element of a
            list, or a part of what has none.
    """
    for key, value in options.items():
        name, dot, _ = key.partition('.')
        is_dict = bool(dot) or isinstance(value, Mapping)
        if name in SWITCHES and is_dict and isinstance(cfg.get(name), bool):
            cfg[name] = {}
    for key in options:
        _check_key(cfg, key, source)
    try:
        cfg.merge_from_dict(dict(options))
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(
            f'Expected {source} to fit the config, but they do not ({error}). '
            'Name each setting as it stands in the config.'
        ) from error


def _check_key(cfg: Config, key: str, source: str) -> None:
    parts = key.split('.')
    if parts[0] not in cfg and parts[0] not in SETTINGS:
        raise ValueError(
            f'Expected {source} to name settings, but nothing reads '
            f'`{parts[0]}`. {_what_was_meant(cfg, parts[0])}'
        )
    if parts[0] in EARLIER:
        raise ValueError(
            f'Expected {source} to name settings that are read after them, '
            f'but got `{parts[0]}`, which is read before. {EARLIER[parts[0]]}'
        )
    if parts[0] not in SETTINGS:
        print_log(
            f'{source} {key}: `{parts[0]}` is a variable of the config file, '
            'which was read before. Override the settings where it is used.',
            logger='current',
            level=logging.WARNING,
        )
    value: Any = cfg._cfg_dict
    for number, part in enumerate(parts):
        place = '.'.join(parts[:number])
        if isinstance(value, Mapping):
            if part not in value:
                return  # a new setting: its part says if it has no such one
            value = value[part]
        elif isinstance(value, list | tuple):
            if not part.isdecimal() or int(part) >= len(value):
                raise ValueError(
                    f'Expected `{place}.N` with N from 0 to {len(value) - 1}, '
                    f'but got `{key}`: `{place}` is a list of {len(value)}. '
                    'Name one of them, or write the whole list.'
                )
            value = value[int(part)]
        elif value is None or isinstance(value, str | int | float):
            raise ValueError(
                f'Expected `{place}` to have settings of its own for '
                f'`{key}`, but it is {value!r}. Name another setting.'
            )


def _what_was_meant(cfg: Config, name: str) -> str:
    """A hint: a setting of almost this name, or one deeper in the config."""
    deep = [path for path in _paths(cfg._cfg_dict) if path.endswith(name)]
    deep = [path for path in deep if path.split('.')[-1] == name]
    near = nearest(name, SETTINGS)
    if deep and near.lower() != name.lower():
        words = ' or '.join(f'`{path}`' for path in deep[:3])
        return f'Did you mean {words}?'
    if near:
        return f'Did you mean `{near}`?'
    return f'Settings are {", ".join(sorted(SETTINGS & set(cfg.keys())))}.'


def _paths(part: Any, place: str = '') -> Iterator[str]:
    """Keys with dots of all that is in a config."""
    items: Iterator[tuple[Any, Any]] = iter(())
    if isinstance(part, Mapping):
        items = iter(part.items())
    elif isinstance(part, list | tuple):
        items = enumerate(part)
    for key, value in items:
        path = f'{place}.{key}' if place else str(key)
        yield path
        yield from _paths(value, path)


def check_names(settings: Mapping[str, Any], file: str) -> None:
    """See that no setting of a file is misspelled.

    Args:
        settings: What the file says, with what it inherits.
        file: Its name, for the messages.

    Raises:
        ValueError: If a name is almost that of a setting.
    """
    for name in settings:
        if name in SETTINGS or name.endswith('pipeline'):
            continue
        value = settings[name]
        if _stands_elsewhere(value, name, settings):
            continue
        near = nearest(name, SETTINGS, ALIKE) or _letters_swapped(name)
        if near:
            raise ValueError(
                f'Expected the settings of {file} to have names that are '
                f'read, but nothing reads `{name}`. Did you mean `{near}`?'
            )
        if name in FORMER:
            print_log(
                f'{file}: `{name}` was a setting of mmclassification 0.x and '
                f'is read no more. Now it is {FORMER[name]}.',
                logger='current',
                level=logging.WARNING,
            )


def _letters_swapped(name: str) -> str:
    for known in SETTINGS:
        if sorted(known) == sorted(name.lower()):
            return known
    return ''


def _stands_elsewhere(
    value: Any, name: str, settings: Mapping[str, Any]
) -> bool:
    """Whether a dict or list is part of another setting: a variable."""
    if not isinstance(value, dict | list) or not value:
        return False

    def holds(part: Any) -> bool:
        if isinstance(part, type(value)) and part == value:
            return True
        if isinstance(part, Mapping):
            return any(map(holds, part.values()))
        return isinstance(part, list | tuple) and any(map(holds, part))

    return any(holds(settings[n]) for n in settings if n != name)
