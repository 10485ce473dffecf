"""From an error to the one line that a person reads.

What mmengine and torch say of a wrong name or argument is about their own
code. Here it is said about the config: which name there is not, and which
one was probably meant. The traceback goes into the log of the run.
"""

import difflib
import importlib
import inspect
import logging
import os
import re
import traceback
from collections.abc import Iterable
from pathlib import Path
from types import FrameType

import torch
from mmengine.logging import MMLogger
from mmengine.registry import Registry, build_from_cfg
from mmengine.runner import Runner
from mmengine.runner.base_loop import BaseLoop
from torch import Tensor, nn

import mmlt

__all__ = ['MISTAKES', 'is_mistake', 'keep_traceback', 'line_of']

# what a user can mend; everything else is a fault of ours, with a traceback
MISTAKES = (ImportError, KeyError, OSError, TypeError, ValueError)
VARIABLE = 'MMLT_TRACEBACK'
OURS = Path(mmlt.__file__).parent


def is_mistake(error: BaseException, prepared: bool = False) -> bool:
    """Whether a user can mend what an error is about.

    - An error that our own code raises with a sentence ('Expected ...').
    - Any error while a runner and its parts are built from the config, or
      in the first batch that goes through them: the settings are wrong.
    - What the machine lacks: a file, space on the disk, memory.
    - Elsewhere: the kinds of :data:`MISTAKES`, but not in the work of a
      command whose checks are done.

    Args:
        error: What was raised.
        prepared: Whether the command has done its checks.
    """
    if isinstance(error, OSError | MemoryError | torch.OutOfMemoryError):
        return True
    if not isinstance(error, Exception):
        return False
    if _is_a_sentence_of_ours(error):
        return True
    frames = _frames(error)
    if _in_training(frames):
        return False
    if _is_building(frames):
        return True
    return isinstance(error, MISTAKES) and not prepared


def line_of(error: BaseException, hint: str = '') -> str:
    """What an error says, in one line, about the settings.

    Args:
        error: What was raised, with its traceback.
        hint: Where the traceback is, for errors that need it: those of
            others, whose words may not say what is to be done.
    """
    text = _text(error)
    if _is_a_sentence_of_ours(error):
        return text
    frames = _frames(error)
    for said in (
        _unknown_name(text, frames),
        _wrong_argument(error, text, frames),
        _wrong_width(error, frames),
        _no_memory(error, text),
    ):
        if said:
            return said
    return f'{_words_of_others(error, text, frames)}{hint}'


def _words_of_others(
    error: BaseException, text: str, frames: list[FrameType]
) -> str:
    """What an error of another library says, and of which part."""
    if isinstance(error, OSError) and error.strerror and error.filename:
        return f'{error.filename}: {error.strerror}.'
    if isinstance(error, OSError) or text.startswith('Expected '):
        return text
    # an error without words, and one whose words alone say nothing
    if not text or isinstance(error, AttributeError | KeyError | TypeError):
        text = f'{type(error).__name__}: {text}'.removesuffix(': ')
    built = _what_is_built(frames)
    if built and _is_building(frames):
        return (
            f'`{built}` does not take its settings: {text.rstrip(".")}. '
            'Correct them in the config.'
        )
    return text


def keep_traceback(error: BaseException, shown: bool = False) -> str:
    """Keep the traceback of an error, and say where it is.

    It goes into the log of the run, where there is one; and to the error
    stream where the variable ``MMLT_TRACEBACK`` is set.

    Args:
        error: What was raised.
        shown: Whether Python is going to show it anyway.

    Returns:
        Where it is, in a sentence.
    """
    file = _write_to_log(''.join(traceback.format_exception(error)))
    if os.environ.get(VARIABLE):
        if not shown:
            traceback.print_exception(error)
        return ''
    if file:
        return f' (The traceback is in {file}.)'
    return f' (With {VARIABLE}=1 before the command, it shows where.)'


def _write_to_log(text: str) -> str:
    """Write into the log file of the run; its path, '' without one."""
    loggers = list(MMLogger._instance_dict.values())
    handlers = loggers[-1].handlers if loggers else []
    for handler in handlers:
        if isinstance(handler, logging.FileHandler):
            record = logging.LogRecord(
                'mmlt', logging.ERROR, '', 0, text, None, None
            )
            handler.handle(record)
            return handler.baseFilename
    return ''


def _text(error: BaseException) -> str:
    """The words of an error in one line.

    Those of a KeyError without the quotation marks; those from a worker
    process without the traceback that torch puts around them.
    """
    is_key = isinstance(error, KeyError) and error.args
    text = str(error.args[0] if is_key else error)
    if 'Original Traceback' in text:
        # below the last frame, its line and what marks a place in the line:
        # 'mmlt.datasets.bad_images.BadImageError: Expected ...'
        text = re.split(r'(?m)^  File ".*\n(?:    .*\n)*', text)[-1]
        text = re.sub(r'^[\w.]+(?:Error|Exception|error): ', '', text)
    return ' '.join(text.split())


