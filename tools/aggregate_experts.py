"""Weigh the experts of a trained network for the test images, unlabeled."""

from mmlt.cli import run_tool
from mmlt.cli.commands import aggregate_experts

if __name__ == '__main__':
    run_tool(aggregate_experts)
