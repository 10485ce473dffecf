"""Time and memory of a training step of every method, against cross-entropy.

    python benchmarks/methods.py [--data cifar100lt digitslt] [--out FILE]

For every folder of configs/ the recipe of the data set (all variants of drw/,
whose losses are taken after they switch): one batch that is already there
(128 x 32 x 32 or 32 x 8 x 8), augmented, forward, backward, update. Each
method takes turns with cross-entropy, step by step, so the ratio is of one
run; on a CPU, seconds of the process are counted, on one thread. Of a
training in two stages it is the step of the second; where the first has a
recipe of its own (MiSLAS), its step is that of `mixup`. CUDA's has every
class at level 5, and is without the trials before an epoch. Re-sampling
changes which images are drawn, not the step, and is left out; so is what has
no training of its own, and LIFT, whose network is another.

``--cfg-options`` are for the recipes of ``--only``, not for cross-entropy.
BalPoE in a network as wide as SADE's:

    python benchmarks/methods.py --data cifar100lt --only balpoe \
        --cfg-options model.backbone.expert_channels=24,48 \
        model.head.in_channels=48

Memory: the peak over two steps above what the process held before.
"""

import argparse
import ctypes
import gc
import statistics
import tempfile
import time
from pathlib import Path

import torch
from _common import (
    environment,
    peak_memory_mib,
    reset_peak_memory,
    synchronize,
    write,
)
from mmengine.config import Config, DictAction
from mmengine.logging import MMLogger
from mmengine.optim import build_optim_wrapper
from mmengine.registry import init_default_scope
from mmpretrain.registry import MODELS

import mmlt.engine  # noqa: F401
import mmlt.models  # noqa: F401
from mmlt.structures import BatchDataSample

ROOT = Path(__file__).resolve().parents[1]
SHAPES = {  # data -> recipe, batch, image, classes
    'cifar100lt': ('resnet32_cifar100lt', 128, 32, 100),
    'digitslt': ('resnet20_digitslt', 32, 8, 10),
}
LEFT_OUT = ('lift', 'resampling', 'tau_norm')
SUPPOSED_LEVEL = 5  # of augmentation, of 10; trainings find it out
DEVICE = 'cuda' if torch.cuda.is_available() else 'cpu'


def recipes(data: str) -> dict[str, Path]:
    """Method to recipe."""
    stem = SHAPES[data][0]
    found = {}
    for folder in sorted(p.parent for p in ROOT.glob('configs/*/README.md')):
        if folder.name in LEFT_OUT:
            continue
        paths = [folder / f'{stem}.py']
        if not paths[0].exists():
            paths = sorted(folder.glob(f'*_{stem}.py'))
        for path in paths:
            variant = path.stem.removesuffix(stem).rstrip('_')
            name = f'{folder.name}, {variant}' if variant else folder.name
            found[name] = path
    return found


def training_step(recipe: Path, data: str, folder: Path, options=None):
    """A function that makes one step of a recipe's training."""
    _, num, size, num_classes = SHAPES[data]
    cfg = Config.fromfile(recipe)
    cfg.merge_from_dict(options or {})
    if 'teacher' in cfg.model:
        teacher = MODELS.build(dict(cfg.model.teacher))
        path = folder / 'teacher.pth'
        torch.save({'state_dict': teacher.state_dict()}, path)
        cfg.model.teacher_checkpoint = str(path)
    torch.manual_seed(0)
    settings = {'data_preprocessor': cfg.data_preprocessor, **cfg.model}
    model = MODELS.build(settings).to(DEVICE).train()
    for part in model.modules():
        if hasattr(part, 'set_class_counts'):
            part.set_class_counts(torch.arange(num_classes, 0, -1) * 5)
        if hasattr(part, 'set_progress'):
            part.set_progress(10**6, 10**6 + 1)  # whatever begins has begun
        if hasattr(part, 'suppose'):
            part.suppose(SUPPOSED_LEVEL)
    mixing = getattr(model.data_preprocessor, 'mixing', None)
    if getattr(mixing, 'needs_pairs', False):
        num *= 2  # it trains on one image of two
    wrapper = build_optim_wrapper(model, cfg.optim_wrapper)
    images = torch.randint(0, 256, (num, 3, size, size), dtype=torch.uint8)
    labels = torch.arange(num) % num_classes

    def step():
        batch = {
            'inputs': images,
            'data_samples': [BatchDataSample(gt_label=labels)],
        }
        with wrapper.optim_context(model):
            ready = model.data_preprocessor(batch, training=True)
            losses = model(**ready, mode='loss')
        loss, _ = model.parse_losses(losses)
        wrapper.update_params(loss)

    return step