def _frames(error: BaseException) -> list[FrameType]:
    """Where an error passed, the innermost last."""
    return [frame for frame, _ in traceback.walk_tb(error.__traceback__)]


def _is_a_sentence_of_ours(error: BaseException) -> bool:
    """Raised by this project, with words that say what to do."""
    if not _text(error).startswith('Expected '):
        return False  # torch has such sentences too: who raised it?
    if 'Original Traceback' in str(error):
        files = re.findall(r'File "([^"]+)", line', str(error))
    else:
        files = [frame.f_code.co_filename for frame in _frames(error)]
    return bool(files) and Path(files[-1]).is_relative_to(OURS)


def _in_training(frames: Iterable[FrameType]) -> bool:
    """Whether a loop has gone beyond its first batch."""
    for frame in frames:
        loop = frame.f_locals.get('self')
        if not isinstance(loop, BaseLoop) or frame.f_code.co_name == 'run':
            continue
        done = getattr(loop, '_iter', 0) or frame.f_locals.get('idx', 0)
        if done:
            return True
    return False


def _is_building(frames: Iterable[FrameType]) -> bool:
    """Whether a part is built from a config, or a runner set up."""
    return any(
        frame.f_code is build_from_cfg.__code__
        or isinstance(frame.f_locals.get('self'), Runner)
        or frame.f_code is Runner.from_cfg.__func__.__code__
        for frame in frames
    )


def _what_is_built(frames: list[FrameType]) -> str:
    """Name of the innermost part that was being built, or ''."""
    for frame in reversed(frames):
        if frame.f_code is build_from_cfg.__code__:
            built = frame.f_locals.get('obj_cls')
            return getattr(built, '__name__', '')
    return ''


def _nearest(name: str, known: Iterable[str]) -> str:
    """'Did you mean ...?', or the names themselves where they are few."""
    known = sorted(set(known) - {name})
    lower = {word.lower(): word for word in known}
    near = difflib.get_close_matches(name.lower(), lower, 3, 0.6)
    if near:
        words = ' or '.join(f'`{lower[word]}`' for word in near[:2])
        return f'Did you mean {words}?'
    if 0 < len(known) <= 12:
        return f'Known: {", ".join(known)}.'
    return 'Correct the name, or import its module in custom_imports.'


def _unknown_name(text: str, frames: list[FrameType]) -> str:
    """Of a name that is in no registry."""
    found = re.match(r'(\S+) is not in the (?:(\S+)::)?(.+?) registry', text)
    if not found:
        found = re.match(r'Failed to get (\S+)()()$', text)
    if not found:
        return ''
    name, scope, kind = found.groups()
    registry = setting = None
    for frame in reversed(frames):
        local = frame.f_locals
        if registry is None:
            value = local.get('registry', local.get('self'))
            registry = value if isinstance(value, Registry) else None
        if setting is None and frame.f_code is build_from_cfg.__code__:
            setting = local.get('cfg')
    kind = _role(setting, frames) or KINDS.get(kind, kind.replace('_', ' '))
    known = list(_names(registry)) if registry is not None else []
    said = f'There is no {kind} called `{name}`.'
    if scope == 'mmengine' and registry is not None:
        child = registry._get_root_registry().children.get('mmpretrain')
        if child is not None and name in child.module_dict:
            return (
                f'{said} It is one of mmpretrain, and the config has no '
                "`default_scope = 'mmpretrain'`. Begin it with _base_ = "
                "['mmlt::_base_/default_runtime.py', ...]."
            )
    if name not in known and name in _names_of_mmlt():
        return (
            f'{said} It is one of mmlt, which the config does not import: '
            '`custom_imports` replaces that of the base. Write imports=['
            "*_base_.custom_imports.imports, 'your_module']."
        )
    hint = _nearest(name, known)
    if hint.startswith('Did you mean'):
        hint += ' One of your own is imported in `custom_imports`.'
    return f'{said} {hint}'


def _names_of_mmlt() -> set[str]:
    """Names of the parts that a config of mmlt imports."""
    rooms = ('datasets', 'models', 'engine', 'evaluation')
    modules = [importlib.import_module(f'mmlt.{room}') for room in rooms]
    return {name for module in modules for name in module.__all__}


def _names(registry: Registry | None) -> Iterable[str]:
    """All names that a registry and those above it know."""
    while registry is not None:
        yield from registry.module_dict
        registry = registry.parent


def _role(setting: dict | None, frames: list[FrameType]) -> str:
    """What a part is for the one that builds it: 'head', 'backbone'."""
    if setting is None:
        return ''
    for frame in reversed(frames):
        if Path(frame.f_code.co_filename).is_relative_to(_folder(Registry)):
            continue
        for name, value in frame.f_locals.items():
            if value is setting and name in ROLES:
                return name.replace('_', ' ')
    return ''


