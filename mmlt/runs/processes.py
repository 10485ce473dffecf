"""Processes of one training: how they are joined, and how they end."""

import ctypes
import os
import signal
import sys

import torch

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
    if not torch.cuda.is_available():
        torch.distributed.init_process_group('gloo')


def end_with_parent() -> None:
    """Ask the kernel to end this process when its parent is killed.

    torchrun starts every process in a session of its own. If it is killed
    outright (SIGKILL, or the memory is full), they would go on, and write
    into the work directory of the training that is resumed meanwhile. Linux
    alone knows such a request; elsewhere nothing happens.
    """
    if sys.platform == 'linux':
        set_parent_death_signal = 1  # PR_SET_PDEATHSIG, see prctl(2)
        ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGKILL)
