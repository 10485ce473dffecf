"""Train a model."""

import argparse
from dataclasses import dataclass

from mmengine.config import Config

from mmlt.cli.options import (
    add_config_options,
    add_launcher,
    add_trust,
    check_launcher,
    chosen,
)
from mmlt.cli.values import seed
from mmlt.runs.lock import WorkDirLock
from mmlt.runs.processes import join_processes
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
    parser.add_argument('--seed', type=seed, help='seed of the run')
    add_config_options(parser)
    add_launcher(parser)
    add_trust(parser)


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


def run(prepared: Prepared) -> None:
    """Run the training, both stages of it where it has two."""
    with prepared.lock:
        if not prepared.stages:
            return
        join_processes(prepared.args.launcher)
        run_stages(prepared.stages, prepared.args.arguments)
