"""Processes that load images, ended when their training has ended.

Loaders keep them from epoch to epoch, until the runner is collected as
garbage. By then the threads that feed them and the collector may close one
pipe twice, and Python writes a traceback of `QueueFeederThread` below the
result of a training that went well.
"""

from mmengine.runner import Runner

__all__ = ['end_workers']

# seconds for the end of a thread that has been told to end
PATIENCE = 10


def end_workers(runner: Runner) -> None:
    """End the processes that load images, and the threads that feed them.

    Args:
        runner: Whose training or test has ended.
    """
    for loop in (runner._train_loop, runner._val_loop, runner._test_loop):
        loader = getattr(loop, 'dataloader', None)
        # torch has no public way to end the workers of a loader
        iterator = getattr(loader, '_iterator', None)
        if iterator is None or not hasattr(iterator, '_shutdown_workers'):
            continue
        iterator._shutdown_workers()
        for queue in iterator._index_queues:
            if queue._thread is not None:
                queue._thread.join(PATIENCE)
        loader._iterator = None
