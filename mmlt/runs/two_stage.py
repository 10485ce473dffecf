"""Trainings in two stages: the second starts from the first one's network.

A config of a second stage names that of the first::

    first_stage = dict(config='mmlt::ce/resnet32_cifar100lt.py')

and ``tools/train.py`` runs both: the first in ``<work_dir>/stage1``, then the
second from its last checkpoint. The overlays of the second (``--with``) count
for the first too, and what else stands in ``first_stage`` overrides it. A
second stage of no epochs (``train_cfg.max_epochs=0``) is a test of the first
one's network.

A finished first stage is not repeated, if it was trained as it would be now;
a checkpoint named by ``load_from`` takes its place.

A second stage that learns from the first one's network, and does not start
from it, says where the checkpoint goes; one named there takes its place::

    first_stage = dict(
        config='mmlt::dive/teacher_resnet32_cifar100lt.py',
        checkpoint_key='model.teacher_checkpoint',
    )
"""

import copy
import gc
import logging
from collections.abc import Sequence
from pathlib import Path

import torch
from mmengine.config import Config
from mmengine.dist import barrier, is_main_process
from mmengine.logging import print_log
from mmengine.runner import Runner
from torch import nn

from mmlt.engine import StopOnSignalHook
from mmlt.fileio import whole_file

from .checkpoint import read_checkpoint
from .config_text import read_config_text
from .counted import (
    check_later_stage,
    check_test,
    check_training,
    count_accumulated,
)
from .folder import last_checkpoint
from .log import logged_steps
from .pretrained import check_pretrained_parts
from .record import record_run
from .runner import build_runner
from .training_settings import SETTINGS, plain, setting, training_settings
from .workers import end_workers


def plan_stages(first: Config, second: Config) -> list[Config]:
    """Which stages are left to do, and from which checkpoint each starts.

    Args:
        first: Config of the first stage, with its ``work_dir``.
        second: Config of the second, with what the user wants in ``resume``
            and ``load_from``, which names the newest checkpoint of the second
            where there is one to go on from. Both are changed in place.

    Returns:
        ``[first, second]``, or ``[second]`` where the first is not needed.

    Raises:
        ValueError: If the first stage is finished, but other settings made
            it than those of its config now.
    """
    warn_of_other_data(first, second)
    wants_resume, named = second.get('resume'), second.get('load_from')
    # a checkpoint of the first stage that --resume names
    own = named if named and is_inside(named, first.work_dir) else None
    if setting(second, checkpoint_key(second)) and not (wants_resume and own):
        return [second]
    finished = last_checkpoint(first.work_dir)
    meta = read_meta(finished) if finished and not own else {}
    whole = bool(meta) and is_finished(first, meta)
    if whole and not (wants_resume and lacks_evaluation(first, finished)):
        check_same_training(first, meta, finished, checkpoint_key(second))
        print_log(f'Stage 1 is finished: {finished}.', logger='current')
        hand_over(finished, second)
        return [second]
    start = own or (wants_resume and finished)
    begun = start or not first.get('load_from')
    first.resume = bool(wants_resume and begun)
    if start:
        first.load_from = start
    if named == own:
        second.update(load_from=None, resume=False)
    return [first, second]


def checkpoint_key(second: Config) -> str:
    """Setting of a second stage that names the first one's checkpoint."""
    return second.first_stage.get('checkpoint_key', 'load_from')


def hand_over(checkpoint: str, second: Config) -> None:
    """Give the checkpoint of the first stage to the second.

    Args:
        checkpoint: Its path.
        second: Config, changed in place.
    """
    key = checkpoint_key(second)
    if key == 'load_from':
        second.resume = False
    second.merge_from_dict({key: checkpoint})


def run_stages(stages: list[Config], arguments: Sequence[str] = ()) -> None:
    """Run the stages, each with the last checkpoint of the one before.

    Args:
        stages: Configs as :func:`plan_stages` gives them.
        arguments: Of the command line, for the record.

    Raises:
        FileNotFoundError: If a stage left no checkpoint.
    """
    for stage in stages[1:]:
        later = copy.deepcopy(stage)
        hand_over('stage1', later)  # a key that nothing reads is said now
        check_later_stage(later)
    before = None
    for number, stage in enumerate(stages, start=1):
        if len(stages) > 1 and is_main_process():
            print(f'Stage {number} of {len(stages)}: {stage.work_dir}')
        if before is not None:
            checkpoint = last_checkpoint(before.work_dir)
            if checkpoint is None:
                raise FileNotFoundError(
                    f'Expected a checkpoint of stage 1 in {before.work_dir}, '
                    'but there is none. Keep its `default_hooks.checkpoint`.'
                )
            hand_over(checkpoint, stage)
        record_run(stage, arguments)
        run(stage)
        barrier()  # the first process has written its checkpoint
        gc.collect()  # the runner and its memory
        if torch.cuda.is_available():
            torch.cuda.empty_cache()
        before = stage