def seconds(step) -> float:
    """Time of one call: of a CPU those of all threads, of a GPU wall-clock."""
    clock = time.perf_counter if DEVICE == 'cuda' else time.process_time
    synchronize()
    start = clock()
    step()
    synchronize()
    return clock() - start


def held_mib() -> float:
    """Memory that the process, or the GPU, holds now."""
    gc.collect()
    if torch.cuda.is_available():
        return torch.cuda.memory_allocated() / 2**20
    trim = getattr(ctypes.CDLL(None), 'malloc_trim', None)
    if trim:
        trim(0)
    reset_peak_memory()
    return peak_memory_mib()


def memory_of(recipe: Path, data: str, folder: Path, options=None) -> float:
    """Peak of two steps above what was held before the model was built."""
    before = held_mib()
    reset_peak_memory()
    step = training_step(recipe, data, folder, options)
    step()
    step()
    return peak_memory_mib() - before


def compare(
    recipe: Path, data: str, rounds: int, folder: Path, options=None
) -> dict:
    """Time and memory of a recipe and of cross-entropy."""
    ce = ROOT / f'configs/ce/{SHAPES[data][0]}.py'
    sides = ((ce, None), (recipe, options))
    both = [training_step(path, data, folder, own) for path, own in sides]
    for step in both:
        seconds(step)
    times = [[seconds(step) for step in both] for _ in range(rounds)]
    ratios = [b / a for a, b in times]
    del both, step
    memory = [memory_of(path, data, folder, own) for path, own in sides]
    return {
        'ms': round(1e3 * statistics.median(t for _, t in times), 1),
        'ce_ms': round(1e3 * statistics.median(t for t, _ in times), 1),
        'time_over_ce': round(statistics.median(ratios), 2),
        'least_and_greatest': [round(min(ratios), 2), round(max(ratios), 2)],
        'mib': round(memory[1]),
        'ce_mib': round(memory[0]),
    }


def main():
    """Compare every method, print a table and write the result."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--data', nargs='+', default=list(SHAPES))
    parser.add_argument('--only', nargs='+', help='some of the methods')
    parser.add_argument('--cfg-options', nargs='+', action=DictAction)
    parser.add_argument('--rounds', type=int, default=7)
    parser.add_argument('--threads', type=int, default=1)
    parser.add_argument('--out', type=Path)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    init_default_scope('mmpretrain')
    MMLogger.get_instance('methods', log_level='WARNING')
    result = {**environment(), 'rounds': args.rounds}
    if args.cfg_options:
        result['cfg_options'] = args.cfg_options
    with tempfile.TemporaryDirectory() as folder:
        for data in args.data:
            rows = result[data] = {}
            print(f'\n{data}: step (ms), time and memory over ce')
            for name, path in recipes(data).items():
                if args.only and name not in args.only:
                    continue
                row = compare(
                    path, data, args.rounds, Path(folder), args.cfg_options
                )
                rows[name] = row
                ratio = row['mib'] / row['ce_mib']
                print(
                    f'{name:<16}{row["ms"]:>9}{row["time_over_ce"]:>7.2f}x'
                    f'{ratio:>7.2f}x',
                    flush=True,
                )
    if args.out:
        write(result, args.out)


if __name__ == '__main__':
    main()
