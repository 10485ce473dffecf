"""Checks and defaults that the command-line tools share."""

import os
import tempfile
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


def default_work_dir(config: str) -> str:
    """Where a run of a config goes: work_dirs/<its folder>/<its name>."""
    path = Path(config.split('::')[-1])
    return os.path.join('work_dirs', path.parent.name, path.stem)


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
    if resume and not {'state_dict', 'optimizer', 'meta'} <= content.keys():
        raise ValueError(
            f'Expected {path} to hold the state of a training, but it has '
            'no optimizer. Start from its weights with --cfg-options '
            f'load_from={path} instead of --resume.'
        )


def complete_config(cfg: Config) -> Config:
    """Fill in what depends on the machine, where the config is silent.

    As the parent's tools: ``default_collate`` where no ``collate_fn`` is
    named, workers that persist, pinned memory where there is a GPU. Without
    a GPU, several processes do not ask for one.
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
    """Let processes without a GPU talk through gloo.

    The parent's own start-up needs a GPU in every process; it does nothing
    more once they are joined.

    Args:
        launcher: 'none', or 'pytorch' (torchrun). Others are left alone.
    """
    if launcher == 'pytorch' and not torch.cuda.is_available():
        torch.distributed.init_process_group('gloo')
