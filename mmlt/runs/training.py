"""A training from its options to the configs of its stages."""

import os
from dataclasses import dataclass, field, replace

from mmengine.config import Config

from .checkpoint import check_checkpoint
from .folder import last_checkpoint
from .preflight import (
    check_work_dir,
    complete_config,
    default_work_dir,
)
from .recipes import check_same_overlays, load_recipe
from .two_stage import load_first_stage, plan_stages


@dataclass(frozen=True)
class TrainingOptions:
    """What the command line of a training may say.

    Args:
        config: File of the recipe.
        overlays: Names of what is added to it, in order.
        cfg_options: Settings that override the recipe.
        work_dir: Folder of the run; None: the recipe's, or one of its name.
        resume: Checkpoint to go on from; 'auto': the latest of the folder,
            if there is one; None: none.
        amp: Whether to compute in bfloat16.
        no_validate: Whether to leave the evaluation out.
        auto_scale_lr: Whether the learning rate follows the batch size.
        seed: None: the recipe's.
        launcher: What started the processes.
    """

    config: str
    overlays: list[str] = field(default_factory=list)
    cfg_options: dict | None = None
    work_dir: str | None = None
    resume: str | None = None
    amp: bool = False
    no_validate: bool = False
    auto_scale_lr: bool = False
    seed: int | None = None
    launcher: str = 'none'


def merge_options(cfg: Config, options: TrainingOptions) -> Config:
    """Write the options into a config, ``cfg_options`` after the launcher."""
    cfg.launcher = options.launcher
    if options.cfg_options is not None:
        cfg.merge_from_dict(options.cfg_options)
    if options.no_validate:
        cfg.val_cfg = cfg.val_dataloader = cfg.val_evaluator = None
    if options.work_dir is not None:
        cfg.work_dir = options.work_dir
    elif cfg.get('work_dir') is None:
        cfg.work_dir = default_work_dir(options.config, options.overlays)
    if options.amp:
        cfg.optim_wrapper.type = 'AutocastOptimWrapper'
        cfg.optim_wrapper.dtype = 'bfloat16'
    resume = options.resume
    if resume is None and cfg.get('resume') and not cfg.get('load_from'):
        resume = 'auto'  # as the config says it
    if resume == 'auto':
        latest = last_checkpoint(cfg.work_dir)
        # without one it stopped before the first, and starts again
        cfg.resume = bool(latest or not cfg.get('load_from'))
        cfg.load_from = latest or cfg.get('load_from')
    elif resume is not None:
        cfg.resume, cfg.load_from = True, resume
    if options.auto_scale_lr:
        cfg.auto_scale_lr.enable = True
    if options.seed is not None:
        cfg.setdefault('randomness', {})['seed'] = options.seed
    return cfg


def prepare_training(options: TrainingOptions) -> list[Config]:
    """Configs of the stages to run, checked before anything is written.

    One, or two where the recipe names a first stage; the options count for
    both, but ``cfg_options`` for the second alone.

    Raises:
        FileNotFoundError: If the recipe or a checkpoint is missing.
        ValueError: If a file is damaged, or what is asked for cannot be.
        OSError: If the work directory cannot be written.
    """
    recipe = load_recipe(options.config, options.overlays)
    cfg = merge_options(recipe, options)
    if cfg.get('load_from'):
        check_checkpoint(cfg.load_from, resume=cfg.get('resume', False))
    stages = [cfg]
    first = load_first_stage(cfg)
    if first is not None:
        of_first = replace(
            options,
            work_dir=os.path.join(cfg.work_dir, 'stage1'),
            cfg_options=None,
            resume=None,
        )
        stages = plan_stages(merge_options(first, of_first), cfg)
    for stage in stages:
        check_same_overlays(stage)
        # mmengine would look into `last_checkpoint` and believe it
        stage.resume = bool(stage.get('resume') and stage.get('load_from'))
        check_work_dir(stage.work_dir)
    return [complete_config(stage) for stage in stages]
