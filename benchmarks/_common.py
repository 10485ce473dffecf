"""What the benchmarks share: the machine, random data, timings."""

import json
import os
import platform
import re
import resource
import statistics
from datetime import datetime, timezone
from importlib import metadata
from pathlib import Path

import numpy as np
import torch
from mmpretrain.datasets import BaseDataset
from mmpretrain.registry import DATASETS

from mmlt.datasets.in_memory import InMemoryDataset
from mmlt.evaluation.run_numbers import plain
from mmlt.runs.record import checkout, code_version


def environment(*packages: str) -> dict:
    """Machine, versions, commit and time of this run."""
    commit, _ = code_version(checkout())
    machine = f'{platform.machine()}, {os.cpu_count()} cores'
    info = Path('/proc/cpuinfo')
    if info.exists():
        names = [x for x in info.read_text().splitlines() if 'model name' in x]
        if names:
            machine = f'{names[0].split(":")[1].strip()}, {machine}'
    machine += f', {torch.backends.cpu.get_cpu_capability()}'
    if torch.cuda.is_available():
        machine += f', {torch.cuda.get_device_name()}'
    names = ('torch', 'numpy', 'onedl-mmengine', 'onedl-mmpretrain', *packages)
    return {
        'machine': machine,
        'threads': torch.get_num_threads(),
        'versions': {
            'python': platform.python_version(),
            **{name: metadata.version(name) for name in names},
        },
        'commit': (commit or '')[:10],
        'time': datetime.now(timezone.utc).isoformat(timespec='seconds'),
    }


def summary(values: list[float], digits: int = 1) -> dict:
    """Median, least and greatest of some timings."""
    return {
        'median': round(statistics.median(values), digits),
        'min': round(min(values), digits),
        'max': round(max(values), digits),
    }


def reset_peak_memory() -> None:
    """Begin to count the peak memory anew, where the system can."""
    if torch.cuda.is_available():
        torch.cuda.reset_peak_memory_stats()
    elif Path('/proc/self/clear_refs').exists():
        Path('/proc/self/clear_refs').write_text('5')  # see proc(5)


def peak_memory_mib() -> float:
    """Peak memory since the reset: of the GPU where there is one."""
    if torch.cuda.is_available():
        return torch.cuda.max_memory_allocated() / 2**20
    status = Path('/proc/self/status')
    if status.exists():
        peak = re.search(r'VmHWM:\s+(\d+) kB', status.read_text())
        return int(peak[1]) / 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10


def synchronize() -> None:
    """Wait for the device."""
    if torch.cuda.is_available():
        torch.cuda.synchronize()


def write(result: dict, out: Path | None) -> None:
    """Print a result, and write it where asked; nan becomes null."""
    text = json.dumps(plain(result), indent=2, allow_nan=False)
    print(text)
    if out:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(text + '\n')


def random_images(num: int) -> tuple[np.ndarray, np.ndarray]:
    """CIFAR-sized images (num, 32, 32, 3) uint8 and 10 labels."""
    rng = np.random.RandomState(0)
    images = rng.randint(0, 256, (num, 32, 32, 3), dtype=np.uint8)
    return images, rng.randint(0, 10, num)


CLASSES = {'classes': tuple('0123456789')}


@DATASETS.register_module()
class StockImages(BaseDataset):
    """Random images as the parent's CIFAR10 holds them."""

    METAINFO = CLASSES

    def __init__(self, num=12406, **kwargs):
        self.num = num
        super().__init__(ann_file='', **kwargs)

    def load_data_list(self):
        images, labels = random_images(self.num)
        return [
            {'img': image, 'gt_label': int(label)}
            for image, label in zip(images, labels, strict=True)
        ]


@DATASETS.register_module()
class OurImages(InMemoryDataset, BaseDataset):
    """The same images as CIFAR10LT holds them."""

    METAINFO = CLASSES
    split, imbalance_ratio = 'train', None

    def __init__(self, num=12406, **kwargs):
        self.num = num
        super().__init__(ann_file='', serialize_data=False, **kwargs)

    def load_arrays(self):
        return random_images(self.num)
