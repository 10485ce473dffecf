"""A training from its options to the configs of its stages."""

import os
from dataclasses import dataclass, field, replace
from pathlib import Path

from mmengine.config import Config
from mmengine.logging import print_log

from .checkpoint import check_checkpoint
from .earlier_run import (
    check_config_is_kept,
    check_nothing_is_lost,
    move_aside,
)
from .folder import last_checkpoint
from .image_folders import check_image_folders
from .keys import override
from .lock import WorkDirLock, check_is_free
from .preflight import (
    check_work_dir,
    complete_config,
    default_work_dir,
)
from .processes import is_first_process
from .recipes import (
    check_same_overlays,
    first_stage_recipe,
    load_recipe,
)
from .resumed_settings import check_resumed_settings
from .scalars import keep_scalars
from .settings import check_evaluation, check_needed, check_settings
from .two_stage import (
    is_finished,
    lacks_evaluation,
    plan_stages,
    read_meta,
    trains_nothing,
)

# optimizer wrappers with `dtype`
AUTOCAST = ('AutocastOptimWrapper', 'SAMOptimWrapper')
NEEDED = ('model', 'train_dataloader', 'train_cfg', 'optim_wrapper')


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
        restart: Whether to begin anew where an earlier training left
            checkpoints; they are moved aside.
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
    restart: bool = False
    amp: bool = False
    no_validate: bool = False
    auto_scale_lr: bool = False
    seed: int | None = None
    launcher: str = 'none'


def merge_options(cfg: Config, options: TrainingOptions) -> Config:
    """Write the options into a config, ``cfg_options`` after the launcher."""
    cfg.launcher = options.launcher
    if options.cfg_options is not None:
        override(cfg, options.cfg_options)
        check_settings(cfg)
    check_needed(cfg, NEEDED, 'a training')
    if options.no_validate:
        cfg.val_cfg = cfg.val_dataloader = cfg.val_evaluator = None
    if options.work_dir is not None:
        cfg.work_dir = options.work_dir
    elif cfg.get('work_dir') is None:
        cfg.work_dir = default_work_dir(options.config, options.overlays)
    if options.amp:
        if cfg.optim_wrapper.get('type') not in AUTOCAST:
            cfg.optim_wrapper.type = AUTOCAST[0]
        cfg.optim_wrapper.dtype = 'bfloat16'
    if options.auto_scale_lr:
        cfg.auto_scale_lr.enable = True
    if options.seed is not None:
        cfg.setdefault('randomness', {})['seed'] = options.seed
    check_settings(cfg)
    check_evaluation(cfg)
    return cfg


def choose_start(cfg: Config, resume: str | None) -> None:
    """Settle what a training starts from, and say what is left unused.

    Afterwards ``load_from`` is a file wherever ``resume`` is on, unless there
    is none to go on from: then the training begins.

    Args:
        cfg: Changed in place.
        resume: As in :class:`TrainingOptions`; None: what the config says.
    """
    start = cfg.get('load_from')
    if resume is None:
        if not cfg.get('resume') or start:
            return
        resume = 'auto'
    found = last_checkpoint(cfg.work_dir) if resume == 'auto' else resume
    if found is None:
        # stopped before its first checkpoint: as it began
        cfg.resume = not start
        return
    # whole, as the runner names its folder: the two are compared
    whole = os.path.abspath(found) if os.path.isfile(found) else str(found)
    cfg.resume, cfg.load_from = True, whole
    if start and start != str(found):
        print_log(
            f'The training goes on from {found}. `load_from` ({start}), '
            'which is what a training begins with, is not read.',
            logger='current',
        )


