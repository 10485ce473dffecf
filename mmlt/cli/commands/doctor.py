"""Say what is installed, what is broken and what a training would use."""

import argparse
import functools
import importlib
import os
import platform
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import mmlt
from mmlt.environment import (
    REQUIRED,
    check_distribution,
    check_torch_pair,
    check_transformers,
    check_version,
    has_trainer,
    installed_version,
)

# there is no tool of it: in a checkout, python -m mmlt doctor
TOOL = None
DESCRIPTION = (
    'Say which versions are installed, what is broken and how to mend it, '
    'which devices there are, and what a training would use. Exit code 1 '
    'where something is broken. Works without mmengine, mmcv and mmpretrain.'
)
EXAMPLE = '--recipe fcc/resnet20_digitslt'
PYTHONS = ((3, 10), (3, 12))
# distribution -> oldest release, beside those of mmlt.environment; as in
# setup.py
FURTHER = {
    'numpy': '1.26',
    'matplotlib': '3.8',
    'safetensors': '0.4.5',
    'scikit-learn': '1.3',
}
# extra of setup.py -> (what it is for, distribution -> oldest release)
EXTRAS = {
    'timm': ('networks of timm', {'timm': '1.0'}),
    'tensorboard': ('--with tensorboard', {'tensorboard': '2.14'}),
    'torchmetrics': ('mmlt.LongTailMetrics', {'torchmetrics': '1.4'}),
    'seg': (
        'semantic segmentation (mmlt.dense)',
        {'onedl-mmsegmentation': '1.4.2'},
    ),
    'det': (
        'object detection (mmlt.dense.detection)',
        {
            'faster-coco-eval': '1.8',
            'imageio': '2.34',
            'pycocotools': '2.0.8',
            'scikit-image': '0.24',
            'shapely': '2.0',
            'six': '1.16',
            'terminaltables': '3.1.10',
            'tqdm': '4.66',
        },
    ),
    'sweep': ('mmlt sweep --trials', {'optuna': '4'}),
    'parquet': ('tables as .parquet', {'pyarrow': '15'}),
    'export': (
        'mmlt export --to onnx',
        {'onnx': '1.17', 'onnxscript': '0.3', 'onnxruntime': '1.20'},
    ),
}
# extra -> what is installed beside it without requirements, and how
BESIDE = {
    'det': (
        {'onedl-mmdetection': '3.5.1', 'imaug': '0.4.3'},
        'two commands, see docs/detection.md',
    ),
}
BROKEN = 'broken'
# what a training imports, in the order in which they build on each other
MODULES = ('torch', 'torchvision', 'mmengine', 'mmcv', 'mmpretrain')


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The recipe that is asked about."""
    parser.add_argument(
        '--recipe',
        default='fcc/resnet20_digitslt',
        help='say what a training of this recipe would use (default: that '
        'of make train)',
    )


def run(args: argparse.Namespace) -> int:
    """Print what was found; 1 if something is broken."""
    print(f'mmlt {mmlt.__version__} in {Path(mmlt.__file__).parent}')
    sections = {
        'Installed': installed,
        'Optional': optional,
        'Devices': devices,
        'Training': lambda: training(args.recipe),
    }
    broken = False
    for number, (title, lines) in enumerate(sections.items()):
        print(f'\n{title}' if number else title)
        for state, text in lines():
            print(f'  {state:8}{text}', flush=True)
            broken |= state == BROKEN
    return int(broken)


def installed() -> Iterator[tuple[str, str]]:
    """State and line of everything that mmlt needs."""
    python = platform.python_version()
    first, last = ('.'.join(map(str, v)) for v in PYTHONS)
    good = PYTHONS[0] <= sys.version_info[:2] <= PYTHONS[1]
    yield (
        ('ok', f'Python {python}')
        if good
        else (BROKEN, f'Expected Python {first} to {last}, but got {python}.')
    )
    found = {name: complaint(check_distribution, name) for name in REQUIRED}
    found |= {n: complaint(check_version, n, v) for n, v in FURTHER.items()}
    good = [
        f'{n} {installed_version(n)}' for n, why in found.items() if not why
    ]
    for start in range(0, len(good), 3):
        yield 'ok', ', '.join(good[start : start + 3])
    pair = ('torch', 'torchvision')
    if not any(found[name] for name in pair):
        versions = map(installed_version, pair)
        found['pair'] = complaint(check_torch_pair, *versions)
    versions = map(installed_version, ('transformers', 'pycocotools'))
    found['transformers'] = complaint(check_transformers, *versions)
    yield from ((BROKEN, why) for why in found.values() if why)
    if not has_trainer():
        yield (
            '-',
            'mmlt.functional, .losses, .necks, .samplers need torch alone',
        )
    elif why_not_imported():
        yield BROKEN, why_not_imported()
    else:
        yield 'ok', f'imported: {", ".join(MODULES)}'


def complaint(check: Callable[..., None], *arguments: str | None) -> str:
    """What a check of the environment raises, as a sentence, or ''."""
    try:
        check(*arguments)
    except ImportError as error:
        return str(error)
    return ''


@functools.cache
def why_not_imported() -> str:
    """What fails when a training's packages are imported, or ''."""
    for name in MODULES:
        try:
            importlib.import_module(name)
        except Exception as error:  # whatever a broken package raises
            return f'import {name} fails: {type(error).__name__}: {error}'
    return ''


