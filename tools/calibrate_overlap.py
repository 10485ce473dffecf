"""Calibrate a trained classifier by the overlap of its classes."""

from mmlt.cli import run_tool
from mmlt.cli.commands import calibrate_overlap

if __name__ == '__main__':
    run_tool(calibrate_overlap)
