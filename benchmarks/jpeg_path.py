"""Time the way of JPEG files to the network, per image and CPU core.

    python benchmarks/jpeg_path.py [--folder DIR] [--out FILE]

ImageNet-sized files: those of a folder, or 64 crops (500 x 375, quality 92)
of scikit-learn's two photographs. One thread, CPU time of the process, in
turns:

- decoders: mmcv's backends, torchvision, and simplejpeg where installed;
- a worker's pipeline: load, RandomResizedCrop 224, flip, ColorJitter, as
  mmpretrain has it, against load and RandomResizedCrop alone, as ours is;
- what then remains for the device, here on the CPU: mmpretrain's
  normalization against our flip, color jitter and normalization.
"""

import argparse
import io
import tempfile
import time
from pathlib import Path

import cv2
import mmcv
import numpy as np
import torch
from _common import environment, peak_memory_mib, summary, write
from mmengine.config import Config
from mmengine.dataset import Compose, default_collate
from mmengine.registry import init_default_scope
from mmpretrain.registry import MODELS
from PIL import Image
from sklearn.datasets import load_sample_images
from torchvision.io import decode_jpeg

import mmlt.models  # noqa: F401
from mmlt.datasets import batch_collate

ROOT = Path(__file__).resolve().parents[1]
STOCK = [
    dict(type='LoadImageFromFile'),
    dict(type='RandomResizedCrop', scale=224),
    dict(type='RandomFlip', prob=0.5, direction='horizontal'),
    dict(type='ColorJitter', brightness=0.4, contrast=0.4, saturation=0.4),
    dict(type='PackInputs'),
]


def write_files(folder: Path, num: int = 64) -> list[Path]:
    """Crops of two photographs, as JPEG files."""
    photos = load_sample_images().images
    rng = np.random.RandomState(0)
    paths = []
    for i in range(num):
        photo = photos[i % len(photos)]
        y = rng.randint(photo.shape[0] - 375)
        x = rng.randint(photo.shape[1] - 500)
        paths.append(folder / f'{i}.jpg')
        crop = Image.fromarray(photo[y : y + 375, x : x + 500])
        crop.save(paths[-1], quality=92)
    return paths


def decoders() -> dict:
    """Name to function from the bytes of a file to an image."""
    found = {
        f'mmcv, {name}': lambda data, name=name: mmcv.imfrombytes(
            data, backend=name
        )
        for name in ('cv2', 'pillow')
    }
    found['torchvision'] = lambda data: decode_jpeg(
        torch.frombuffer(bytearray(data), dtype=torch.uint8)
    )
    try:
        mmcv.use_backend('turbojpeg')
        found['mmcv, turbojpeg'] = lambda data: mmcv.imfrombytes(
            data, backend='turbojpeg'
        )
    except (ImportError, OSError, RuntimeError):
        print('PyTurboJPEG or its library is not installed: left out')
    finally:
        mmcv.use_backend('cv2')
    try:
        import simplejpeg

        found['simplejpeg'] = lambda data: simplejpeg.decode_jpeg(data, 'BGR')
    except ImportError:
        print('simplejpeg is not installed: left out')
    return found


def ms_per_item(function, items) -> float:
    """CPU time of a call, in milliseconds."""
    start = time.process_time()
    for item in items:
        function(item)
    return 1e3 * (time.process_time() - start) / len(items)


def main():
    """Run the turns, print and write the result."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--folder', type=Path, help='*.jpg, *.JPEG')
    parser.add_argument('--rounds', type=int, default=5)
    parser.add_argument('--out', type=Path)
    args = parser.parse_args()
    torch.set_num_threads(1)
    cv2.setNumThreads(0)
    init_default_scope('mmpretrain')
    cfg = Config.fromfile(ROOT / 'configs/_base_/datasets/imagenetlt.py')
    ours_on_device = MODELS.build(cfg.data_preprocessor)
    settings = dict(cfg.data_preprocessor, type='ClsDataPreprocessor')
    del settings['augments']
    stock_on_device = MODELS.build(settings)
    with tempfile.TemporaryDirectory() as folder:
        if args.folder:
            paths = [
                p
                for p in sorted(args.folder.rglob('*'))
                if p.suffix.lower() in ('.jpg', '.jpeg')
            ][:256]
        else:
            paths = write_files(Path(folder))
        data = [p.read_bytes() for p in paths]
        items = [{'img_path': str(p), 'gt_label': 0} for p in paths]
        with Image.open(io.BytesIO(data[0])) as first:
            size = first.size
        stock = Compose(STOCK)
        ours = Compose(cfg.train_pipeline)
        ours_batch = batch_collate([ours(dict(x)) for x in items])
        stock_batch = default_collate([stock(dict(x)) for x in items])
        decode = {name: [] for name in decoders()}
        worker = {'stock': [], 'ours': []}
        device = {'stock': [], 'ours': []}
        for _ in range(args.rounds):
            for name, function in decoders().items():
                decode[name].append(ms_per_item(function, data))
            for name, pipeline in (('stock', stock), ('ours', ours)):
                worker[name].append(
                    ms_per_item(lambda x, p=pipeline: p(dict(x)), items)
                )
            for name, part, batch in (
                ('stock', stock_on_device, stock_batch),
                ('ours', ours_on_device, ours_batch),
            ):
                one = ms_per_item(
                    lambda b, p=part: p(dict(b), training=True), [batch]
                )
                device[name].append(one / len(items))
    ratios = [a / b for a, b in zip(*worker.values(), strict=True)]
    write(
        {
            **environment(),
            'files': len(data),
            'first_file_size': size,
            'mean_kilobytes': round(sum(map(len, data)) / len(data) / 1024),
            'decode_ms': {k: summary(v, 2) for k, v in decode.items()},
            'worker_ms': {k: summary(v, 2) for k, v in worker.items()},
            'worker_images_per_second_per_core': {
                k: round(1e3 / summary(v, 2)['median'])
                for k, v in worker.items()
            },
            'worker_stock_over_ours': summary(ratios, 2),
            'batch_side_ms_on_this_cpu': {
                k: summary(v, 2) for k, v in device.items()
            },
            'peak_memory_mib': round(peak_memory_mib()),
        },
        args.out,
    )


if __name__ == '__main__':
    main()
