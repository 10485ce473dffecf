"""Check lists and images of a long-tailed data set before training on it."""

from mmlt.cli import run_tool
from mmlt.cli.commands import verify_splits

if __name__ == '__main__':
    run_tool(verify_splits)
