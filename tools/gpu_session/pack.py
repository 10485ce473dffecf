"""Make the archive that a machine without a network needs.

    python tools/gpu_session/pack.py ARCHIVE [--only NAME ...] [--no-wheels]

It holds the packages that such a machine lacks, the images that the runs of
the plan need, and the commit of this checkout.
"""

import argparse
import re
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
from images import packed
from mmpretrain.registry import DATASETS
from packaging.requirements import Requirement

import mmlt.engine
import mmlt.models  # noqa: F401 (registers the parts that configs name)
from mmlt.cli.commands.reproduce import chosen_tasks
from mmlt.reproduce.queue import check_traceable
from mmlt.reproduce.tasks import Task, configs_of
from mmlt.runs.record import CODE, checkout
from mmlt.runs.stated_commit import STATEMENT, state_commit

MIB = 2**20
SETS = ('CIFAR10LT', 'CIFAR100LT')
# what a machine with PyTorch has: these and what they need are not packed
PRESENT = {
    'click',
    'einops',
    'markdown',
    'matplotlib',
    'numpy',
    'opencv-python',
    'packaging',
    'pillow',
    'pyyaml',
    'rich',
    'scikit-learn',
    'torch',
    'torchvision',
    'typing-extensions',
    'zipp',
}


def lacking(name: str = 'mmlt') -> dict[str, str]:
    """Packages that a distribution needs, with the versions that are here.

    Args:
        name: Of the distribution; itself and what is in ``PRESENT`` are left
            out.
    """
    found: dict[str, str] = {}
    todo = [name]
    while todo:
        for line in metadata.requires(todo.pop()) or []:
            need = Requirement(line)
            plain = re.sub(r'[-_.]+', '-', need.name).lower()
            wanted = need.marker is None or need.marker.evaluate({'extra': ''})
            if wanted and plain not in PRESENT and plain not in found:
                found[plain] = metadata.version(plain)
                todo.append(plain)
    return found


def build_wheels(packages: Mapping[str, str], folder: Path) -> None:
    """Fetch packages as wheels, or build them from their sources.

    Raises:
        subprocess.CalledProcessError: If pip fails; it says why.
        ValueError: If one is not pure Python, and so of this machine alone.
    """
    command = [sys.executable, '-m', 'pip', 'wheel', '-q', '--no-deps']
    command += ['--no-build-isolation', '--wheel-dir', str(folder)]
    command += [f'{name}=={version}' for name, version in packages.items()]
    subprocess.run(command, check=True)
    for path in sorted(folder.glob('*.whl')):
        if not path.name.endswith('-none-any.whl'):
            raise ValueError(
                f'Expected wheels of pure Python, but got {path.name}. Add '
                'its package to PRESENT if that machine has it.'
            )


def image_sets(value: Any) -> Iterator[dict]:
    """Every data set of CIFAR in a config."""
    if isinstance(value, Mapping):
        if value.get('type') in SETS:
            yield dict(value)
        value = list(value.values())
    if isinstance(value, list | tuple):
        for part in value:
            yield from image_sets(part)


def rows_of(tasks: list[Task], data: Path) -> dict[tuple, np.ndarray]:
    """Images that some runs need.

    Args:
        tasks: The runs.
        data: Folder that has the data folders of the configs.

    Returns:
        Type, split and data folder of a data set to its rows, sorted.
    """
    settings: dict[str, dict] = {}
    for task in tasks:
        for stage in filter(None, configs_of(task.job)):
            for found in image_sets(stage.to_dict()):
                settings[repr(found)] = found
    rows: dict[tuple, np.ndarray] = {}
    for found in settings.values():
        root = found['data_root']
        key = found['type'], found.get('split', 'train'), root
        at = data / Path(root).name
        built = DATASETS.build({**found, 'data_root': str(at)})
        rows[key] = np.union1d(rows.get(key, []), built.rows).astype(int)
    return rows


def write_images(tasks: list[Task], data: Path, folder: Path) -> None:
    """Pack what some runs need, from the official files."""
    for (kind, split, root), rows in rows_of(tasks, data).items():
        whole = DATASETS.build(
            dict(
                type=kind,
                split=split,
                data_root=str(data / Path(root).name),
                lazy_init=True,
                download=False,
            )
        )
        arrays = packed(*whole.load_arrays(), rows)
        path = folder / f'{kind}-{split}.npz'
        np.savez(path, kind=kind, split=split, data_root=root, **arrays)
        print(f'{path.name}: {len(rows)} images, {size_of(path):.1f} MiB')


def size_of(path: Path) -> float:
    """Of a file, MiB."""
    return path.stat().st_size / MIB


def main() -> int:
    """Make the archive; 1 if it is too large."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('archive', type=Path, help='file to write, .tar')
    parser.add_argument('--only', nargs='+', default=[], metavar='NAME')
    parser.add_argument('--plan', type=Path)
    parser.add_argument(
        '--data', type=Path, default=Path('data'), help='folder of cifar100'
    )
    parser.add_argument('--no-wheels', action='store_true')
    parser.add_argument('--limit-mib', type=float, default=64)
    args = parser.parse_args()
    check_traceable()
    root = checkout()
    args.plan = args.plan or root / 'results' / 'plan.yaml'
    args.root, args.cfg_options = Path('runs'), None
    tasks = chosen_tasks(args)
    with tempfile.TemporaryDirectory() as top:
        folder = Path(top)
        for name in ('wheels', 'images'):
            (folder / name).mkdir()
        if not args.no_wheels:
            build_wheels(lacking(), folder / 'wheels')
        write_images(tasks, args.data, folder / 'images')
        commit = state_commit(root, folder / STATEMENT, CODE)
        args.archive.parent.mkdir(parents=True, exist_ok=True)
        with tarfile.open(args.archive, 'w') as tar:
            for path in sorted(folder.iterdir()):
                tar.add(path, path.name)
    size = size_of(args.archive)
    print(f'{args.archive}: {len(tasks)} runs, {commit[:10]}, {size:.1f} MiB')
    if size > args.limit_mib:
        print(
            f'error: Expected at most {args.limit_mib:g} MiB, but got '
            f'{size:.1f}. Choose runs on one data set with --only.',
            file=sys.stderr,
        )
        return 1
    return 0


if __name__ == '__main__':
    sys.exit(main())
