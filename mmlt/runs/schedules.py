"""Schedules that are shorter or longer than the one of a recipe."""

from pathlib import Path
from typing import Any

from mmengine.config import Config

from .remarks import epochs_in, sets_learning_rate

__all__ = ['NothingToChange', 'scale_schedule']


class NothingToChange(ValueError):
    """An overlay was laid over a recipe that it does not apply to.

    Args:
        message: What does not fit.
        at_test: Whether the overlay acts at test alone, so that of a
            training of two stages the second must have what it changes.
        out_of_order: Whether it would apply before the other overlays.
    """

    def __init__(
        self, message: str, at_test: bool = False, out_of_order: bool = False
    ) -> None:
        super().__init__(message)
        self.at_test = at_test
        self.out_of_order = out_of_order


def scale_schedule(
    cfg: Config,
    scale: float,
    warmup: int,
    val_interval: int,
    at_most: int | None = None,
    cosine: bool = False,
) -> None:
    """Scale the schedule of a config, in place.

    Epochs of the training and of its schedules are multiplied and
    rounded, to one at least. Settings that are shares of the schedule need
    nothing.

    Args:
        cfg: Config of a training by epochs.
        scale: Factor > 0.
        warmup: Epochs of a warm-up of the learning rate, at most; it is no
            longer than it was (times ``scale``, if that is above 1), nor than
            half of the schedule. With ``cosine``, no longer than half of the
            schedule.
        val_interval: Epochs between evaluations, at most those there are.
        at_most: Epochs that the result has at most; None: any number.
        cosine: Whether the learning rate follows one cycle instead of the
            curve of the recipe: in each iteration a little more, over the
            warm-up from a tenth of the peak, then down to zero along half a
            cosine. Schedules of other settings, such as the momentum, are
            scaled.

    Raises:
        NothingToChange: If the training counts iterations.
        ValueError: If a part begins at an epoch beyond the new end.

    Source:
        One cycle: Smith and Topin, 2019, https://arxiv.org/abs/1708.07120;
        the curve: Loshchilov and Hutter, ICLR 2017,
        https://arxiv.org/abs/1608.03983.
    """
    loop = cfg.get('train_cfg') or {}
    before = loop.get('max_epochs')
    schedulers = cfg.get('param_scheduler') or []
    if isinstance(schedulers, dict):
        schedulers = [schedulers]
    if before is None or not all(s.get('by_epoch', True) for s in schedulers):
        raise NothingToChange(
            'Expected a schedule in epochs to be scaled, but '
            f'{_name(cfg)} has one in iterations. Set `train_cfg` and '
            '`param_scheduler` by hand instead.'
        )
    if before == 0:  # a test of the first stage's network
        return
    epochs = max(1, round(before * scale))
    if at_most is not None and epochs > at_most:
        epochs, scale = at_most, at_most / before
    loop.max_epochs = epochs
    loop.val_interval = min(val_interval, epochs)
    kept = schedulers
    if cosine:
        kept = [s for s in schedulers if not sets_learning_rate(s)]
        cycle = one_cycle(epochs, min(warmup, epochs // 2))
        cfg.param_scheduler = [*cycle, *kept]
    for scheduler in kept:
        _scale(scheduler, before, epochs, scale, warmup)
    _check_beginnings(cfg, before, epochs)


def one_cycle(epochs: int, warmup: int) -> list[dict[str, Any]]:
    """Schedulers of a learning rate that rises and falls once.

    Args:
        epochs: Of the training, >= 1.
        warmup: Epochs in which it rises, >= 0 and < ``epochs``.
    """
    rise = dict(type='LinearLR', start_factor=0.1, begin=0, end=warmup)
    fall = dict(
        type='CosineAnnealingLR',
        begin=warmup,
        end=epochs,
        T_max=epochs - warmup,
    )
    every_iteration = dict(by_epoch=True, convert_to_iter_based=True)
    return [
        {**scheduler, **every_iteration}
        for scheduler in (rise, fall)
        if scheduler['end'] > 0
    ]


def _scale(
    scheduler: dict, before: int, epochs: int, scale: float, warmup: int
) -> None:
    """Scale one scheduler of the learning rate, in place."""

    def scaled(count: int) -> int:
        return max(1, round(count * scale))

    if scheduler.get('milestones'):
        # at the end it changes nothing
        steps = map(scaled, scheduler.milestones)
        scheduler.milestones = [m for m in steps if m < epochs]
    if scheduler.get('T_max'):
        scheduler.T_max = scaled(scheduler.T_max)
    end = scheduler.get('end')
    if end:
        is_warmup = not scheduler.get('begin') and end < before / 2
        half = max(1, epochs // 2)
        scheduler.end = (
            min(warmup, max(end, scaled(end)), half)
            if is_warmup
            else scaled(end)
        )
        if is_warmup and scheduler.end == 1:
            # by epochs it would have one value, its first, and stay there
            scheduler.convert_to_iter_based = True
    if scheduler.get('begin'):
        scheduler.begin = scaled(scheduler.begin)


def _check_beginnings(cfg: Config, before: int, epochs: int) -> None:
    """See that no part begins after the end."""
    sampler = (cfg.get('train_dataloader') or {}).get('sampler')
    begins = [
        *epochs_in(cfg.get('model'), 'model'),
        *epochs_in(sampler, 'sampler'),
    ]
    for key, _, begin in begins:
        if begin >= epochs:
            raise ValueError(
                f'Expected `{key}` to be a share of the schedule, but got '
                f'the epoch {begin}, and only {epochs} are left of {before}. '
                f'Write {begin / before:.4g} instead.'
            )


def _name(cfg: Config) -> str:
    return '/'.join(Path(cfg.filename or 'the recipe').parts[-2:])
