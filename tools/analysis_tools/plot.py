"""Draw one picture of finished runs, as PNG, SVG or PDF."""

from mmlt.cli import run_tool
from mmlt.cli.commands import plot

if __name__ == '__main__':
    run_tool(plot)
