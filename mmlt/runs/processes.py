"""Processes of one training: how they are joined, and how they end."""

import os

import torch

from mmlt.signals import end_with_parent

__all__ = ['end_with_parent', 'is_first_process', 'join_processes']

# where a launcher tells a process its number
RANK = {
    'pytorch': 'RANK',
    'slurm': 'SLURM_PROCID',
    'mpi': 'OMPI_COMM_WORLD_RANK',
}


def is_first_process(launcher: str) -> bool:
    """Whether this is the first process of a training, joined yet or not.

    Args:
        launcher: 'none', 'pytorch', 'slurm' or 'mpi'.
    """
    return os.environ.get(RANK.get(launcher, ''), '0') == '0'


def join_processes(launcher: str) -> None:
    """Let processes without a GPU talk through gloo; end with the launcher.

    The start-up of mmengine needs a GPU in every process; it does nothing
    more once they are joined.

    Args:
        launcher: 'none', or 'pytorch' (torchrun). Others are left alone.
    """
    if launcher != 'pytorch':
        return
    end_with_parent()
    joined = torch.distributed.is_initialized()  # by the training before
    if not torch.cuda.is_available() and not joined:
        torch.distributed.init_process_group('gloo')
