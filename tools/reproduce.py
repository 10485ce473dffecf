"""Make this project's results: python tools/reproduce.py run --hours 2."""

from mmlt.cli import run_tool
from mmlt.cli.commands import reproduce

if __name__ == '__main__':
    run_tool(reproduce)
