"""What a config says and its training will not come to do."""

from collections.abc import Iterator, Mapping
from typing import Any

from mmengine.config import Config

from .rules import is_whole
from .settings import values_of

__all__ = ['epochs_in', 'remarks', 'sets_learning_rate']

FEW = 2  # epochs after which no network has learned much


def remarks(cfg: Config, max_epochs: int | None = None) -> list[str]:
    """What a config says and its training will not come to do.

    Args:
        cfg: Config of a training.
        max_epochs: Its epochs; None: those of the config, if it counts them.

    Returns:
        A sentence for each.
    """
    if max_epochs is None:
        max_epochs = (cfg.get('train_cfg') or {}).get('max_epochs')
    if not max_epochs:
        return []
    return [
        *_hardly_any_epochs(cfg, max_epochs),
        *_late_schedules(cfg, max_epochs),
        *_late_parts(cfg, max_epochs),
        *_idle_hooks(cfg, max_epochs),
    ]


def _hardly_any_epochs(cfg: Config, max_epochs: int) -> Iterator[str]:
    short = 'short' in (cfg.get('applied_overlays') or ())
    if short and max_epochs <= FEW and not cfg.get('first_stage'):
        epochs = '1 epoch' if max_epochs == 1 else f'{max_epochs} epochs'
        yield (
            f'`--with short` is a tenth of the schedule and leaves {epochs}: '
            'the result says hardly anything of the method.'
        )


def _late_schedules(cfg: Config, max_epochs: int) -> Iterator[str]:
    for key, setting in values_of(cfg, 'param_scheduler.*'):
        if not isinstance(setting, Mapping):
            continue
        if not setting.get('by_epoch', True):
            continue
        begin, end = setting.get('begin') or 0, setting.get('end')
        name = f'`{key}` ({setting.get("type")}, begin={begin}'
        name += f', end={end})' if end is not None else ')'
        what = 'the learning rate'
        if not sets_learning_rate(setting):
            what = 'what it sets'
        if begin >= max_epochs:
            yield (
                f'{name} begins after the last epoch ({max_epochs}): it '
                'changes nothing.'
            )
        elif end is not None and end > max_epochs:
            yield (
                f'{name} is not over after the last epoch ({max_epochs}): '
                f'{what} stays on the way.'
            )
        if setting.get('type') == 'LinearLR' and _stays(setting, max_epochs):
            yield (
                f'{name} has one epoch: the rate stays at its start_factor, '
                f'{setting.get("start_factor", 1 / 3):.3g} times what it was. '
                'Add convert_to_iter_based=True, or give it more epochs.'
            )
        late = [m for m in setting.get('milestones') or () if m >= max_epochs]
        if late:
            words = ', '.join(map(str, late))
            yield (
                f'`{key}.milestones`: {words} not reached before the last '
                f'epoch ({max_epochs}) is over: the rate does not change.'
            )


def _stays(setting: Mapping, max_epochs: int) -> bool:
    """Whether a linear change is over with its first value."""
    begin, end = setting.get('begin') or 0, setting.get('end') or max_epochs
    return end - begin == 1 and not setting.get('convert_to_iter_based')


def _late_parts(cfg: Config, max_epochs: int) -> Iterator[str]:
    sampler = (cfg.get('train_dataloader') or {}).get('sampler')
    for name, part in (
        ('model', cfg.get('model')),
        ('train_dataloader.sampler', sampler),
    ):
        for key, kind, begin in epochs_in(part, name):
            if begin >= max_epochs:
                yield (
                    f'`{key}`: {kind} begins at epoch {begin} (begin={begin} '
                    f'counts from 0), and the last of {max_epochs} epochs is '
                    f'{max_epochs - 1}: it never does. A share of the '
                    'schedule, such as begin=0.25, follows it.'
                )


def _idle_hooks(cfg: Config, max_epochs: int) -> Iterator[str]:
    loop = cfg.get('train_cfg') or {}
    evaluations = max_epochs // (loop.get('val_interval') or 1)
    for key, hook in values_of(cfg, 'custom_hooks.*'):
        if not isinstance(hook, Mapping) or 'monitor' not in hook:
            continue
        patience = hook.get('patience', 5)  # that of mmengine
        if evaluations <= patience:
            yield (
                f'`{key}` ({hook.get("type")}, patience={patience}) has '
                f'{evaluations} evaluations in {max_epochs} epochs: it cannot '
                'stop the training.'
            )


def epochs_in(part: Any, name: str) -> Iterator[tuple[str, str, int]]:
    """Every ``begin`` that is an epoch rather than a share.

    Args:
        part: A part of a config.
        name: Its key.

    Yields:
        The key of the ``begin``, the type of the part that has it, and the
        epoch.
    """
    if isinstance(part, Mapping):
        for key, value in part.items():
            if key == 'begin' and is_whole(value):
                yield f'{name}.{key}', str(part.get('type', name)), value
            else:
                yield from epochs_in(value, f'{name}.{key}')
    elif isinstance(part, list | tuple):
        for number_, value in enumerate(part):
            yield from epochs_in(value, f'{name}.{number_}')


def sets_learning_rate(scheduler: Mapping) -> bool:
    """Whether a schedule sets the learning rate, and not the momentum, say.

    Args:
        scheduler: Its config, an entry of ``param_scheduler``.
    """
    kind = scheduler.get('type', '')
    return (kind if isinstance(kind, str) else kind.__name__).endswith('LR')
