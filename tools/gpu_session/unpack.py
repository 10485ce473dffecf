"""Put the images of an unpacked archive where the configs look for them.

    python tools/gpu_session/unpack.py FOLDER

FOLDER is the unpacked archive. The files of CIFAR are written below this
checkout, with black images where the archive has none, so that their published
md5 sums do not fit: train with ``verify_md5=False``. `check_images` refuses
runs that would see a black one.
"""

import argparse
import pickle
import shutil
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from images import unpacked
from mmpretrain.registry import DATASETS
from pack import image_sets

import mmlt.datasets  # noqa: F401 (registers the data sets)
from mmlt.reproduce.tasks import Task, configs_of
from mmlt.runs.stated_commit import STATEMENT

TOP = Path(__file__).resolve().parents[2]


def write_files(arrays: dict, top: Path = TOP) -> Path:
    """Write the files of a split as the official ones are; their folder."""
    kind = DATASETS.get(str(arrays['kind']))
    names = kind.train_list if arrays['split'] == 'train' else kind.test_list
    images, labels = unpacked(arrays)
    folder = top / str(arrays['data_root']) / kind.base_folder
    folder.mkdir(parents=True, exist_ok=True)
    rows = np.array_split(np.arange(len(labels)), len(names))
    for (name, _), part in zip(names, rows, strict=True):
        pixels = images[part].transpose(0, 3, 1, 2).reshape(len(part), -1)
        content = {'data': pixels, 'labels': labels[part].tolist()}
        (folder / name).write_bytes(pickle.dumps(content, protocol=4))
    return folder


def check_images(tasks: Iterable[Task]) -> None:
    """Check that no run sees an image that the archive did not have.

    Raises:
        ValueError: If one does.
    """
    checked: set[str] = set()
    for task in tasks:
        for stage in filter(None, configs_of(task.job)):
            for found in image_sets(stage.to_dict()):
                if repr(found) in checked:
                    continue
                checked.add(repr(found))
                built = DATASETS.build({**found, 'verify_md5': False})
                black = (built.images == 0).flatten(1).all(1)
                if black.any():
                    raise ValueError(
                        f'Expected every image of {task.job.name} in the '
                        f'archive, but {int(black.sum())} are not. Pack it '
                        'for this run.'
                    )


def main() -> None:
    """Write every file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('folder', type=Path)
    args = parser.parse_args()
    shutil.copy(args.folder / STATEMENT, TOP / STATEMENT)
    for path in sorted((args.folder / 'images').glob('*.npz')):
        with np.load(path, allow_pickle=False) as arrays:
            print(f'{path.name}: {write_files(dict(arrays))}')


if __name__ == '__main__':
    main()
