"""Make a checkpoint ready to be handed on.

python tools/publish_model.py IN OUT drops the state of the training and
writes OUT with the date and the first eight digits of its sha256 in the name,
as the parent's tool does. Class counts, in the weights, are kept.
"""

import argparse
import datetime
import hashlib
import os
import sys
import tempfile
from pathlib import Path

import mmpretrain
import torch

import mmlt
from mmlt.runs.checkpoint import read_checkpoint

TRAINING_STATE = ('optimizer', 'param_schedulers', 'hook_msgs', 'message_hub')
EMA, PREFIX = 'ema_state_dict', 'module.'


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description='Drop the state of the training from a checkpoint, and '
        'put the date and its sha256 into the name.',
        epilog='Example: python tools/publish_model.py '
        'work_dirs/fcc/resnet32_cifar10lt/epoch_200.pth '
        'fcc_resnet32_cifar10lt.pth',
    )
    parser.add_argument('in_file', help='checkpoint of a training')
    parser.add_argument('out_file', help='begins the name of the new file')
    parser.add_argument(
        '--no-ema',
        action='store_true',
        help='publish the weights of the last step, where the checkpoint has '
        'their moving average besides (default: the average)',
    )
    return parser.parse_args()


def read_training(path: str) -> dict:
    """Content of the checkpoint of a training.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it holds no weights.
    """
    content = read_checkpoint(path)
    state = content.get('state_dict')
    if not isinstance(state, dict) or not state:
        raise ValueError(
            f'Expected {path} to hold the weights of a model in '
            f'`state_dict`, but it has {sorted(map(str, content))[:5]}. Pass '
            'a checkpoint of tools/train.py.'
        )
    return content


def without_training(content: dict, ema: bool = True) -> dict:
    """The checkpoint that is handed on.

    Args:
        content: Checkpoint; not changed.
        ema: Whether the weights are the moving average, where there is one.
            (mmengine saves the average as ``state_dict``, and the weights of
            the last step as ``ema_state_dict``.)

    Raises:
        ValueError: If ``ema`` is False and there is no other.
    """
    drop = (*TRAINING_STATE, EMA)
    content = {k: v for k, v in content.items() if k not in drop} | {
        'state_dict': dict(content['state_dict']),
        'meta': dict(content.get('meta', {})),
        EMA: content.get(EMA),
    }
    last = content.pop(EMA)
    if not ema:
        if last is None:
            raise ValueError(
                'Expected a checkpoint with a moving average of the weights, '
                'but this one has none. Leave --no-ema out.'
            )
        content['state_dict'] |= {
            name.removeprefix(PREFIX): value
            for name, value in last.items()
            if name.startswith(PREFIX)
        }
    meta = content['meta']
    meta.setdefault('mmpretrain_version', mmpretrain.__version__)
    meta.setdefault('mmlt_version', mmlt.__version__)
    if not meta.setdefault('dataset_meta', {}):
        print('note: the checkpoint does not name its classes')
    return content


def publish(content: dict, out: str) -> Path:
    """Write a checkpoint under a name that holds its checksum.

    Raises:
        FileNotFoundError: If the folder does not exist.
    """
    stem = Path(out.removesuffix('.pth'))
    if not stem.parent.is_dir():
        raise FileNotFoundError(
            f'Expected OUT in an existing folder, but {stem.parent} is none.'
        )
    with tempfile.TemporaryDirectory(
        dir=stem.parent, prefix='.publish-'
    ) as folder:
        draft = Path(folder) / 'draft.pth'
        torch.save(content, draft)
        digest = hashlib.sha256(draft.read_bytes()).hexdigest()[:8]
        date = datetime.datetime.now().strftime('%Y%m%d')
        final = stem.with_name(f'{stem.name}_{date}-{digest}.pth')
        os.replace(draft, final)
    return final


def main() -> None:
    """Publish, or say in one line why not."""
    args = parse_args()
    try:
        content = read_training(args.in_file)
        content = without_training(content, ema=not args.no_ema)
        print(f'{publish(content, args.out_file)} written')
    except (OSError, ValueError) as error:
        sys.exit(f'error: {error}')


if __name__ == '__main__':
    main()
