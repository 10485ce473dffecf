"""Time the way from the data set to the network's input, ours and stock.

    python benchmarks/input_path.py [--out FILE]

One process, no workers, batches of 128 CIFAR-sized images, random crop with
padding, flip and normalization on both sides: mmpretrain's per-image
pipeline, ``default_collate`` and ``ClsDataPreprocessor`` against whole
batches. They take turns, A B A B, in one run.
"""

import argparse
import time
from pathlib import Path

import torch
from _common import environment, peak_memory_mib, summary, write
from mmengine.dataset import default_collate
from mmengine.registry import init_default_scope
from mmpretrain.registry import DATASETS, MODELS
from torch.utils.data import DataLoader

import mmlt.models  # noqa: F401
from mmlt.datasets import batch_collate

NORM = dict(mean=[125.3, 123.0, 113.9], std=[51.6, 50.8, 51.3], to_rgb=False)
STOCK_PIPELINE = [
    dict(type='RandomCrop', crop_size=32, padding=4),
    dict(type='RandomFlip', prob=0.5, direction='horizontal'),
    dict(type='PackInputs'),
]
AUGMENTS = [
    dict(type='BatchRandomCrop', size=32, padding=4),
    dict(type='BatchRandomFlip', prob=0.5),
]


def stock(num: int, batch_size: int):
    """Loader and preprocessor of mmpretrain."""
    dataset = DATASETS.build(
        dict(type='StockImages', num=num, pipeline=STOCK_PIPELINE)
    )
    loader = DataLoader(
        dataset,
        batch_size,
        shuffle=True,
        collate_fn=default_collate,
        drop_last=True,
    )
    return loader, MODELS.build(dict(type='ClsDataPreprocessor', **NORM))


def ours(num: int, batch_size: int):
    """Loader and preprocessor of mmlt."""
    dataset = DATASETS.build(dict(type='OurImages', num=num, pipeline=[]))
    loader = DataLoader(
        dataset,
        batch_size,
        shuffle=True,
        collate_fn=batch_collate,
        drop_last=True,
    )
    preprocessor = MODELS.build(
        dict(type='BatchDataPreprocessor', augments=AUGMENTS, **NORM)
    )
    return loader, preprocessor


def microseconds_per_image(path, batch_size: int, num_batches: int) -> float:
    """Time of some batches after the first."""
    loader, preprocessor = path
    batches = iter(loader)
    preprocessor(next(batches), training=True)
    start = time.perf_counter()
    for _ in range(num_batches):
        preprocessor(next(batches), training=True)
    elapsed = time.perf_counter() - start
    return 1e6 * elapsed / (num_batches * batch_size)


def main():
    """Run the pairs, print and write the result."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--out', type=Path)
    parser.add_argument('--threads', type=int, default=2)
    parser.add_argument('--pairs', type=int, default=5)
    parser.add_argument('--images', type=int, default=12406)
    parser.add_argument('--batch-size', type=int, default=128)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    init_default_scope('mmpretrain')
    paths = {
        name: make(args.images, args.batch_size)
        for name, make in (('stock', stock), ('ours', ours))
    }
    num_batches = args.images // args.batch_size - 1
    times = {'stock': [], 'ours': []}
    for _ in range(args.pairs):
        for name, path in paths.items():
            times[name].append(
                microseconds_per_image(path, args.batch_size, num_batches)
            )
    ratios = [a / b for a, b in zip(*times.values(), strict=True)]
    write(
        {
            **environment(),
            'batch_size': args.batch_size,
            'stock_us_per_image': summary(times['stock']),
            'ours_us_per_image': summary(times['ours'], 2),
            'ratio_per_pair': [round(r, 1) for r in ratios],
            'ratio': summary(ratios),
            'peak_memory_mib': round(peak_memory_mib()),
        },
        args.out,
    )


if __name__ == '__main__':
    main()
