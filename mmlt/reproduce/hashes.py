"""What a result depends on, in two short texts: the config, and the code.

A row of the ledger counts as done as long as neither has changed.
"""

import ast
import copy
import functools
import hashlib
import importlib
import importlib.util
import io
import json
import math
import sys
import tokenize
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import mmengine.registry
import mmpretrain.registry
from mmengine.config import Config
from mmengine.registry import Registry

from mmlt.functional.schedule import epoch_of
from mmlt.runs.matching_parts import types_in

__all__ = ['changes_numbers', 'code_hash', 'config_hash', 'training_modules']

# top-level settings that change no number
UNRELATED = {
    'applied_overlays',
    'auto_scale_lr',
    'default_hooks',
    'default_scope',
    'env_cfg',
    'experiment_name',
    'first_stage',
    'launcher',
    'load_from',
    'log_level',
    'log_processor',
    'resume',
    'vis_backends',
    'visualizer',
    'work_dir',
}
# settings anywhere that say where data lies and how it is loaded
OF_THE_MACHINE = {
    'data_root',
    'num_workers',
    'persistent_workers',
    'pin_memory',
    'prefetch_factor',
    'val_interval',
    'verify_md5',
}
# a compiled step rounds otherwise, as another device does: it is hashed as if
# it were not compiled, and the note of the row says that it was
AS_IF = {'compile': False}
# what makes the numbers of a row, whatever the config
MEASURES = ('mmlt.evaluation.run_numbers',)
# what changes no number, though it is imported everywhere
ASIDE = {'mmlt.environment'}
# packages whose registries have parts of ours, where they are installed
OTHER_TASKS = ('mmseg', 'mmdet')
DIGITS = 12


