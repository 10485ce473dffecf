"""Train a model."""

import argparse

from mmengine.config import Config

from mmlt.cli.options import (
    add_config_options,
    add_launcher,
    add_trust,
    chosen,
)
from mmlt.runs.processes import join_processes
from mmlt.runs.training import TrainingOptions, prepare_training
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
    parser.add_argument('--seed', type=int, help='seed of the run')
    add_config_options(parser)
    add_launcher(parser)
    add_trust(parser)


def prepare(
    args: argparse.Namespace,
) -> tuple[argparse.Namespace, list[Config]]:
    """Check everything before anything is written."""
    return args, prepare_training(chosen(args, TrainingOptions))


def run(prepared: tuple[argparse.Namespace, list[Config]]) -> None:
    """Run the training, both stages of it where it has two."""
    args, stages = prepared
    join_processes(args.launcher)
    run_stages(stages, args.arguments)
