"""Make a checkpoint ready to be handed on."""

from mmlt.cli import run_tool
from mmlt.cli.commands import publish

if __name__ == '__main__':
    run_tool(publish)