def run(cfg: Config) -> None:
    """Run one training; one of no epochs is a test of what it starts from."""
    due = bool(cfg.get('resume')) and lacks_evaluation(
        cfg, cfg.get('load_from')
    )
    runner = build_runner(cfg)
    for hook in runner.hooks:
        if isinstance(hook, StopOnSignalHook):
            hook.evaluation_due = due
    if trains_nothing(cfg):
        check_test(runner)
        keep_tested(runner, runner.test())
    else:
        count_accumulated(runner)
        check_training(runner)
        # a FlexibleRunner builds its network later
        if not cfg.get('load_from') and isinstance(runner.model, nn.Module):
            check_pretrained_parts(runner.model)
        runner.train()
    end_workers(runner)


def keep_tested(runner: Runner, metrics: dict) -> None:
    """Leave a folder as a training does: a checkpoint, and its numbers.

    Args:
        runner: That has tested a network of which nothing was trained.
        metrics: What came out.
    """
    name = 'epoch_0.pth'
    runner.save_checkpoint(
        runner.work_dir,
        name,
        save_optimizer=False,
        save_param_scheduler=False,
        meta=dict(epoch=0, iter=0),
        backend_args={'backend': 'whole'},
    )
    if is_main_process():
        runner.visualizer.add_scalars(metrics, step=0)
        with whole_file(Path(runner.work_dir, 'last_checkpoint')) as draft:
            draft.write_text(str(Path(runner.work_dir, name)))


def trains_nothing(cfg: Config) -> bool:
    """Whether a config asks for no epochs."""
    return (cfg.get('train_cfg') or {}).get('max_epochs') == 0


def is_finished(cfg: Config, meta: dict) -> bool:
    """Whether a training has come to its end.

    Args:
        cfg: Its config.
        meta: What its last checkpoint says, see :func:`read_meta`.
    """
    if meta.get('evaluation_due'):  # stopped in the last evaluation
        return False
    if 'max_iters' in cfg.train_cfg:
        return meta.get('iter', 0) >= cfg.train_cfg.max_iters
    return meta.get('epoch', 0) >= cfg.train_cfg.max_epochs


def lacks_evaluation(cfg: Config, start: str | None) -> bool:
    """Whether a training was killed between a checkpoint and its evaluation.

    Args:
        cfg: Config of the training.
        start: Checkpoint that it is to go on from. Where that is in its own
            folder, the log there is looked at.
    """
    folder = Path(cfg.work_dir)
    if not (start and cfg.get('val_evaluator')):
        return False
    if Path(start).resolve().parent != folder.resolve():
        return False
    meta, loop = read_meta(start), cfg.train_cfg
    step, last, interval = meta.get('epoch'), loop.get('max_epochs'), 1
    if 'max_iters' in loop:
        step, last, interval = meta.get('iter'), loop.max_iters, 1000
    if not step or step < loop.get('val_begin', 1):
        return False
    if step % loop.get('val_interval', interval) and step != last:
        return False
    try:
        trained, evaluated = logged_steps(folder)
    except ValueError:  # damaged: not what a training should fail for
        return False
    return trained and step not in evaluated


def read_meta(checkpoint: str) -> dict:
    """What a checkpoint says about its training."""
    return read_checkpoint(checkpoint).get('meta', {})


def check_same_training(
    cfg: Config, meta: dict, checkpoint: str, key: str
) -> None:
    """Check that a checkpoint was trained with the settings of a config.

    Args:
        cfg: The config as it is now.
        meta: What the checkpoint says, see :func:`read_meta`.
        checkpoint: Its path, for the message.
        key: Setting of the second stage that names it, for the message.

    Raises:
        ValueError: Naming the settings that differ.
    """
    text = meta.get('cfg')
    if text is None:
        return
    try:
        earlier = read_config_text(text)
    except ValueError as error:
        raise ValueError(
            f'Expected the config in {checkpoint} (meta.cfg) to be as '
            f'mmengine writes it. {error}'
        ) from error
    ours, theirs = training_settings(cfg), training_settings(earlier)
    if earlier.get('resume'):  # then it names what was gone on from
        ours['load_from'] = theirs['load_from']
    differ = [name for name in SETTINGS if ours[name] != theirs[name]]
    if differ:
        raise ValueError(
            f'Expected the finished stage 1 in {cfg.work_dir} to be trained '
            f'as its config says now, but these differ: {", ".join(differ)}. '
            'Choose another --work-dir, or take it on purpose with '
            f'--cfg-options {key}={checkpoint}.'
        )


def warn_of_other_data(first: Config, second: Config) -> None:
    """Say where the two stages do not train on the same data."""
    key = 'train_dataloader.dataset'
    ours, theirs = plain(setting(second, key)), plain(setting(first, key))
    if ours != theirs:
        print_log(
            f'The stages train on different data: {theirs} and {ours}. '
            '(--cfg-options first_stage.train_dataloader.dataset... is for '
            'the first.)',
            logger='current',
            level=logging.WARNING,
        )


def is_inside(path: str, folder: str) -> bool:
    """Whether a file lies in a folder."""
    return Path(folder).resolve() in Path(path).resolve().parents
