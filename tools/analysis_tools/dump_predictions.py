"""Write the predictions of a trained network on a split to a file."""

from mmlt.cli import run_tool
from mmlt.cli.commands import dump_predictions

if __name__ == '__main__':
    run_tool(dump_predictions)
