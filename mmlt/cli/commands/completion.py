"""Print the script by which a shell completes ``mmlt``."""

import argparse

from mmlt.cli.completion import SHELLS, completion_script, words_of
from mmlt.runs.shipped import method_names, overlay_names, recipe_names

# there is no tool of it: only the command is completed
TOOL = None
DESCRIPTION = (
    'Print the script by which a shell completes commands, options, recipes '
    'and overlays. For bash: mmlt completion bash > '
    '~/.local/share/bash-completion/completions/mmlt; for zsh: mmlt '
    'completion zsh >> ~/.zshrc. Then open a new shell.'
)
EXAMPLE = 'bash'
# commands that take the name of a recipe
OF_RECIPES = (
    'train',
    'seeds',
    'sweep',
    'lr-find',
    'test',
    'plot',
    'browse',
    'doctor',
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The shell."""
    parser.add_argument('shell', choices=SHELLS)


def run(args: argparse.Namespace) -> None:
    """Print the script."""
    from mmlt.cli.main import NAMES, command_module
    from mmlt.cli.shell import make_parser

    methods = method_names()
    recipes = [name for method in methods for name in recipe_names(method)]
    words = {}
    for name in NAMES:
        words[name] = words_of(make_parser(command_module(name), 'mmlt'))
        words[name] += recipes if name in OF_RECIPES else []
        words[name] += methods if name == 'recipes' else []
    print(completion_script(args.shell, words, list(overlay_names())), end='')