def config_hash(cfg: Config, first_stage: Config | None = None) -> str:
    """Hash of the settings that can change a number.

    Where the data lies, how it is loaded, logs and folders are left out, and
    whether the step is compiled; the random seed counts. A ``begin`` that is
    a share of the schedule is hashed as the epoch that it stands for. Where a
    second stage got the checkpoint of its first one does not count either.

    Args:
        cfg: Config of a training, with its overlays and its seed.
        first_stage: That of the first stage, if there is one.

    Returns:
        12 hexadecimal digits.

    Source:
        SHA-256, FIPS 180-4, https://doi.org/10.6028/NIST.FIPS.180-4, of
        canonical JSON.
    """
    key = (cfg.get('first_stage') or {}).get('checkpoint_key')
    if first_stage is not None and key:
        cfg = copy.deepcopy(cfg)
        cfg.merge_from_dict({key: None})
    stages = [s for s in (first_stage, cfg) if s is not None]
    settings = [
        _settings(
            {
                k: AS_IF.get(k, v)
                for k, v in stage.to_dict().items()
                if k not in UNRELATED or _scales_the_rate(k, v)
            },
            (stage.get('train_cfg') or {}).get('max_epochs'),
        )
        for stage in stages
    ]
    text = json.dumps(settings, sort_keys=True, default=repr, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()[:DIGITS]


def changes_numbers(key: str) -> bool:
    """Whether a setting can change a number, so that a hash includes it.

    Args:
        key: With dots; ``first_stage.`` before one of the first stage.
    """
    parts = key.removeprefix('first_stage.').split('.')
    return not (
        parts[0] in UNRELATED | AS_IF.keys() or OF_THE_MACHINE & set(parts)
    )


def _settings(value: Any, epochs: int | None) -> Any:
    """Settings without those of the machine; tuples are lists."""
    if isinstance(value, Mapping):
        return {
            str(key): epoch_of(v, epochs)
            if key == 'begin' and epochs and _is_share(v)
            else _settings(v, epochs)
            for key, v in value.items()
            if key not in OF_THE_MACHINE
        }
    if isinstance(value, list | tuple):
        return [_settings(v, epochs) for v in value]
    if isinstance(value, float) and not math.isfinite(value):
        return repr(value)
    return value


def _scales_the_rate(key: str, value: Any) -> bool:
    """Whether a setting scales the learning rate by the batch."""
    return key == 'auto_scale_lr' and bool((value or {}).get('enable'))


def _is_share(value: Any) -> bool:
    """Whether a ``begin`` is a share of the schedule."""
    return isinstance(value, float) and 0 <= value < 1


def code_hash(cfg: Config, first_stage: Config | None = None) -> str:
    """Hash of the code of mmlt that a training runs.

    It is that of the classes which the config names, and of all that they
    import: another method, a document or a report does not change it.
    Comments, docstrings and blank lines are left out.

    Args:
        cfg: Config of a training.
        first_stage: That of the first stage, if there is one.

    Returns:
        12 hexadecimal digits.
    """
    found = hashlib.sha256()
    for name in modules_of_stages(cfg, first_stage):
        found.update(f'{name}\n{_bare_source(name)}\n'.encode())
    return found.hexdigest()[:DIGITS]


def modules_of_stages(cfg: Config, first_stage: Config | None) -> list[str]:
    """Modules of mmlt that a training runs, with its first stage, sorted."""
    stages = [stage for stage in (cfg, first_stage) if stage is not None]
    return sorted({name for s in stages for name in training_modules(s)})


def training_modules(cfg: Config) -> list[str]:
    """Modules of mmlt that a training with a config runs, sorted.

    Args:
        cfg: Config; its ``custom_imports`` have been imported.
    """
    known = _modules_of_types()
    todo = [known[t] for t in types_in(cfg.to_dict()) if t in known]
    todo += MEASURES
    found: set[str] = set()
    while todo:
        name = todo.pop()
        if name not in found | ASIDE:
            found.add(name)
            todo += _imports_of(name)
    return sorted(found)


def _modules_of_types() -> dict[str, str]:
    """Registered name to module, of every part of mmlt."""
    others = [sys.modules.get(f'{name}.registry') for name in OTHER_TASKS]
    registries = {
        id(registry): registry
        for package in (
            mmengine.registry,
            mmpretrain.registry,
            *filter(None, others),
        )
        for registry in vars(package).values()
        if isinstance(registry, Registry)
    }
    return {
        name: kind.__module__
        for registry in registries.values()
        for name, kind in registry.module_dict.items()
        if kind.__module__.startswith('mmlt.')
    }


@functools.cache
def _imports_of(name: str) -> tuple[str, ...]:
    """Modules of mmlt whose names a module imports.

    A name that a package hands on counts for the module that defines it.
    """
    module = importlib.import_module(name)
    package = name if hasattr(module, '__path__') else module.__package__
    found = []
    for node in ast.walk(ast.parse(Path(module.__file__).read_text('utf-8'))):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            source = importlib.util.resolve_name(
                '.' * node.level + (node.module or ''), package
            )
            if source.split('.')[0] == 'mmlt':
                found += _defining(source, [a.name for a in node.names])
    return tuple(n for n in found if n.split('.')[0] == 'mmlt')


def _defining(source: str, names: Iterable[str]) -> Iterator[str]:
    """Where names that are imported from a module are defined."""
    module = importlib.import_module(source)
    for name in names:
        if importlib.util.find_spec(source) and hasattr(module, name):
            value = getattr(module, name)
            if isinstance(value, type(module)):
                yield value.__name__
                continue
            own = getattr(value, '__module__', None)
            yield own if str(own).startswith('mmlt.') else source
        else:
            yield f'{source}.{name}' if name != '*' else source


def path_of_module(name: str) -> Path:
    """File of a module."""
    return Path(importlib.import_module(name).__file__)


@functools.cache
def _bare_source(name: str) -> str:
    """Code of a module without comments, docstrings and blank lines."""
    return bare_source(path_of_module(name).read_text('utf-8'))


def bare_source(text: str) -> str:
    """Code without comments, docstrings and blank lines.

    Args:
        text: Of a module. Its layout stays as it is: two texts that differ
            by line breaks are different.
    """
    lines = [list(line) for line in text.splitlines()]
    for (row, begin), (last, end) in [*_comments(text), *_docstrings(text)]:
        for number in range(row, last + 1):
            line = lines[number - 1]
            left = begin if number == row else 0
            right = end if number == last else len(line)
            line[left:right] = ' ' * (right - left)
    bare = (''.join(line).rstrip() for line in lines)
    return '\n'.join(line for line in bare if line)


def _comments(text: str) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            yield token.start, token.end


def _docstrings(
    text: str,
) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    parts = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, parts) and ast.get_docstring(node) is not None:
            own = node.body[0]
            first = text.splitlines()[own.lineno - 1].encode()
            final = text.splitlines()[own.end_lineno - 1].encode()
            # the offsets of a syntax tree count bytes
            yield (
                (own.lineno, len(first[: own.col_offset].decode())),
                (own.end_lineno, len(final[: own.end_col_offset].decode())),
            )
