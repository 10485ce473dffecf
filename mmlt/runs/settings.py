"""See that the settings of a config can be, before anything is written."""

import inspect
from collections.abc import Iterator, Mapping
from typing import Any

from mmengine.config import Config
from mmengine.registry import HOOKS, LOOPS, Registry
from mmengine.runner import Runner

from .keys import nearest
from .matching_parts import check_parts_match
from .rules import NAMES, REGISTERED, RULES

__all__ = ['check_evaluation', 'check_needed', 'check_settings', 'values_of']


# mmengine has these where a config does not name them
HOOK_NAMES = (
    'runtime_info',
    'timer',
    'sampler_seed',
    'logger',
    'param_scheduler',
    'checkpoint',
)
# the loops that mmengine takes where a config names none
LOOP_TYPES = {
    'train_cfg': 'EpochBasedTrainLoop',
    'val_cfg': 'ValLoop',
    'test_cfg': 'TestLoop',
}


def check_settings(cfg: Config) -> None:
    """See that the values of a config can be.

    Args:
        cfg: The config, with all that overrides it.

    Raises:
        ValueError: Naming the first setting that cannot be, and the rule.
    """
    for pattern, rule in RULES.items():
        for key, value in values_of(cfg, pattern):
            if value is None and rule.may_be_none:
                continue
            if not rule.holds(value):
                raise ValueError(
                    f'Expected `{key}` to be {rule.words}, but got {value!r}. '
                    f'{rule.step}'
                )
    _check_names(cfg)
    _check_hooks(cfg)
    _check_loops(cfg)
    _check_registered(cfg)
    _check_pixels(cfg)
    check_parts_match(cfg)


def values_of(cfg: Config, pattern: str) -> Iterator[tuple[str, Any]]:
    """Keys and values of a config that a pattern fits.

    Args:
        cfg: The config.
        pattern: Names with dots between them; '*' is any name, or any place
            in a list, and where there is no list, the setting itself.
    """
    found: list[tuple[str, Any]] = [('', cfg._cfg_dict)]
    for part in pattern.split('.'):
        following = []
        for place, value in found:
            before = f'{place}.' if place else ''
            if part == '*' and isinstance(value, list | tuple):
                following += [
                    (f'{before}{n}', item) for n, item in enumerate(value)
                ]
            elif part == '*':
                following.append((place, value))
            elif isinstance(value, Mapping) and part in value:
                following.append((f'{before}{part}', value[part]))
        found = following
    yield from found


def _check_names(cfg: Config) -> None:
    for place, names in NAMES.items():
        for key, value in values_of(cfg, place):
            if not isinstance(value, Mapping):
                continue
            for name in value:
                _check_name(key, name, names)


def _check_name(place: str, name: str, names: set[str]) -> None:
    if name in names or name.startswith('_'):  # a mark of mmengine
        return
    near = nearest(name, sorted(names))
    step = f'Known: {", ".join(sorted(names))}.'
    raise ValueError(
        f'Expected settings of `{place}` that are read, but nothing reads '
        f'`{place}.{name}`. {f"Did you mean `{near}`?" if near else step}'
    )


def check_evaluation(cfg: Config) -> None:
    """See that what an evaluation needs is there, or none of it.

    Args:
        cfg: Config of a training or a test.

    Raises:
        ValueError: Naming what is missing.
    """
    for split in ('val', 'test'):
        names = [f'{split}_{part}' for part in ('dataloader', 'evaluator')]
        names.append(f'{split}_cfg')
        missing = [name for name in names if cfg.get(name) is None]
        if 0 < len(missing) < len(names):
            raise ValueError(
                f'Expected {", ".join(f"`{name}`" for name in names)} '
                f'together or none of them, but {" and ".join(missing)} is '
                'None or missing. To train without evaluation: --no-validate.'
            )


