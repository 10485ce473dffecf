"""Run a function in several processes that talk through gloo, on the CPU.

The processes come from one server that has imported everything once, and
knows of no GPU, so that they start in a fraction of a second.
"""

import datetime
import multiprocessing
import os
import tempfile
import traceback
from collections.abc import Callable
from typing import Any
from unittest import mock

import pytest
import torch
from mmengine.registry import init_default_scope

SECONDS = 240  # until a process is given up

needs_gloo = pytest.mark.skipif(
    not torch.distributed.is_gloo_available(), reason='no gloo here'
)


def in_processes(world_size: int, function: Callable, *args) -> list[Any]:
    """What ``function(*args)`` returns in each of several processes.

    Args:
        world_size: How many; 1 is one process without a group.
        function: Of a module that can be imported.
        *args: What pickle can carry.

    Raises:
        RuntimeError: With the traceback of a process that failed.
    """
    context = multiprocessing.get_context('forkserver')
    context.set_forkserver_preload([f'{__package__}.trainings', __name__])
    with tempfile.TemporaryDirectory() as folder:
        processes = [
            context.Process(
                target=enter, args=(rank, world_size, folder, function, args)
            )
            for rank in range(world_size)
        ]
        with mock.patch.dict(os.environ, CUDA_VISIBLE_DEVICES=''):
            for process in processes:
                process.start()
        for process in processes:
            process.join(SECONDS)
            if process.is_alive():
                process.kill()
        outcomes = [
            torch.load(path, weights_only=False)
            if os.path.exists(path)
            else ('no result', None)
            for path in (f'{folder}/{rank}.pth' for rank in range(world_size))
        ]
    failures = [
        f'process {rank}: {failure}'
        for rank, (failure, _) in enumerate(outcomes)
        if failure
    ]
    if failures:
        raise RuntimeError('\n'.join(failures))
    return [result for _, result in outcomes]


def enter(rank, world_size, folder, function, args) -> None:
    """What a process does."""
    os.environ.update(
        CUDA_VISIBLE_DEVICES='',
        RANK=str(rank),
        LOCAL_RANK=str(rank),
        WORLD_SIZE=str(world_size),
    )
    torch.set_num_threads(1)
    torch.manual_seed(0)
    init_default_scope('mmpretrain')
    if world_size > 1:
        torch.distributed.init_process_group(
            'gloo',
            init_method=f'file://{folder}/store',
            rank=rank,
            world_size=world_size,
            timeout=datetime.timedelta(seconds=SECONDS),
        )
    failure = result = None
    try:
        result = function(*args)
    except Exception:
        failure = traceback.format_exc()
    torch.save((failure, result), f'{folder}/{rank}.pth')
    if world_size > 1 and failure is None:
        torch.distributed.destroy_process_group()