def can_train() -> bool:
    """Whether everything that a training needs is there and whole."""
    return has_trainer() and not why_not_imported()


def optional() -> Iterator[tuple[str, str]]:
    """State and line of the extras that are there, and of each other one."""
    there, missing = [], []
    for name, (purpose, needed) in EXTRAS.items():
        words = ' '.join(f'"{n}>={v}"' for n, v in needed.items())
        beside, how = BESIDE.get(name, ({}, f'pip install {words}'))
        asked = [*needed.items(), *beside.items()]
        if any(complaint(check_version, n, v) for n, v in asked):
            missing.append(f'{name}, for {purpose}: {how}')
        else:
            there.append(name)
    if there:
        yield 'ok', f'extras: {", ".join(there)}'
    for text in missing:
        yield '-', text


def devices() -> Iterator[tuple[str, str]]:
    """State and line of the CPU and of each GPU."""
    try:
        import torch
    except Exception as error:
        yield '-', f'torch cannot be asked: {error}'
        return
    asked = os.environ.get('OMP_NUM_THREADS')
    yield (
        'ok',
        f'cpu, cores: {usable_cores()}, threads: {torch.get_num_threads()} '
        f'(OMP_NUM_THREADS {asked or "not set"}){bfloat16("cpu")}',
    )
    for number in range(torch.cuda.device_count()):
        card = torch.cuda.get_device_properties(number)
        yield (
            'ok',
            f'cuda:{number}: {card.name}, {card.total_memory / 2**30:.0f} GiB'
            f'{bfloat16("cuda")}',
        )
    if torch.version.cuda and not torch.cuda.is_available():
        yield '-', f'cuda: no GPU for CUDA {torch.version.cuda} of this torch'


def usable_cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, 'sched_getaffinity'):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def bfloat16(device: str) -> str:
    """Whether a kind of device has instructions for it, in words."""
    if not can_train():
        return ''
    from mmlt.engine.optim_wrappers.autocast_optim_wrapper import (
        computes_bfloat16,
    )

    return f', bfloat16 {"yes" if computes_bfloat16(device) else "no"}'


def training(recipe: str) -> Iterator[tuple[str, str]]:
    """State and line of what a training of a recipe would use."""
    if not can_train():
        yield '-', 'none before what is broken is mended'
        return
    import torch
    from mmengine.device import get_device
    from mmpretrain.registry import OPTIM_WRAPPERS

    import mmlt.engine  # noqa: F401 (registers the wrapper)
    from mmlt.runs.preflight import default_work_dir
    from mmlt.runs.recipes import load_recipe

    settings = load_recipe(recipe).optim_wrapper
    weights = [torch.zeros(1, requires_grad=True)]
    settings['optimizer'] = torch.optim.SGD(weights, lr=0.1)
    wrapper = OPTIM_WRAPPERS.build(settings)
    device = get_device()
    if hasattr(wrapper, 'precision'):
        precision = f'forward pass in {wrapper.precision(device)}'
    else:
        precision = type(wrapper).__name__
    yield (
        'ok',
        f'{recipe} on {device}, threads: {torch.get_num_threads()}, '
        f'{precision}, into {default_work_dir(recipe)}',
    )
    root = Path(mmlt.__file__).parents[1]
    if (root / 'Makefile').is_file():
        ready = (root / '.venv' / '.installed').is_file()
        first = 'in .venv' if ready else 'after setting up .venv (about 6 GB)'
        yield 'ok', f'make train: fcc/resnet20_digitslt, {first}'
