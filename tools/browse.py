"""Look at training images: python tools/browse.py CONFIG --out page.html."""

from mmlt.cli import run_tool
from mmlt.cli.commands import browse

if __name__ == '__main__':
    run_tool(browse)
