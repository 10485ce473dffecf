"""Train a model."""

import argparse
import logging
import os
import shlex
import sys
from dataclasses import dataclass

from mmengine.config import Config
from mmengine.logging import print_log

from mmlt import signals
from mmlt.cli.console import quiet_console
from mmlt.cli.options import (
    add_config_options,
    add_launcher,
    add_trust,
    add_verbose,
    check_launcher,
    chosen,
)
from mmlt.cli.values import seed
from mmlt.fileio import NO_ROOM
from mmlt.runs.earlier_run import checkpoints_in
from mmlt.runs.lock import WorkDirLock
from mmlt.runs.processes import is_first_process, join_processes
from mmlt.runs.training import (
    TrainingOptions,
    hold_work_dirs,
    prepare_training,
)
from mmlt.runs.two_stage import run_stages

TOOL = 'tools/train.py'
DESCRIPTION = 'Train a model.'
EXAMPLE = 'configs/fcc/resnet32_cifar10lt.py --work-dir work_dirs/fcc --seed 1'


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments are those of mmpretrain, and ``--with``."""
    parser.add_argument('config', help='config file')
    parser.add_argument(
        '--work-dir',
        help='folder for logs and checkpoints (default: work_dirs/<method>/'
        '<config name>)',
    )
    parser.add_argument(
        '--resume',
        nargs='?',
        const='auto',
        help='go on from this checkpoint, or from the latest in the work '
        'directory where none is named',
    )
    parser.add_argument(
        '--restart',
        action='store_true',
        help='begin anew where an earlier training left checkpoints; they '
        'are moved to <work dir>/earlier/<time>',
    )
    parser.add_argument('--seed', type=seed, help='seed of the run')
    add_further_arguments(parser)


def add_further_arguments(parser: argparse.ArgumentParser) -> None:
    """What a training has with one seed and with several."""
    parser.add_argument(
        '--amp', action='store_true', help='mixed precision (bfloat16)'
    )
    parser.add_argument(
        '--no-validate', action='store_true', help='train without evaluation'
    )
    parser.add_argument(
        '--auto-scale-lr',
        action='store_true',
        help='scale the learning rate by the actual batch size',
    )
    add_config_options(parser)
    add_launcher(parser)
    add_trust(parser)
    add_verbose(parser)


def check_arguments(
    parser: argparse.ArgumentParser, args: argparse.Namespace
) -> None:
    """A training goes on, or begins anew; its launcher has started it."""
    check_launcher(parser, args)
    if args.resume is not None and args.restart:
        parser.error('--resume goes on and --restart begins anew: name one')


@dataclass(frozen=True)
class Prepared:
    """A training that can begin.

    Args:
        args: Of the command line.
        stages: Configs of its stages.
        lock: What keeps other trainings out of its folders.
    """

    args: argparse.Namespace
    stages: list[Config]
    lock: WorkDirLock


def prepare(args: argparse.Namespace) -> Prepared:
    """Check everything before anything is written."""
    stages = prepare_training(chosen(args, TrainingOptions))
    return Prepared(args, stages, hold_work_dirs(stages, args.restart))


def run(prepared: Prepared) -> int:
    """Run the training, both stages of it where it has two.

    Returns:
        128 + the number of the signal that stopped it, or 0.

    Raises:
        OSError: If the disk is full.
    """
    with prepared.lock:
        if not prepared.stages:
            return 0
        try:
            with (
                quiet_console(prepared.args.verbose),
                signals.listening(),
            ):
                try:
                    join_processes(prepared.args.launcher)
                    run_stages(prepared.stages, prepared.args.arguments)
                except Exception as error:
                    # of a worker that the signal reached, for example
                    if not signals.asked():
                        raise
                    raise signals.TrainingStopped(signals.asked()) from error
        except signals.TrainingStopped as stopped:
            say_how_to_go_on(stopped, prepared)
            return stopped.exit_code
        except OSError as error:
            if error.errno not in NO_ROOM:
                raise
            raise OSError(
                'Expected room on the disk of '
                f'{prepared.stages[-1].work_dir}, but there is none '
                f'({os.strerror(error.errno)}). The checkpoints that are '
                'there are whole: make room, and go on with: '
                f'{command_to_go_on(prepared.args)}'
            ) from error
    say_what_comes_next(prepared)
    return 0


def say_what_comes_next(prepared: Prepared) -> None:
    """Write the command that shows what came out."""
    if is_first_process(prepared.args.launcher):
        last = prepared.stages[-1]
        work_dir = last.work_dir
        if validates_apart(last):
            print(
                'The result is of the validation images; those of the test '
                'are in the report.',
                file=sys.stderr,
            )
        words = ['mmlt', 'report', work_dir, '--out', f'{work_dir}/report']
        print(f'Look at it with: {shlex.join(words)}', file=sys.stderr)


def validates_apart(cfg: Config) -> bool:
    """Whether a training evaluates other images than those of its test."""
    seen, tested = (
        (cfg.get(f'{split}_dataloader') or {}).get('dataset')
        for split in ('val', 'test')
    )
    return bool(seen and tested and seen != tested)


def say_how_to_go_on(
    stopped: signals.TrainingStopped, prepared: Prepared
) -> None:
    """Write what was saved, and as the last line the command to go on."""
    args = prepared.args
    if not is_first_process(args.launcher):
        return
    kept = f'saved: {stopped.checkpoint}'
    if stopped.checkpoint is None:
        found = [
            path
            for stage in prepared.stages
            for path in checkpoints_in(stage.work_dir)
        ]
        kept = (
            f'the last checkpoint is {found[-1]}'
            if found
            else ('there is no checkpoint yet')
        )
    reason = stopped.__cause__
    why = ''
    # a SyntaxError is that of a config whose text the signal cut off
    if reason and not isinstance(reason, SyntaxError):
        why = f' (not saved: {type(reason).__name__}: {reason})'
    print_log(
        f'Stopped by {stopped.name}{stopped.where and " "}{stopped.where}; '
        f'{kept}{why}.',
        logger='current',
        level=logging.WARNING,
    )
    print(f'Go on with: {command_to_go_on(args)}', file=sys.stderr, flush=True)


def command_to_go_on(args: argparse.Namespace) -> str:
    """The command that goes on where this one stops."""
    if args.launcher != 'none':
        return 'the same command, with --resume'
    words = [*args.program.split(), *args.arguments]
    for option in ('--restart', '--resume'):
        if option in words:
            place = words.index(option)
            named = option == '--resume' and words[place + 1 :][:1] == [
                args.resume
            ]
            del words[place : place + 1 + named]
    words = [word for word in words if not word.startswith('--resume=')]
    return shlex.join([*words, '--resume'])