def prepare_training(options: TrainingOptions) -> list[Config]:
    """Configs of the stages to run, checked before anything is written.

    One, or two where the recipe names a first stage; the options count for
    both, but ``cfg_options`` for the second alone. None where the training
    that is to go on is finished, which is said.

    Raises:
        FileNotFoundError: If the recipe or a checkpoint is missing.
        FileExistsError: If checkpoints of an earlier training, or a config
            of a person, are in the way.
        ValueError: If a file is damaged, or what is asked for cannot be.
        OSError: If the work directory cannot be written, or another training
            is running there.
    """
    recipe = load_recipe(options.config, options.overlays)
    cfg = merge_options(recipe, options)
    check_image_folders(cfg)
    first_process = is_first_process(options.launcher)
    if first_process:
        check_is_free(cfg.work_dir)
    choose_start(cfg, options.resume)
    if cfg.get('load_from'):
        check_checkpoint(
            cfg.load_from,
            resume=cfg.get('resume', False),
            scheduled=bool(cfg.get('param_scheduler')),
        )
    stages = [cfg]
    first = first_stage_recipe(cfg)
    if first is not None:
        of_first = replace(
            options,
            work_dir=os.path.join(cfg.work_dir, 'stage1'),
            cfg_options=None,
        )
        stages = plan_stages(merge_options(first, of_first), cfg)
        for stage in stages[:-1]:
            if stage.get('load_from'):
                check_checkpoint(stage.load_from)
    else:
        check_has_epochs(cfg)
    note = finished_note(stages[-1])
    if note is not None:
        if first_process:
            print(note)
        return []
    for stage in stages:
        check_config_is_kept(stage)
        check_same_overlays(stage)
        start = stage.get('load_from')
        if stage.get('resume') and start:
            check_resumed_settings(stage, read_meta(start), start)
        if first_process:
            check_is_free(stage.work_dir)
            if begins_anew(stage) and not options.restart:
                randomness = stage.get('randomness') or {}
                check_nothing_is_lost(stage.work_dir, randomness.get('seed'))
    for stage in stages:
        # mmengine would look into `last_checkpoint` and believe it
        stage.resume = bool(stage.get('resume') and stage.get('load_from'))
        check_work_dir(stage.work_dir)
        keep_scalars(stage)
    return [complete_config(stage) for stage in stages]


def check_has_epochs(cfg: Config) -> None:
    """Check that a recipe of one stage trains, or tests what it loads.

    Raises:
        ValueError: If it does neither.
    """
    if trains_nothing(cfg) and not cfg.get('load_from'):
        raise ValueError(
            'Expected `train_cfg.max_epochs` to be at least 1, but got 0, '
            'which tests what `load_from` names, and it names nothing. Set '
            'a number of epochs, or test a checkpoint with mmlt test CONFIG '
            'CHECKPOINT.'
        )


def hold_work_dirs(stages: list[Config], restart: bool) -> WorkDirLock:
    """Take the work directories of a training, and clear them if asked to.

    Args:
        stages: As :func:`prepare_training` gives them.
        restart: Whether what an earlier training left is moved aside in the
            folder of a stage that begins anew.

    Returns:
        The lock; it must be kept as long as the training runs.

    Raises:
        OSError: If another training is running there.
    """
    if not stages or not is_first_process(stages[0].launcher):
        return WorkDirLock([])
    lock = WorkDirLock(stage.work_dir for stage in stages)
    for stage in stages:
        if not restart or not begins_anew(stage):
            continue
        place = move_aside(stage.work_dir)
        if place is not None:
            print(f'What an earlier training left is now in {place}.')
            if is_directly_in(stage.get('load_from'), stage.work_dir):
                stage.load_from = str(place / Path(stage.load_from).name)
    return lock


def begins_anew(stage: Config) -> bool:
    """Whether a stage would write over checkpoints in its folder."""
    if trains_nothing(stage):
        return False
    start = stage.get('load_from')
    return not (stage.get('resume') and is_directly_in(start, stage.work_dir))


def is_directly_in(path: str | None, folder: str) -> bool:
    """Whether a file lies in a folder, not deeper."""
    return bool(path) and Path(path).resolve().parent == Path(folder).resolve()


def finished_note(stage: Config) -> str | None:
    """What to say of a training that is to go on, but is finished.

    Args:
        stage: The last one, with ``resume`` and ``load_from``.

    Returns:
        None where there is something left to do.
    """
    start = stage.get('load_from')
    if trains_nothing(stage) or not (stage.get('resume') and start):
        return None
    meta = read_meta(start)
    if not is_finished(stage, meta) or lacks_evaluation(stage, start):
        return None
    count, unit, setting = meta.get('epoch'), 'epoch', 'max_epochs'
    if 'max_iters' in stage.train_cfg:
        count, unit, setting = meta.get('iter'), 'iteration', 'max_iters'
    return (
        f'The training is already finished ({unit} {count} of '
        f'{stage.train_cfg[setting]}: {start}), nothing to do. To train '
        f'longer, raise train_cfg.{setting} (the learning rate stays as it '
        'is at the end); to test it: mmlt test '
        f'{stage.filename} {start}'
    )
