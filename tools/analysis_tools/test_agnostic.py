"""Accuracy on test sets with other class frequencies, from one dump."""

from mmlt.cli import run_tool
from mmlt.cli.commands import test_agnostic

if __name__ == '__main__':
    run_tool(test_agnostic)
