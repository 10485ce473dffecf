import logging

from mmlt.parents import print_log

__all__ = ['warn_of_unknown_epoch']


def warn_of_unknown_epoch(part: object, meanwhile: str) -> None:
    """Say that a part, which acts by the epoch, was never told it.

    Args:
        part: Its ``set_progress`` was not called.
        meanwhile: What it does so, after its name.
    """
    print_log(
        f'{type(part).__name__} was not told the epoch and {meanwhile}. In a '
        'loop of your own, call `set_progress(epoch, max_epochs)` before '
        'every epoch; a config needs '
        "`custom_hooks=[dict(type='LongTailHook')]`.",
        logger='current',
        level=logging.WARNING,
    )
