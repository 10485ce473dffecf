"""Test a checkpoint."""

import argparse
import shlex
import sys

from mmengine.config import Config
from mmengine.dist import is_main_process

from mmlt.cli.console import quiet_console
from mmlt.cli.options import (
    add_config_options,
    add_launcher,
    add_trust,
    add_verbose,
    add_weights,
    check_launcher,
)
from mmlt.runs.processes import join_processes
from mmlt.runs.testing import (
    check_results_path,
    files_of_test,
    has_table,
    prepare_test,
    run_test,
)

TOOL = 'tools/test.py'
DESCRIPTION = 'Test a checkpoint.'
EXAMPLE = (
    'configs/fcc/resnet32_cifar10lt.py '
    'work_dirs/fcc/resnet32_cifar10lt/epoch_200.pth'
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments are those of mmpretrain, and ``--with``."""
    parser.add_argument('config', help='config file, or the folder of a run')
    parser.add_argument(
        'checkpoint',
        nargs='?',
        help='checkpoint file (of a run by default the last one)',
    )
    parser.add_argument(
        '--images',
        metavar='FOLDER',
        help='test these images: a folder for each class, by its name '
        '(default: the test set of the config)',
    )
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
    add_weights(parser)
    add_config_options(parser)
    add_launcher(parser)
    add_trust(parser)
    add_verbose(parser)


def check_arguments(
    parser: argparse.ArgumentParser, args: argparse.Namespace
) -> None:
    """Predictions go into a pickle, and nothing without a file."""
    check_launcher(parser, args)
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
    known = ('.json', '.yaml', '.yml', '.pkl', '.pickle')
    if args.out and not args.out.endswith(known):
        parser.error(
            f'metrics go into a .json, .yaml or .pkl file, but --out is '
            f'{args.out}'
        )


def prepare(args: argparse.Namespace) -> tuple[argparse.Namespace, Config]:
    """Check everything before anything is written."""
    options = {'launcher': args.launcher, **(args.cfg_options or {})}
    config, checkpoint = files_of_test(args.config, args.checkpoint)
    cfg = prepare_test(
        config,
        checkpoint,
        args.overlays,
        options,
        args.work_dir,
        args.weights,
        args.images,
    )
    if args.amp:
        cfg.test_cfg.fp16 = True
    check_results_path(args.out)
    return args, cfg


def run(prepared: tuple[argparse.Namespace, Config]) -> None:
    """Run the test."""
    args, cfg = prepared
    join_processes(args.launcher)
    with quiet_console(args.verbose, has_table=has_table(cfg)):
        run_test(cfg, args.out, args.out_item or 'pred', args.weights)
    if args.images and is_main_process():
        run_words = [args.config, *filter(None, [args.checkpoint])]
        if args.overlays:
            run_words += ['--with', *args.overlays]
        if args.weights:
            run_words += ['--weights', args.weights]
        run_words += ['--images', args.images]
        if args.cfg_options:
            pairs = [f'{k}={v}' for k, v in args.cfg_options.items()]
            run_words += ['--cfg-options', *pairs]
        words = shlex.join(run_words)
        print(
            f'Class by class: mmlt dump-predictions {words} --out p.npz, and '
            'then mmlt evaluate --predictions p.npz --out report',
            file=sys.stderr,
        )
