"""Begin a project: python tools/new.py my_project --images photos."""

from mmlt.cli import run_tool
from mmlt.cli.commands import new

if __name__ == '__main__':
    run_tool(new)
