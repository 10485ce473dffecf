"""Fit calibrators on held-out predictions, and report what each does."""

from mmlt.cli import run_tool
from mmlt.cli.commands import posthoc

if __name__ == '__main__':
    run_tool(posthoc)
