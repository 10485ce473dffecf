"""Weigh the experts of a trained network for the test images, unlabeled."""

import argparse

from mmlt.cli.options import add_config_options, add_trust, chosen
from mmlt.cli.values import positive, whole_number
from mmlt.posthoc.expert_aggregation import (
    AggregationSettings,
    aggregate_experts,
)

TOOL = 'tools/aggregate_experts.py'
DESCRIPTION = (
    'Learn one weight per expert from the test images themselves, without '
    'their labels (SADE): two random views of an image should be predicted '
    'alike. Tests before and after, on the same images; labels are read for '
    'the accuracy alone.'
)
EXAMPLE = (
    'configs/sade/resnet20_digitslt.py '
    'work_dirs/sade/resnet20_digitslt/epoch_40.pth'
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The network, the test set, and how the weights are learned."""
    parser.add_argument('config', help='config of the training')
    parser.add_argument('checkpoint', help='checkpoint of the training')
    parser.add_argument('--work-dir', help='folder for the log')
    parser.add_argument(
        '--imbalance-ratio',
        type=float,
        help='test on a long-tailed part of the test set, the class with '
        'most training images the largest (default: on the whole)',
    )
    parser.add_argument(
        '--epochs',
        type=whole_number(1),
        default=5,
        help='passes over the images (5)',
    )
    parser.add_argument(
        '--lr',
        type=positive,
        default=0.1,
        help='learning rate (0.1)',
    )
    parser.add_argument(
        '--batch-size',
        type=whole_number(1),
        default=128,
        help='of the learning (128)',
    )
    parser.add_argument('--out', help='.json file for weights and metrics')
    add_config_options(parser)
    add_trust(parser)


def check_arguments(
    parser: argparse.ArgumentParser, args: argparse.Namespace
) -> None:
    """What is written is JSON."""
    if args.out and not args.out.endswith('.json'):
        parser.error(f'--out needs a .json file, but is {args.out}')


def run(args: argparse.Namespace) -> None:
    """Run the aggregation."""
    aggregate_experts(chosen(args, AggregationSettings))
