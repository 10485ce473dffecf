"""Train a model: python tools/train.py configs/fcc/resnet32_cifar10lt.py."""

from mmlt.cli import run_tool
from mmlt.cli.commands import train

if __name__ == '__main__':
    run_tool(train)
