"""Test a checkpoint: python tools/test.py CONFIG CHECKPOINT."""

from mmlt.cli import run_tool
from mmlt.cli.commands import test

if __name__ == '__main__':
    run_tool(test)
