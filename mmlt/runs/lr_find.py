"""Smith's range test on the training set of a recipe."""

import tempfile
from contextlib import suppress
from dataclasses import replace

import torch
from mmengine.config import Config
from mmengine.hooks import Hook
from mmengine.optim import OptimWrapper
from mmengine.runner import Runner

from .counted import check_training, count_accumulated
from .image_folders import check_image_folders
from .preflight import complete_config
from .range_test import RangeTest, has_diverged, spaced_rates
from .recipes import load_recipe
from .runner import build_runner
from .training import TrainingOptions, check_has_epochs, merge_options
from .training_settings import setting
from .two_stage import checkpoint_key

__all__ = ['find_learning_rate']

# below so many losses nothing can be seen
FEWEST = 10


class RangeTestEnded(Exception):
    """The last rate was tried, or the loss has diverged."""


class RangeTestHook(Hook):
    """Gives each iteration a higher learning rate, and keeps its loss.

    Args:
        low: First rate.
        high: Last rate.
        steps: Iterations; fewer where the training has fewer.
    """

    # the rate is set after every other hook
    priority = 'LOWEST'

    def __init__(self, low: float, high: float, steps: int) -> None:
        self.low, self.high, self.steps = low, high, steps
        self.rates: list[float] = []
        self.losses: list[float] = []
        self.recipe = 0.0

    def before_train(self, runner) -> None:
        """Look at the rates that the optimizer has.

        Raises:
            ValueError: If there are several optimizers.
        """
        wrapper = runner.optim_wrapper
        if not isinstance(wrapper, OptimWrapper):
            raise ValueError(
                'Expected a recipe with one optimizer, but got '
                f'{type(wrapper).__name__}, which has several: there is no '
                'one learning rate to find. Try them one by one.'
            )
        groups = wrapper.optimizer.param_groups
        self.recipe = wrapper.optimizer.defaults.get('lr') or max(
            group['lr'] for group in groups
        )
        self._shares = [group['lr'] / self.recipe for group in groups]
        steps = min(self.steps, runner.train_loop.max_iters)
        self.rates = spaced_rates(self.low, self.high, steps)

    def before_train_iter(self, runner, batch_idx, data_batch=None) -> None:
        """Set the rate; groups keep their share of it."""
        rate = self.rates[len(self.losses)]
        groups = runner.optim_wrapper.optimizer.param_groups
        for group, share in zip(groups, self._shares, strict=True):
            group['lr'] = rate * share

    def after_train_iter(
        self, runner, batch_idx, data_batch=None, outputs=None
    ) -> None:
        """Keep the loss, and end where there is no more to see."""
        self.losses.append(torch.as_tensor(outputs['loss']).item())
        if has_diverged(self.losses):
            self.losses.pop()
            raise RangeTestEnded
        if len(self.losses) == len(self.rates):
            raise RangeTestEnded


def find_learning_rate(
    options: TrainingOptions, low: float, high: float, steps: int
) -> RangeTest:
    """Train some steps while the learning rate grows from low to high.

    Network, optimizer, loader and loss are those of a training of the
    recipe; its schedule is left out. Nothing is written into its folder.

    Args:
        options: Of the training; its folder does not count.
        low: First learning rate, > 0.
        high: Last one, > ``low``.
        steps: How many are tried, >= 10.

    Returns:
        The losses, up to where they diverge.

    Raises:
        ValueError: If the recipe is a second stage without a checkpoint, has
            several optimizers, or the loss diverges at once.
    """
    with tempfile.TemporaryDirectory() as folder:
        cfg = config_of_test(replace(options, work_dir=folder))
        hook = RangeTestHook(low, high, steps)
        runner = build_runner(cfg)
        count_accumulated(runner)  # as a training does
        check_training(runner)
        runner.register_hook(hook)
        with suppress(RangeTestEnded):
            runner.train()
    tried = len(hook.losses)
    if tried < FEWEST:
        raise ValueError(
            f'Expected a loss that can be followed for {FEWEST} steps, but '
            f'it ended after {tried} (at a learning rate of '
            f'{hook.rates[tried - 1]:.2g}). Begin lower (--low), take more '
            'steps (--steps), or train for more epochs.'
        )
    return RangeTest(
        hook.rates[:tried], hook.losses, hook.recipe, scale_of(runner)
    )


def scale_of(runner: Runner) -> float:
    """What ``auto_scale_lr`` multiplies the learning rates by."""
    settings = runner.auto_scale_lr or {}
    if not settings.get('enable'):
        return 1.0
    batch = runner.train_dataloader.batch_size * runner.world_size
    return batch / settings['base_batch_size']


def config_of_test(options: TrainingOptions) -> Config:
    """Config of a training that leaves nothing, and has no schedule."""
    options = replace(options, no_validate=True)
    recipe = load_recipe(options.config, options.overlays)
    cfg = merge_options(recipe, options)
    key = checkpoint_key(cfg) if cfg.get('first_stage') else None
    if key and not setting(cfg, key):
        raise ValueError(
            'Expected a recipe of one stage, but got a second one, which '
            'needs the network of the first. Name that with '
            f'--cfg-options {key}=CHECKPOINT, or try the recipe of the '
            f'first: {cfg.first_stage.config}.'
        )
    check_image_folders(cfg)
    check_has_epochs(cfg)
    cfg.resume = False
    cfg.param_scheduler = None
    cfg.log_level = 'WARNING'
    cfg.visualizer = dict(type='Visualizer')  # no tracker is told
    if cfg.get('default_hooks') is None:
        cfg.default_hooks = {}
    for name in ('checkpoint', 'logger', 'finite_loss', 'stop'):
        cfg.default_hooks[name] = None
    return complete_config(cfg)
