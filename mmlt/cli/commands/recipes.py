"""List the recipes and overlays that come with mmlt."""

import argparse
import textwrap

from mmlt.projects.config_text import NETWORK
from mmlt.runs.shipped import method_names, overlay_names, recipe_names

# there is no tool of it: in a checkout, configs/ is the list
TOOL = None
DESCRIPTION = (
    'List the recipes and overlays that come with mmlt, by the names that '
    'mmlt train, mmlt test and --with take.'
)
EXAMPLE = 'fcc'
# of a page that is about an overlay
NONE = '(no recipe of its own: see the overlays)'
OWN_IMAGES = (
    f'Those that end in {NETWORK} are for images of your own: '
    'mmlt new PROJECT --images FOLDER --method METHOD.'
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """All of them, or those of some methods."""
    parser.add_argument(
        'methods',
        nargs='*',
        metavar='METHOD',
        help='list the recipes of these alone (default: of all)',
    )


def run(args: argparse.Namespace) -> None:
    """Print the lists."""
    titles, overlays = method_names(), overlay_names()
    listed = {m: recipe_names(m) for m in args.methods or titles}
    for method, recipes in listed.items():
        print(f'{method}: {titles[method]}')
        print(indented(' '.join(recipes) or NONE))
        if args.methods and method in overlays:
            print(indented(f'--with {method}: {overlays[method]}'))
    if any(name.endswith(NETWORK) for r in listed.values() for name in r):
        print(f'\n{OWN_IMAGES}')
    if args.methods:
        return
    print('\nOverlays, for --with:')
    width = max(map(len, overlays)) + 4
    for name, text in overlays.items():
        print(f'  {name:{width - 2}}{indented(text, width).lstrip()}')


def indented(text: str, width: int = 2) -> str:
    """Text in lines of 79 characters; a name is never broken."""
    return textwrap.fill(
        text,
        79,
        initial_indent=' ' * width,
        subsequent_indent=' ' * width,
        break_on_hyphens=False,
        break_long_words=False,
    )
