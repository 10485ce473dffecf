"""Test the networks that come with mmlt, and compare with the ledger."""

from mmlt.cli import run_tool
from mmlt.cli.commands import verify

if __name__ == '__main__':
    run_tool(verify)
