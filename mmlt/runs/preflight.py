"""Checks and defaults that the command-line tools share."""

import os
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from mmengine.config import Config
from mmengine.hooks import CheckpointHook

from .config_files import check_files, place_of
from .settings import HOOK_NAMES
from .watched_metrics import check_watched_metrics

# what every training has, also one whose config does without the base
HOOKS = {
    'finite_loss': 'FiniteLossHook',
    'stop': 'StopOnSignalHook',
    'weights': 'FittingWeightsHook',
}


def check_config(path: str) -> None:
    """Raise if a config file does not exist.

    Raises:
        FileNotFoundError: Naming configs of the same folder.
    """
    if Path(path).is_file() or '::' in path:
        return
    if Path(path).is_dir():
        folder, said = Path(path), f'{path} is a folder'
    else:
        folder, said = Path(path).parent, f'{path} does not exist'
    known = sorted(p.name for p in folder.glob('*.py'))
    near = 'Correct the path.'
    if known:
        near = f'In that folder: {", ".join(known)}.'
    raise FileNotFoundError(f'Expected a config file, but {said}. {near}')


def read_config(path: str | Path, **settings) -> Config:
    """Read a config; whatever is wrong with it is one error.

    Args:
        path: File.
        **settings: Of ``Config.fromfile``.

    Raises:
        FileNotFoundError: If it inherits from a file that does not exist.
        ValueError: If it cannot be read.
    """
    check_files(path)
    try:
        return Config.fromfile(path, **settings)
    except Exception as error:
        cause = _root_cause(error)
        place = place_of(cause) or place_of(error)
        if 'Duplicate key is not allowed among bases' in str(cause):
            keys = ', '.join(sorted(re.findall(r"'(\w+)'", str(cause))))
            raise ValueError(
                f'Expected bases of {path} that set nothing twice, but '
                f'several of them set {keys}. Keep one of them, the recipe '
                'of a method, and override its data (docs/own_images.md).'
            ) from error
        raise ValueError(
            f'Expected {path} to be a config, but it cannot be read '
            f'({f"{place}: " if place else ""}{_words(cause)}). '
            f'{_next_step(cause)}'
        ) from error


def _root_cause(error: BaseException) -> BaseException:
    """The first error with words of those that one was raised from.

    Of a module of ``custom_imports`` that fails, mmengine says only that it
    does; the reason is the error before.
    """
    cause, found = error, error
    while cause.__cause__ or cause.__context__:
        cause = cause.__cause__ or cause.__context__
        if str(cause):
            found = cause
    return found


def _next_step(cause: BaseException) -> str:
    """What to do about a config that cannot be read."""
    if isinstance(cause, ModuleNotFoundError) and cause.name:
        package = cause.name.partition('.')[0]
        return (
            f'Is {package} beside you? Then Python finds it after `export '
            'PYTHONPATH=.`; else correct its name, or install it.'
        )
    return 'Mend what it names.'


def _words(error: BaseException) -> str:
    """Type and first line of an error."""
    said = str(error).splitlines()
    name = type(error).__name__
    return f'{name}: {said[0]}' if said else f'{name}, which says no more'


def default_work_dir(config: str, overlays: Sequence[str] = ()) -> str:
    """Where a run of a config goes: work_dirs/<its folder>/<its name>.

    The names of overlays follow: bsce/resnet32_cifar100lt+fcc+ratio50.
    """
    path = Path(config.split('::')[-1])
    name = with_overlays(path.name, overlays)
    return os.path.join('work_dirs', path.parent.name, name)


def with_overlays(config: str, overlays: Sequence[str]) -> str:
    """Name of a config without .py, with those of its overlays after it."""
    names = dict.fromkeys(Path(overlay).stem for overlay in overlays)
    return '+'.join([config.removesuffix('.py'), *names])


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