def _check_hooks(cfg: Config) -> None:
    """Default hooks by name: mmengine takes any, and builds it."""
    hooks = cfg.get('default_hooks') or {}
    known = [name for name in hooks if _type_of(hooks[name])]
    for name, hook in hooks.items():
        if hook is None and name not in HOOK_NAMES:
            near = nearest(name, HOOK_NAMES, 0.8)
            if near:
                raise ValueError(
                    f'Expected `default_hooks.{name}` to be a hook, but got '
                    f'None. Did you mean `default_hooks.{near}`?'
                )
        if hook is not None and not _type_of(hook):
            near = nearest(name, known)
            step = 'Give it a `type`.'
            raise ValueError(
                f'Expected `default_hooks.{name}` to be a hook, '
                f"dict(type='...'), but got {hook}. "
                f'{f"Did you mean `default_hooks.{near}`?" if near else step}'
            )
    hook = hooks.get('checkpoint')
    kind = hook and _registered(cfg, HOOKS, hook['type'])
    if kind and any(k.__name__ == 'CheckpointHook' for k in kind.__mro__):
        # what it does not know, it hands on when the first one is saved
        names = {'type', 'priority'} | set(
            inspect.signature(Runner.save_checkpoint).parameters
        )
        for name in hook:
            _check_name(
                'default_hooks.checkpoint', name, names | _arguments(kind)
            )


def _check_loops(cfg: Config) -> None:
    """Settings of the loops: mmengine builds them after its folder."""
    for key, default in LOOP_TYPES.items():
        loop = cfg.get(key)
        if not isinstance(loop, Mapping):
            continue
        if key == 'train_cfg' and not loop.get('by_epoch', True):
            default = 'IterBasedTrainLoop'
        kind = _registered(cfg, LOOPS, loop.get('type', default))
        if kind is None:
            continue  # the runner says that there is none
        names = {'type', 'by_epoch'} | _arguments(kind)
        for name in loop:
            _check_name(key, name, names - {'runner', 'dataloader'})


def _arguments(kind: type) -> set[str]:
    """Names of the arguments of a class and of those it comes from."""
    names: set[str] = set()
    for part in kind.__mro__:
        names |= set(inspect.signature(part.__init__).parameters)
    return names - {'self', 'args', 'kwargs'}


def _type_of(part: Any) -> Any:
    return part.get('type') if isinstance(part, Mapping) else None


def _registered(cfg: Config, registry: Registry, name: Any) -> Any:
    """What a config means by a name; None where there is nothing."""
    if not isinstance(name, str):
        return name
    try:
        return _of_scope(cfg, registry).get(name)
    except RuntimeError:  # a name with a dot that is no module
        return None


def _of_scope(cfg: Config, registry: Registry) -> Registry:
    """The registry that a config means, that of mmpretrain mostly."""
    registry.import_from_location()
    scope = cfg.get('default_scope')
    return registry.children.get(scope, registry)


def _check_registered(cfg: Config) -> None:
    for pattern, (kind, registry) in REGISTERED.items():
        for key, name in values_of(cfg, pattern):
            if _registered(cfg, registry, name) is not None:
                continue
            scoped = _of_scope(cfg, registry)
            known = set(registry.module_dict) | set(scoped.module_dict)
            near = nearest(str(name), sorted(known))
            step = 'Correct it, or import its module in custom_imports.'
            raise ValueError(
                f'Expected `{key}` to be the name of a known {kind}, but got '
                f'{name!r}. {f"Did you mean `{near}`?" if near else step}'
            )


def _check_pixels(cfg: Config) -> None:
    """Mean and standard deviation belong together."""
    pixels = cfg.get('data_preprocessor') or {}
    mean, std = pixels.get('mean'), pixels.get('std')
    if mean is not None and std is not None and len(mean) != len(std):
        raise ValueError(
            'Expected as many numbers in `data_preprocessor.mean` as in '
            f'`data_preprocessor.std`, but got {len(mean)} and {len(std)}. '
            'Give one per channel.'
        )


def check_needed(cfg: Config, names: tuple[str, ...], purpose: str) -> None:
    """See that a config has what a command needs.

    Args:
        cfg: The config.
        names: Settings that must be there.
        purpose: Of the command: 'a training'.

    Raises:
        ValueError: Naming those that are missing.
    """
    missing = [name for name in names if cfg.get(name) is None]
    if missing:
        raise ValueError(
            f'Expected a config of {purpose}, but {cfg.filename} has no '
            f'{", ".join(f"`{name}`" for name in missing)}. Inherit from one '
            'that has: `mmlt recipes` lists those that come with mmlt.'
        )
