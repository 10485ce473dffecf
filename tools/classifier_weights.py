"""Write the first weights of a classifier from the names of its classes."""

from mmlt.cli import run_tool
from mmlt.cli.commands import classifier_weights

if __name__ == '__main__':
    run_tool(classifier_weights)