def complete_config(cfg: Config) -> Config:
    """Fill in what depends on the machine, where the config is silent.

    As the tools of mmpretrain: ``default_collate`` where no ``collate_fn`` is
    named (``pseudo_collate`` in another scope, as mmengine), workers that
    persist, pinned memory where there is a GPU. Without a GPU, several
    processes do not ask for one.

    Raises:
        ValueError: If the config asks for what needs a GPU (``sync_bn``), or
            watches a metric that is not evaluated.
    """
    use_whole_checkpoints(cfg)
    check_strategy(cfg)
    check_watched_metrics(cfg)
    let_counts_differ(cfg)
    for name, kind in HOOKS.items():
        cfg.default_hooks.setdefault(name, dict(type=in_scope(kind, cfg)))
    has_gpu = torch.cuda.is_available()
    collate = 'default_collate' if is_ours(cfg) else 'pseudo_collate'
    for name in ('train_dataloader', 'val_dataloader', 'test_dataloader'):
        loader = cfg.get(name)
        if loader is None:
            continue
        loader.setdefault('pin_memory', has_gpu)
        loader.setdefault('persistent_workers', loader.num_workers > 0)
        loader.setdefault('collate_fn', dict(type=collate))
    hooks = cfg.get('default_hooks') or {}
    for name in [name for name in hooks if hooks[name] is None]:
        if name not in HOOK_NAMES:  # mmengine drops only its own
            del hooks[name]
    launcher = cfg.get('launcher', 'none')
    if cfg.get('sync_bn') and launcher != 'none' and not has_gpu:
        raise ValueError(
            'Expected no `sync_bn` without a GPU, but got '
            f"{cfg.sync_bn!r}: torch's SyncBatchNorm does not run on a CPU. "
            'Drop it: --cfg-options sync_bn=None.'
        )
    if not has_gpu and launcher != 'none':
        # mmpretrain would give every process a GPU
        cfg.model_wrapper_cfg = {
            'type': 'MMDistributedDataParallel',
            'device_ids': None,
            'broadcast_buffers': False,
            'find_unused_parameters': cfg.get('find_unused_parameters', False),
            **(cfg.get('model_wrapper_cfg') or {}),
        }
    return cfg


def let_counts_differ(settings: Any) -> None:
    """Let ``ConcatDataset`` join sets that have other numbers of images.

    It wants the meta information of all to be equal; the images per class,
    which are a part of it, are added up where they are needed.

    Args:
        settings: Config, or a part of one; changed in place.
    """
    if isinstance(settings, list | tuple):
        for part in settings:
            let_counts_differ(part)
    if not isinstance(settings, dict | Config):
        return
    if str(settings.get('type', '')).split('.')[-1] == 'ConcatDataset':
        ignored = settings.get('ignore_keys') or []
        ignored = [ignored] if isinstance(ignored, str) else list(ignored)
        settings['ignore_keys'] = [*dict.fromkeys([*ignored, 'class_counts'])]
    for part in list(settings.values()):
        let_counts_differ(part)


def use_whole_checkpoints(cfg: Config) -> None:
    """Replace mmengine's ``CheckpointHook``, named or not, by ours.

    Args:
        cfg: Changed in place.
    """
    import mmlt.engine  # noqa: F401, which registers it

    theirs = ('CheckpointHook', 'mmengine.CheckpointHook', CheckpointHook)
    if cfg.get('default_hooks') is None:
        cfg.default_hooks = {}
    if 'checkpoint' not in cfg.default_hooks:
        cfg.default_hooks.checkpoint = dict(type='CheckpointHook')
    hooks = [cfg.default_hooks.checkpoint, *(cfg.get('custom_hooks') or [])]
    for hook in hooks:
        kind = hook.get('type') if isinstance(hook, dict) else None
        if kind in theirs:
            hook['type'] = in_scope('WholeCheckpointHook', cfg)


def in_scope(kind: str, cfg: Config) -> str:
    """Name by which the registries of a config find a part of ours.

    Args:
        kind: Its registered name.
        cfg: Of mmpretrain, or of another package of the family.
    """
    return kind if is_ours(cfg) else f'mmpretrain.{kind}'


def is_ours(cfg: Config) -> bool:
    """Whether a config is of image classification, by its scope."""
    scope = cfg.get('default_scope')
    return scope in (None, 'mmengine', 'mmpretrain', 'mmlt')


def check_strategy(cfg: Config) -> None:
    """Check that an optimizer wrapper has the strategy that it needs.

    Raises:
        ValueError: If it has not; mmengine blames the scheduler.
    """
    for name in ('ColossalAI', 'DeepSpeed'):
        wrapper = (cfg.get('optim_wrapper') or {}).get('type')
        strategy = (cfg.get('strategy') or {}).get('type')
        if wrapper == f'{name}OptimWrapper' and strategy != f'{name}Strategy':
            raise ValueError(
                'Expected parts of mmengine and mmpretrain that work here, '
                f'but got {wrapper}: it needs `strategy=dict(type='
                f"'{name}Strategy')` and `runner_type='FlexibleRunner'`. Add "
                'both, or take OptimWrapper.'
            )
