"""Which weights of a checkpoint count: their moving average, or the last.

mmengine's ``EMAHook`` saves the average as ``state_dict``, and the weights of
the last step, which a training goes on with, as ``ema_state_dict``.
"""

from pathlib import Path

from mmengine.hooks import Hook
from mmengine.logging import print_log
from torch import Tensor

__all__ = ['WEIGHTS', 'PlainWeightsHook', 'last_step', 'with_weights']

WEIGHTS = ('ema', 'plain')
EMA, PREFIX = 'ema_state_dict', 'module.'


def last_step(content: dict) -> dict[str, Tensor]:
    """Weights of the last step of a checkpoint that has their average.

    Args:
        content: Checkpoint with ``ema_state_dict``.

    Returns:
        Name to weight, those that were averaged.
    """
    return {
        name.removeprefix(PREFIX): value
        for name, value in content[EMA].items()
        if name.startswith(PREFIX)
    }


def with_weights(
    content: dict, weights: str | None, source: str | Path
) -> dict:
    """A checkpoint whose ``state_dict`` has the weights that are asked for.

    Args:
        content: Checkpoint; not changed.
        weights: 'ema', their moving average; 'plain', those of the last
            step; None: what ``state_dict`` has, whatever that is.
        source: Name of the file, for the message.

    Returns:
        The checkpoint.

    Raises:
        ValueError: If there is no moving average in it, and either is asked
            for by name.
    """
    if weights is None:
        return content
    if not isinstance(content.get(EMA), dict):
        raise ValueError(
            f'Expected {source} to hold a moving average of the weights, for '
            f'--weights {weights}, but it has none. Leave --weights out, or '
            'train --with ema.'
        )
    if weights == 'ema':
        return content
    return content | {'state_dict': content['state_dict'] | last_step(content)}


class PlainWeightsHook(Hook):
    """Tests the weights of the last step in the place of their average.

    Args:
        source: Name of the checkpoint.
    """

    # before anything is loaded, checked or copied
    priority = 'HIGHEST'

    def __init__(self, source: str) -> None:
        self.source = source

    def after_load_checkpoint(self, runner, checkpoint: dict) -> None:
        """Put the weights where the network is loaded from."""
        chosen = with_weights(checkpoint, 'plain', self.source)
        checkpoint['state_dict'] = chosen['state_dict']
        print_log(
            'Tested are the weights of the last step, not their moving '
            'average.',
            logger='current',
        )
