"""Evaluate predictions of any framework: numbers, tables, pictures, a page."""

from mmlt.cli import run_tool
from mmlt.cli.commands import evaluate

if __name__ == '__main__':
    run_tool(evaluate)
