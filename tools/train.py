"""Train a model: python tools/train.py configs/fcc/resnet32_cifar10lt.py."""

import argparse
import os
import sys

from mmengine.config import Config, DictAction

import mmlt  # noqa: F401 (checks the environment, resolves 'mmlt::')
from mmlt.runs.preflight import (
    check_checkpoint,
    check_config,
    check_work_dir,
    complete_config,
    default_work_dir,
    join_processes,
)
from mmlt.runs.two_stage import (
    last_checkpoint,
    load_first_stage,
    plan_stages,
    run_stages,
)


def parse_args() -> argparse.Namespace:
    """Read the command line; arguments are the parent's."""
    parser = argparse.ArgumentParser(
        description='Train a model.',
        epilog='Example: python tools/train.py '
        'configs/fcc/resnet32_cifar10lt.py --work-dir work_dirs/fcc --seed 1',
    )
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
    parser.add_argument(
        '--cfg-options',
        nargs='+',
        action=DictAction,
        help='settings that override the config, key=value with dots in the '
        'key: train_cfg.max_epochs=20 "param_scheduler.1.milestones=[15,18]"',
    )
    parser.add_argument(
        '--launcher',
        choices=['none', 'pytorch', 'slurm', 'mpi'],
        default='none',
        help='job launcher',
    )
    parser.add_argument('--local_rank', '--local-rank', type=int, default=0)
    args = parser.parse_args()
    os.environ.setdefault('LOCAL_RANK', str(args.local_rank))
    return args


def merge_args(cfg: Config, args: argparse.Namespace) -> Config:
    """Write the command line into the config."""
    cfg.launcher = args.launcher
    if args.cfg_options is not None:
        cfg.merge_from_dict(args.cfg_options)
    if args.no_validate:
        cfg.val_cfg = cfg.val_dataloader = cfg.val_evaluator = None
    if args.work_dir is not None:
        cfg.work_dir = args.work_dir
    elif cfg.get('work_dir') is None:
        cfg.work_dir = default_work_dir(args.config)
    if args.amp:
        cfg.optim_wrapper.type = 'AutocastOptimWrapper'
        cfg.optim_wrapper.dtype = 'bfloat16'
    nothing_to_resume = last_checkpoint(cfg.work_dir) is None
    if args.resume == 'auto' and cfg.get('load_from') and nothing_to_resume:
        cfg.resume = False  # stopped before its first checkpoint: start again
    elif args.resume is not None:
        cfg.resume = True
        cfg.load_from = None if args.resume == 'auto' else args.resume
    if args.auto_scale_lr:
        cfg.auto_scale_lr.enable = True
    if args.seed is not None:
        cfg.setdefault('randomness', {})['seed'] = args.seed
    return cfg


def prepare(args: argparse.Namespace) -> list[Config]:
    """Configs of the stages to run, checked before anything is written.

    One, or two where the config names a first stage; the command line counts
    for both, but ``--cfg-options`` for the second alone.
    """
    check_config(args.config)
    cfg = merge_args(Config.fromfile(args.config), args)
    if cfg.get('load_from'):
        check_checkpoint(cfg.load_from, resume=cfg.get('resume', False))
    stages = [cfg]
    first = load_first_stage(cfg, args.config)
    if first is not None:
        first_args = argparse.Namespace(**vars(args))
        first_args.work_dir = os.path.join(cfg.work_dir, 'stage1')
        first_args.cfg_options = first_args.resume = None
        stages = plan_stages(merge_args(first, first_args), cfg)
    for stage in stages:
        check_work_dir(stage.work_dir)
    return [complete_config(stage) for stage in stages]


def main() -> None:
    """Run the training, both stages of it where it has two."""
    args = parse_args()
    try:
        stages = prepare(args)
    except (OSError, ValueError) as error:
        sys.exit(f'error: {error}')
    join_processes(args.launcher)
    run_stages(stages, sys.argv[1:])


if __name__ == '__main__':
    main()
