"""Make a checkpoint ready to be handed on."""

import argparse

from mmlt.cli.options import add_data_root, add_device, add_trust
from mmlt.export.publish import publish, read_weights, without_training

TOOL = 'tools/publish_model.py'
DESCRIPTION = (
    'Drop the state of the training from a checkpoint, and put the date and '
    'its sha256 into the name. Class counts, in the weights, are kept. With '
    '--zoo NAME: store the network of a run in half precision among those '
    'that come with mmlt (zoo/), if the ledger has its row and the stored '
    'network reaches what that says.'
)
EXAMPLE = (
    'work_dirs/fcc/resnet32_cifar10lt/epoch_200.pth fcc_resnet32_cifar10lt.pth'
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """From where to where."""
    parser.add_argument(
        'in_file', help='checkpoint of a training; with --zoo its folder'
    )
    parser.add_argument(
        'out_file', nargs='?', help='begins the name of the new file'
    )
    parser.add_argument(
        '--no-ema',
        action='store_true',
        help='publish the weights of the last step, where the checkpoint has '
        'their moving average besides (default: the average)',
    )
    zoo = parser.add_argument_group('for the networks that come with mmlt')
    zoo.add_argument(
        '--zoo', metavar='NAME', help='of the network, as fcc_cifar100lt'
    )
    add_data_root(zoo)
    add_device(zoo)
    add_trust(parser)


def check_arguments(
    parser: argparse.ArgumentParser, args: argparse.Namespace
) -> None:
    """To a file, or into the zoo."""
    if (args.out_file is None) == (args.zoo is None):
        parser.error('name either the new file, or --zoo NAME')
    if args.zoo is not None and args.no_ema:
        parser.error('--no-ema is not for --zoo: the row is of the average')


def run(args: argparse.Namespace) -> None:
    """Publish, and say under which name."""
    if args.zoo is not None:
        add(args)
        return
    content = read_weights(args.in_file)
    content = without_training(content, ema=not args.no_ema)
    print(f'{publish(content, args.out_file)} written')


def add(args: argparse.Namespace) -> None:
    """Add the network of a run to the zoo."""
    # only here: it imports all that a test needs
    from mmlt.cli.progress import bar
    from mmlt.zoo.adding import add_to_zoo
    from mmlt.zoo.index import ledger_path

    entry = add_to_zoo(
        args.in_file,
        args.zoo,
        ledger_path(),
        args.data_root,
        args.device,
        bar,
    )
    print(
        f'{entry.path} written: top-1 {entry.metrics["top1"]:.2f} '
        f'(ledger: {entry.ledger["top1"]:.2f})'
    )
