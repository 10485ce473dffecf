"""Look at training images as the network sees them, class by class."""

import argparse
import shlex
from pathlib import Path

from mmengine.utils import import_modules_from_strings

import mmlt.engine
import mmlt.models  # noqa: F401 (registers the parts that configs name)
from mmlt.cli.options import (
    add_config_options,
    add_shot_limits,
    check_shot_limits,
    shot_limits,
)
from mmlt.cli.values import seed, whole_number
from mmlt.fileio import check_can_write, whole_file
from mmlt.report.image_page import image_page
from mmlt.report.record import limits_of
from mmlt.runs.folder import config_and_checkpoint
from mmlt.runs.image_folders import check_image_folders
from mmlt.runs.recipes import load_recipe
from mmlt.runs.settings import check_needed
from mmlt.runs.training_images import training_images

TOOL = 'tools/browse.py'
DESCRIPTION = (
    'Show training images as the network gets them, by class: each image '
    'beside what the pipeline and the data preprocessor of the config make '
    'of it in several epochs. One HTML page that needs no network.'
)
EXAMPLE = 'configs/ce/resnet20_digitslt.py --out page.html'
ENDINGS = ('.html', '.htm')
# a page of more is of no use, and of many megabytes
MOST_IMAGES = 200


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """A config, and what is shown of its training set."""
    parser.add_argument(
        'config',
        help='config file, name of a recipe, or folder of a run',
    )
    parser.add_argument('--out', type=Path, required=True, help='page; .html')
    parser.add_argument(
        '--classes',
        type=whole_number(1),
        default=12,
        metavar='N',
        help='how many classes, from the most frequent to the rarest (12)',
    )
    parser.add_argument(
        '--per-class',
        type=whole_number(1),
        default=2,
        metavar='M',
        help='images of each class (2)',
    )
    parser.add_argument(
        '--seed', type=seed, default=0, help='of the draw and the images (0)'
    )
    add_config_options(parser)
    add_shot_limits(parser, defaults=False)


def check_arguments(
    parser: argparse.ArgumentParser, args: argparse.Namespace
) -> None:
    """A page of a size that can be looked at, and limits in order."""
    if args.classes * args.per_class > MOST_IMAGES:
        parser.error(
            f'argument --classes: expected at most {MOST_IMAGES} images in '
            f'all, but got {args.classes} classes of {args.per_class}'
        )
    if args.out.suffix.lower() not in ENDINGS:
        parser.error(
            f'argument --out: expected a file that ends with .html, but got '
            f'{str(args.out)!r}'
        )
    check_shot_limits(parser, args)


def run(args: argparse.Namespace) -> None:
    """Draw, and say where the page is."""
    check_can_write(args.out)
    config = Path(args.config)
    if config.is_dir():
        config, _ = config_and_checkpoint(config, needs_checkpoint=False)
    cfg = load_recipe(str(config), args.overlays, args.cfg_options)
    check_needed(cfg, ('model', 'train_dataloader'), 'a training')
    check_image_folders(cfg)
    if cfg.get('custom_imports'):
        import_modules_from_strings(**cfg.custom_imports)
    limits = shot_limits(args, limits_of(cfg))
    shown = training_images(cfg, args.classes, args.per_class, seed=args.seed)
    command = f'{args.program} {shlex.join(args.arguments)}'
    page = image_page(shown, args.config, command, **limits)
    with whole_file(args.out) as draft:
        draft.write_text(page, encoding='utf-8')
    print(f'Wrote {args.out}: {len(shown.classes)} classes')
