"""Checks and defaults that the command-line tools share."""

import ctypes
import os
import signal
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import torch
from mmengine.config import Config


def check_config(path: str) -> None:
    """Refuse a config file that is not there.

    Raises:
        FileNotFoundError: Naming configs of the same folder.
    """
    if Path(path).is_file() or '::' in path:
        return
    known = sorted(p.name for p in Path(path).parent.glob('*.py'))
    near = f' In that folder: {", ".join(known)}.' if known else ''
    raise FileNotFoundError(
        f'Expected a config file, but {path} does not exist.{near}'
    )


def read_config(path: str | Path, **settings) -> Config:
    """Read a config; whatever is wrong with it is one error.

    Args:
        path: File.
        **settings: Of ``Config.fromfile``.

    Raises:
        ValueError: If it cannot be read.
    """
    try:
        return Config.fromfile(path, **settings)
    except Exception as error:
        said = str(error).splitlines()[0] if str(error) else 'no more is known'
        raise ValueError(
            f'Expected {path} to be a config, but it cannot be read '
            f'({type(error).__name__}: {said}).'
        ) from error


def default_work_dir(config: str, overlays: Sequence[str] = ()) -> str:
    """Where a run of a config goes: work_dirs/<its folder>/<its name>.

    The names of overlays follow: bsce/resnet32_cifar100lt+fcc+ratio50.
    """
    path = Path(config.split('::')[-1])
    name = with_overlays(path.name, overlays)
    return os.path.join('work_dirs', path.parent.name, name)


def with_overlays(config: str, overlays: Sequence[str]) -> str:
    """Name of a config without .py, with those of its overlays after it."""
    words = [config.removesuffix('.py'), *(Path(o).stem for o in overlays)]
    return '+'.join(words)


def check_work_dir(work_dir: str) -> None:
    """Make the work directory, and see that it can be written.

    Raises:
        OSError: If it cannot.
    """
    try:
        os.makedirs(work_dir, exist_ok=True)
        with tempfile.TemporaryFile(dir=work_dir):
            pass
    except OSError as error:
        raise OSError(
            f'Expected a work directory that can be written, but {work_dir} '
            f'cannot ({error.strerror}). Choose another with --work-dir.'
        ) from error


def check_checkpoint(path: str, resume: bool = False) -> None:
    """Refuse a checkpoint that is not one, before anything is written.

    Args:
        path: Local file; addresses (``https://...``) are not looked at.
        resume: Whether a training is to go on from it.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is no checkpoint, or one that holds weights alone
            where a training is to be resumed.
    """
    if '://' in path:
        return
    content = read_checkpoint(path)
    if resume and not {'state_dict', 'optimizer', 'meta'} <= content.keys():
        raise ValueError(
            f'Expected {path} to hold the state of a training, but it has '
            'no optimizer. Start from its weights with --cfg-options '
            f'load_from={path} instead of --resume.'
        )


def read_checkpoint(path: str | Path) -> dict:
    """What a checkpoint holds, on the CPU.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is no checkpoint.
    """
    if not os.path.isfile(path):
        raise FileNotFoundError(
            f'Expected a checkpoint file, but {path} does not exist. '
            '`--resume` without a path takes the latest of the work '
            'directory.'
        )
    try:
        content = torch.load(path, map_location='cpu', weights_only=False)
    except Exception as error:
        raise ValueError(
            f'Expected {path} to be a checkpoint, but it cannot be read '
            f'({type(error).__name__}): damaged, or another kind of file.'
        ) from error
    if not isinstance(content, dict):
        raise ValueError(
            f'Expected {path} to hold a dict with `state_dict`, but got '
            f'{type(content).__name__}.'
        )
    return content


def complete_config(cfg: Config) -> Config:
    """Fill in what depends on the machine, where the config is silent.

    As the parent's tools: ``default_collate`` where no ``collate_fn`` is
    named, workers that persist, pinned memory where there is a GPU. Without
    a GPU, several processes do not ask for one.

    Raises:
        ValueError: If the config asks for what needs a GPU (``sync_bn``).
    """
    has_gpu = torch.cuda.is_available()
    for name in ('train_dataloader', 'val_dataloader', 'test_dataloader'):
        loader = cfg.get(name)
        if loader is None:
            continue
        loader.setdefault('pin_memory', has_gpu)
        loader.setdefault('persistent_workers', loader.num_workers > 0)
        loader.setdefault('collate_fn', dict(type='default_collate'))
    launcher = cfg.get('launcher', 'none')
    if cfg.get('sync_bn') and launcher != 'none' and not has_gpu:
        raise ValueError(
            'Expected no `sync_bn` without a GPU, but got '
            f"{cfg.sync_bn!r}: torch's SyncBatchNorm does not run on a CPU. "
            'Drop it: --cfg-options sync_bn=None.'
        )
    if not has_gpu and launcher != 'none':
        # the parent would give every process a GPU
        cfg.model_wrapper_cfg = {
            'type': 'MMDistributedDataParallel',
            'device_ids': None,
            'broadcast_buffers': False,
            'find_unused_parameters': cfg.get('find_unused_parameters', False),
            **(cfg.get('model_wrapper_cfg') or {}),
        }
    return cfg


def join_processes(launcher: str) -> None:
    """Let processes without a GPU talk through gloo; end with the launcher.

    The parent's own start-up needs a GPU in every process; it does nothing
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
