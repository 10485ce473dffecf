"""A checkpoint without the state of its training, named by its checksum."""

import datetime
from pathlib import Path

import mmpretrain

import mmlt
from mmlt.checkpoints import save_by_checksum
from mmlt.runs.averaged_weights import EMA, last_step
from mmlt.runs.checkpoint import check_weights, read_checkpoint

TRAINING_STATE = ('optimizer', 'param_schedulers', 'hook_msgs', 'message_hub')


def read_weights(path: str) -> dict:
    """Content of a checkpoint.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it holds no weights, or weights that are no numbers.
    """
    content = read_checkpoint(path)
    state = content.get('state_dict')
    if not isinstance(state, dict) or not state:
        raise ValueError(
            f'Expected {path} to hold the weights of a model in '
            f'`state_dict`, but it has {sorted(map(str, content))[:5]}. Pass '
            'a checkpoint of tools/train.py.'
        )
    check_weights(content, path)
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
    last = content.get(EMA)
    content = {k: v for k, v in content.items() if k not in drop} | {
        'state_dict': dict(content['state_dict']),
        'meta': dict(content.get('meta', {})),
    }
    if not ema:
        if last is None:
            raise ValueError(
                'Expected a checkpoint with a moving average of the weights, '
                'but this one has none. Leave --no-ema out.'
            )
        content['state_dict'] |= last_step({EMA: last})
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
        NoRoomError: If the disk is full; nothing is left there then.
    """
    stem = Path(out.removesuffix('.pth'))
    if not stem.parent.is_dir():
        raise FileNotFoundError(
            f'Expected OUT in an existing folder, but {stem.parent} is none. '
            'Make the folder first.'
        )
    date = datetime.datetime.now().strftime('%Y%m%d')
    return save_by_checksum(content, stem.with_name(f'{stem.name}_{date}'))
