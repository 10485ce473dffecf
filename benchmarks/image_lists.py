"""Time and memory of reading a list of 437,513 images, ours and the parent's.

    python benchmarks/image_lists.py [--out FILE] [--images 437513]

The list has the length and the kind of paths of iNaturalist 2018's, with
random names; no image is read. Each route runs in processes of its own, in
turns: ours from the text list, ours from JSON in the official layout, and the
parent's CustomDataset. Seconds are of the processor, so that other work on
the machine matters little; memory is what a process gains (Linux).
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from _common import environment, summary, write

CLASSES = 8142
ROUTES = ('ours', 'ours, from JSON', "parent's CustomDataset")


def make_lists(folder: Path, images: int) -> None:
    """Write the list and its JSON."""
    rng = np.random.RandomState(0)
    labels = rng.randint(0, CLASSES, images).tolist()
    names = [
        f'train_val2018/Plantae/{label}/{rng.bytes(16).hex()}.jpg'
        for label in labels
    ]
    pairs = list(zip(names, labels, strict=True))
    lines = ''.join(f'{name} {label}\n' for name, label in pairs)
    (folder / 'list.txt').write_text(lines)
    content = {
        'images': [
            {
                'id': i,
                'file_name': name,
                'width': 800,
                'height': 600,
                'license': 3,
                'rights_holder': 'Somebody Anybody',
            }
            for i, name in enumerate(names)
        ],
        'annotations': [
            {'id': i, 'image_id': i, 'category_id': label}
            for i, label in enumerate(labels)
        ],
    }
    (folder / 'list.json').write_text(json.dumps(content))


def memory_mib(name: str) -> float:
    """VmRSS or VmHWM (the peak) of this process."""
    text = Path('/proc/self/status').read_text()
    return int(text.split(f'{name}:')[1].split()[0]) / 1024


def measure(route: str, folder: str) -> dict:
    """One construction, in this process."""
    from mmpretrain.datasets import CustomDataset

    from mmlt.datasets import INaturalist18

    kind, settings = INaturalist18, {}
    if route == ROUTES[2]:
        kind = CustomDataset
        settings['metainfo'] = dict(classes=list(map(str, range(CLASSES))))
    name = 'list.json' if route == ROUTES[1] else 'list.txt'
    Path('/proc/self/clear_refs').write_text('5')  # the peak begins here
    before = memory_mib('VmRSS')
    start = time.process_time()
    dataset = kind(data_root=folder, ann_file=name, **settings)
    construction = time.process_time() - start
    result = {
        'construction_s': construction,
        'kept_mib': memory_mib('VmRSS') - before,
        'peak_mib': memory_mib('VmHWM') - before,
    }
    start = time.process_time()
    dataset.get_gt_labels()
    result['labels_s'] = time.process_time() - start
    start = time.process_time()
    for i in range(0, len(dataset), 40):
        dataset.get_data_info(i)
    used = time.process_time() - start
    result['info_us'] = 1e6 * used / len(range(0, len(dataset), 40))
    return result


def main() -> None:
    """Measure all routes in turns."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--out', type=Path)
    parser.add_argument('--images', type=int, default=437513)
    parser.add_argument('--repeats', type=int, default=3)
    parser.add_argument('--route', help=argparse.SUPPRESS)
    parser.add_argument('--folder', help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.route:
        print(json.dumps(measure(args.route, args.folder)))
        return
    found = {route: [] for route in ROUTES}
    with tempfile.TemporaryDirectory() as folder:
        make_lists(Path(folder), args.images)
        for _ in range(args.repeats):
            for route in ROUTES:
                command = [sys.executable, __file__, '--route', route]
                done = subprocess.run(
                    [*command, '--folder', folder],
                    check=True,
                    capture_output=True,
                    text=True,
                )
                found[route].append(json.loads(done.stdout.splitlines()[-1]))
    result = {
        **environment(),
        'images': args.images,
        'repeats': args.repeats,
        'routes': {
            route: {
                key: summary([run[key] for run in runs], digits=2)
                for key in runs[0]
            }
            for route, runs in found.items()
        },
    }
    write(result, args.out)


if __name__ == '__main__':
    main()
