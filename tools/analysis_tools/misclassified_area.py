"""The misclassified area of FCC on training and test images."""

from mmlt.cli import run_tool
from mmlt.cli.commands import misclassified_area

if __name__ == '__main__':
    run_tool(misclassified_area)
