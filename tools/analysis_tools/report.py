"""Compare finished runs: one page with tables, pictures and commands."""

from mmlt.cli import run_tool
from mmlt.cli.commands import report

if __name__ == '__main__':
    run_tool(report)