# registries whose names are not the words for what is in them
KINDS = {'': 'part', 'model': 'part of a model', 'vis_backend': 'visualizer'}
# names of settings, as the parts call them that build what is in them
ROLES = ('backbone', 'neck', 'head', 'loss', 'data_preprocessor')


def _folder(part: type) -> Path:
    return Path(inspect.getfile(part)).parent


def _wrong_argument(
    error: BaseException, text: str, frames: list[FrameType]
) -> str:
    """Of an argument that a part does not have, or that it lacks."""
    if not isinstance(error, TypeError):
        return ''
    called = re.match(r'(?:(\w+)\.)?(\w+)\(\) ', text)
    if not called:
        return ''
    owner = called[1] or called[2]
    part = _callable_of(frames, owner)
    if called[1] and called[2] != '__init__':  # a method
        part = getattr(part, called[2], part)
    title = getattr(part, '__name__', owner)
    unknown = re.search(r"unexpected keyword argument '(\w+)'", text)
    if unknown:
        name = unknown[1]
        known = _arguments(part)
        hint = _nearest(name, known)
        if hint.startswith('Correct'):
            hint = f'Known: {", ".join(sorted(known))}.'
        if not known:
            hint = 'It takes none.'
        if not hint.startswith('Did you mean'):
            hint += (
                ' If the base config has it for another type, write '
                '`_delete_=True` beside your `type`.'
            )
        built = _what_is_built(frames)
        by = f', which {built} makes,' if built not in ('', title) else ''
        return f'{title}{by} has no argument `{name}`. {hint}'
    lacks = re.search(r'missing \d+ required .*?arguments?: (.+?)\.?$', text)
    if lacks:
        names = re.findall(r"'(\w+)'", lacks[1])
        words = ', '.join(f'`{name}`' for name in names)
        return f'{title} needs {words}. Add it to the config.'
    return ''


def _callable_of(frames: list[FrameType], owner: str):
    """The part whose settings they are: what is built, or what was called."""
    for frame in reversed(frames):
        built = frame.f_locals.get('obj_cls')
        if frame.f_code is build_from_cfg.__code__ and built is not None:
            if not inspect.isclass(built):
                return built
            kinds = {kind.__name__ for kind in built.__mro__}
            if owner in kinds or built.__name__ == owner:
                return built
            break  # it calls another one itself
    for frame in reversed(frames):
        found = frame.f_globals.get(owner)
        if callable(found):
            return found
        holder = frame.f_locals.get('self')
        if callable(getattr(holder, owner, None)):
            return getattr(holder, owner)
    return None


def _arguments(part) -> set[str]:
    """Names of the arguments of a part and of what it passes them on to."""
    kinds = part.__mro__ if inspect.isclass(part) else [part]
    names = set()
    for kind in kinds:
        call = kind.__init__ if inspect.isclass(kind) else kind
        try:
            found = inspect.signature(call).parameters.values()
        except (TypeError, ValueError):  # of C, which says nothing
            continue
        names |= {p.name for p in found if p.kind not in (2, 4)}
        if not any(p.kind == p.VAR_KEYWORD for p in found):
            break  # nothing is passed on
    return names - {'self'}


def _wrong_width(error: BaseException, frames: list[FrameType]) -> str:
    """Of features whose width is not the ``in_channels`` of the next part."""
    if not isinstance(error, RuntimeError):
        return ''
    for number in reversed(range(len(frames))):
        layer = frames[number].f_locals.get('self')
        wide = getattr(layer, 'in_features', None)
        axis = -1
        if wide is None:
            wide, axis = getattr(layer, 'in_channels', None), 1
        if not isinstance(layer, nn.Module) or not isinstance(wide, int):
            continue
        got = _width(frames[number].f_locals, axis)
        if got in (None, wide):
            continue
        name, setting = type(layer).__name__, 'in_channels'
        for frame in reversed(frames[:number]):
            part = frame.f_locals.get('self')
            if hasattr(part, 'num_classes') and hasattr(part, setting):
                name = type(part).__name__
                break
        return (
            f'Expected `{setting}` of {name} to be {got}, the channels that '
            f'come to it, but got {wide}. Set it to {got}, or change what '
            'comes before.'
        )
    return ''


def _width(local: dict, axis: int) -> int | None:
    """Channels of the first batch among the arguments of a layer."""
    for name in ('input', 'x', 'feats', 'features'):
        value = local.get(name)
        if isinstance(value, tuple | list) and value:
            value = value[-1]
        if isinstance(value, Tensor) and value.dim() >= 2:
            return value.shape[axis]
    return None


def _no_memory(error: BaseException, text: str) -> str:
    """Of a machine or a GPU whose memory is full."""
    if not isinstance(error, MemoryError | torch.OutOfMemoryError):
        return ''
    return (
        f'Not enough memory: {text or "this machine has no more"} Take a '
        'smaller batch: train_dataloader.batch_size, with as many more '
        'steps accumulated: optim_wrapper.accumulative_counts.'
    )
