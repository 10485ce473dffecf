"""Test a checkpoint: python tools/test.py CONFIG CHECKPOINT."""

import argparse
import os
import os.path as osp
import sys

import mmengine
from mmengine.config import Config, DictAction
from mmengine.evaluator import DumpResults
from mmengine.registry import RUNNERS
from mmengine.runner import Runner

import mmlt  # noqa: F401 (checks the environment, resolves 'mmlt::')
from mmlt.runs.preflight import (
    check_checkpoint,
    check_config,
    check_work_dir,
    complete_config,
    default_work_dir,
    join_processes,
)


def parse_args() -> argparse.Namespace:
    """Read the command line; arguments are the parent's."""
    parser = argparse.ArgumentParser(
        description='Test a checkpoint.',
        epilog='Example: python tools/test.py configs/fcc/'
        'resnet32_cifar10lt.py work_dirs/fcc/resnet32_cifar10lt/epoch_200.pth',
    )
    parser.add_argument('config', help='config file')
    parser.add_argument('checkpoint', help='checkpoint file')
    parser.add_argument('--work-dir', help='folder for the log')
    parser.add_argument('--out', help='file for the results (.pkl, .json)')
    parser.add_argument(
        '--out-item',
        choices=['metrics', 'pred'],
        help='what --out gets: metrics or predictions (default)',
    )
    parser.add_argument(
        '--amp', action='store_true', help='automatic mixed precision'
    )
    parser.add_argument(
        '--cfg-options',
        nargs='+',
        action=DictAction,
        help='settings that override the config, key=value',
    )
    parser.add_argument(
        '--launcher',
        choices=['none', 'pytorch', 'slurm', 'mpi'],
        default='none',
        help='job launcher',
    )
    parser.add_argument('--local_rank', '--local-rank', type=int, default=0)
    args = parser.parse_args()
    if args.out_item is not None and args.out is None:
        parser.error('--out-item needs --out FILE')
    if (
        args.out
        and args.out_item != 'metrics'
        and (not args.out.endswith(('.pkl', '.pickle')))
    ):
        parser.error(
            f'predictions go into a .pkl file, but --out is {args.out} '
            '(metrics: add --out-item metrics)'
        )
    os.environ.setdefault('LOCAL_RANK', str(args.local_rank))
    return args


def prepare(args: argparse.Namespace) -> Config:
    """Config of the test, checked before anything is written."""
    check_config(args.config)
    check_checkpoint(args.checkpoint)
    cfg = Config.fromfile(args.config)
    cfg.launcher = args.launcher
    cfg.load_from = args.checkpoint
    cfg.resume = False
    if args.cfg_options is not None:
        cfg.merge_from_dict(args.cfg_options)
    if args.amp:
        cfg.test_cfg.fp16 = True
    if args.work_dir is not None:
        cfg.work_dir = args.work_dir
    elif cfg.get('work_dir') is None:
        cfg.work_dir = default_work_dir(args.config)
    check_work_dir(cfg.work_dir)
    if args.out:
        check_work_dir(osp.dirname(args.out) or '.')
    return complete_config(cfg)


def main() -> None:
    """Run the test."""
    args = parse_args()
    try:
        cfg = prepare(args)
    except (OSError, ValueError) as error:
        sys.exit(f'error: {error}')
    join_processes(args.launcher)
    build = RUNNERS.build if 'runner_type' in cfg else Runner.from_cfg
    runner = build(cfg)
    if args.out and args.out_item != 'metrics':
        runner.test_evaluator.metrics.append(DumpResults(args.out))
    metrics = runner.test()
    if args.out and args.out_item == 'metrics':
        mmengine.dump(metrics, args.out)


if __name__ == '__main__':
    main()
