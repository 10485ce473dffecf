"""Make long-tailed lists from a folder with one subfolder per class."""

from mmlt.cli import run_tool
from mmlt.cli.commands import make_longtail

if __name__ == '__main__':
    run_tool(make_longtail)
