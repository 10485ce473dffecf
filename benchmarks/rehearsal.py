"""Rehearse ImageNet-LT without ImageNet: images, lists, training, kill, test.

    python benchmarks/rehearsal.py --out DIR [--cifar DIR] [--result FILE]

The folder has one subfolder of JPEG files per class, 1,000 classes of 20,
which are enlarged images of CIFAR-100 (or, without ``--cifar``, of
scikit-learn's digits; fewer of them). A class of ten or more comes from one
class of the source, so the pictures can be told apart only in part: the
accuracy says nothing. Then, with the tools as a user calls them:

1. ``make_longtail.py`` makes the lists, under the names of ImageNet-LT;
2. ``verify_splits.py`` decodes every image of them, and, asked whether they
   are ImageNet-LT, has to say that they are not;
3. ``dist_train.sh`` trains ``--config`` (ResNet-10 with FCC) on several
   processes, and is killed (SIGKILL to the launcher) in the second epoch;
4. the same command with ``--resume`` goes on to the end;
5. ``dist_test.sh`` tests the last checkpoint, on the validation list (where
   it has to give what the training reported) and on the test list;
6. ``report.py`` makes the page of the run.

Every step is timed and checked; the first check that fails ends it. Linux.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import torch
from _common import environment, write
from PIL import Image

from mmlt.checkpoints import read_checkpoint

ROOT = Path(__file__).resolve().parents[1]
SECOND_EPOCH = re.compile(r'Epoch\(train\)\s+\[2\]')
EPOCHS = 2  # in the second FCC begins, and the learning rate falls
ENV = {
    **os.environ,
    'OMP_NUM_THREADS': '1',
    'PYTHONPATH': str(ROOT),
    'PATH': f'{Path(sys.executable).parent}:{os.environ["PATH"]}',
}


def source_images(cifar: str | None) -> tuple[np.ndarray, np.ndarray]:
    """Small images (N, H, W, 3) uint8 and their labels (N,)."""
    if cifar is None:
        from sklearn.datasets import load_digits

        digits = load_digits()
        gray = (digits.images * 255 / 16).astype(np.uint8)
        return np.repeat(gray[..., None], 3, axis=-1), digits.target
    from torchvision.datasets import CIFAR100

    data = CIFAR100(cifar, train=True, download=False)
    return data.data, np.asarray(data.targets)


def write_images(
    folder: Path,
    source: tuple[np.ndarray, np.ndarray],
    num_classes: int,
    per_class: int,
    size: tuple[int, int],
) -> None:
    """Write JPEG files, a subfolder per class.

    Args:
        folder: Where to; class 12 goes into ``class_0012``.
        source: Small images and labels; class c of the folder is the
            (c // S)-th handful of class c % S of its S classes.
        num_classes: Number of subfolders.
        per_class: Files of each.
        size: Width and height of the files.

    Raises:
        ValueError: If the source has not as many images.
    """
    images, labels = source
    num_sources = labels.max() + 1
    for label in range(num_classes):
        group, own = divmod(label, num_sources)
        first = group * per_class
        rows = np.flatnonzero(labels == own)[first : first + per_class]
        if len(rows) < per_class:
            raise ValueError(
                f'Expected {per_class} images for class {label}, but only '
                f'{len(rows)} are left of class {own} of the source. Ask for '
                'fewer with --classes or --per-class.'
            )
        path = folder / f'class_{label:04d}'
        path.mkdir(parents=True)
        for number, row in enumerate(rows):
            large = Image.fromarray(images[row]).resize(size, Image.BICUBIC)
            large.save(path / f'{number:04d}.jpg', quality=92)


def run(*command, expect: int = 0, **variables) -> str:
    """Output of a command, whose exit code has to be the expected one."""
    done = subprocess.run(
        [str(word) for word in command],
        cwd=ROOT,
        env={**ENV, **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    print(done.stdout[-4000:], flush=True)
    check(f'{command[1]} ends with {expect}', done.returncode == expect)
    return done.stdout


def check(what: str, right: bool) -> None:
    """Note something that was checked; stop where it is wrong."""
    if not right:
        sys.exit(f'error: Expected that {what}, but it is not so.')
    print(f'checked: {what}', flush=True)
    CHECKED.append(what)


CHECKED: list[str] = []


def make_lists(args: argparse.Namespace, data: Path) -> list[int]:
    """Lists under the names of ImageNet-LT; returns the class counts."""
    lists = args.out / 'lists'
    run(
        sys.executable,
        'tools/dataset_tools/make_longtail.py',
        data,
        lists,
        *('--imbalance-ratio', args.max_count, '--max-count', args.max_count),
        *('--profile', 'pareto', '--power', args.power),
        *('--order', 'random', '--seed', 0),
        *('--test-per-class', 1, '--val-per-class', 1),
    )
    for split in ('train', 'val', 'test'):
        shutil.copy(lists / f'{split}.txt', data / f'ImageNet_LT_{split}.txt')
    record = json.loads((lists / 'longtail.json').read_text())
    return record['lists']['train.txt']['class_counts']


def verify_lists(args: argparse.Namespace, data: Path) -> int:
    """Decode the images of the lists; returns how many."""
    tool = 'tools/dataset_tools/verify_splits.py'
    report = args.out / 'verify.json'
    shared = ('--data-root', data, '--report', report, '--processes', 2)
    names = [
        word
        for split in ('train', 'val', 'test')
        for word in (f'--{split}', f'ImageNet_LT_{split}.txt')
    ]
    own = ('own', '--num-classes', args.classes, *names)
    run(sys.executable, tool, *own, *shared)
    content = json.loads(report.read_text())
    check('every image of the lists is decoded', content['ok'])
    as_published = ('imagenetlt', '--check', 'none')
    output = run(sys.executable, tool, *as_published, *shared, expect=1)
    check(
        'the lists are not taken for the published ones',
        output.count('NOT the published split') == 3,
    )
    return content['images']['checked']


def options(args: argparse.Namespace, data: Path) -> list[str]:
    """What differs from the recipe: the data's place, and less of all."""
    return [
        '--cfg-options',
        *(
            f'{split}_dataloader.{key}={value}'
            for split, batch in (
                ('train', args.batch_size),
                ('val', 25),
                ('test', 25),
            )
            for key, value in (
                ('dataset.data_root', data),
                ('batch_size', batch),
                ('num_workers', args.workers),
            )
        ),
        f'train_cfg.max_epochs={EPOCHS}',
        f'train_cfg.val_interval={EPOCHS}',
        f'param_scheduler.0.milestones=[{EPOCHS - 1}]',
        'model.neck.1.begin=1',
        f'default_hooks.logger.interval={args.log_interval}',
    ]


def train_and_kill(command: list[str], work_dir: Path, log: Path) -> str:
    """Train until the second epoch is under way, then kill all processes.

    Returns:
        The output.
    """
    with open(log, 'w') as file:
        launcher = subprocess.Popen(
            command, cwd=ROOT, env=ENV, stdout=file, stderr=subprocess.STDOUT
        )
        workers: list[int] = []
        try:
            while not SECOND_EPOCH.search(log.read_text()):
                if launcher.poll() is not None:
                    break
                time.sleep(0.05)
            workers = children(launcher.pid)
        finally:
            running = launcher.poll() is None
            launcher.kill()
            launcher.wait()
    output = log.read_text()
    print(output[-4000:], flush=True)
    check('the training runs until its launcher is killed', running)
    deadline = time.time() + 10
    while any(map(is_running, workers)) and time.time() < deadline:
        time.sleep(0.05)
    check(
        f'its {len(workers)} processes end with it',
        bool(workers) and not any(map(is_running, workers)),
    )
    files = sorted(path.name for path in work_dir.glob('*.pth'))
    check('it leaves the checkpoint of epoch 1', files == ['epoch_1.pth'])
    return output


def status(pid: int) -> list[str]:
    """State, parent and more of a process, as Linux tells; else empty."""
    try:
        text = Path(f'/proc/{pid}/stat').read_text()
    except (FileNotFoundError, ProcessLookupError):
        return []
    return text.rpartition(')')[2].split()


def children(pid: int) -> list[int]:
    """Processes that a process has started."""
    known = [int(p.name) for p in Path('/proc').glob('[0-9]*')]
    return [p for p in known if status(p)[1:2] == [str(pid)]]


def is_running(pid: int) -> bool:
    """Whether a process has not ended."""
    return status(pid)[:1] not in ([], ['Z'], ['X'])


def scalars(work_dir: Path) -> list[dict]:
    """What the training wrote down, in order of time."""
    return [
        json.loads(line)
        for path in sorted(work_dir.glob('*/vis_data/scalars.json'))
        for line in path.read_text().splitlines()
    ]


def check_resumed(args, work_dir: Path, output: str, counts: list[int]):
    """Look at what a resumed training is; returns its figures."""
    # the sampler fills up the last round of processes
    steps = -(-sum(counts) // args.processes) // args.batch_size
    state = f'resumed epoch: 1, iter: {steps}'
    check(f'the log says "{state}"', state in output)
    check(
        f'FCC is on, from epoch 2 of {EPOCHS}',
        f'FCC on from epoch 2 of {EPOCHS}' in output,
    )
    content = read_checkpoint(work_dir / f'epoch_{EPOCHS}.pth')
    meta = content['meta']
    check(
        f'the last checkpoint is of step {EPOCHS * steps}',
        (meta['epoch'], meta['iter']) == (EPOCHS, EPOCHS * steps),
    )
    padded = counts + [0] * (len(meta['class_counts']) - len(counts))
    check(
        'it has the class counts of the list', meta['class_counts'] == padded
    )
    check(
        'every weight is finite',
        all(v.isfinite().all() for v in content['state_dict'].values()),
    )
    rows = [row for row in scalars(work_dir) if 'loss' in row]
    twice = {row['step'] for row in rows[1:]}
    killed = next(
        i
        for i, (a, b) in enumerate(zip(rows, rows[1:], strict=False))
        if b['step'] <= a['step']
    )
    before = [r for r in rows[: killed + 1] if r['step'] > steps]
    after = {r['step']: r for r in rows[killed + 1 :]}
    check(
        'the steps done twice have the same learning rate',
        bool(before)
        and all(r['lr'] == after[r['step']]['lr'] for r in before),
    )
    losses = [[r['loss'], after[r['step']]['loss']] for r in before]
    # a CPU computes them again to the last bit; a GPU may add up in another
    # order (not tried)
    rtol = 1e-3 if torch.cuda.is_available() else 0
    check(
        'the steps done twice have the same loss',
        np.allclose(*np.transpose(losses), rtol=rtol, atol=0),
    )
    return dict(
        steps_per_epoch=steps,
        steps_twice=before[-1]['step'] - steps,
        last_step=max(twice),
        losses_before_the_kill=[first for first, _ in losses],
        losses_of_these_steps_again=[again for _, again in losses],
        loss_first=rows[0]['loss'],
        loss_last=rows[-1]['loss'],
        seconds_per_step=round(float(np.median([r['time'] for r in rows])), 3),
    )


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        '--out', type=Path, required=True, help='folder; images in it are kept'
    )
    parser.add_argument('--cifar', help='folder of CIFAR-100')
    parser.add_argument('--result', type=Path, help='JSON file to write')
    parser.add_argument(
        '--config', default='configs/fcc/resnet10_imagenetlt.py'
    )
    parser.add_argument('--classes', type=int, default=1000)
    parser.add_argument('--per-class', type=int, default=20)
    parser.add_argument(
        '--max-count',
        type=int,
        default=18,
        help='training images of the largest class; the smallest has one',
    )
    parser.add_argument(
        '--power',
        type=float,
        default=0.8,
        help='of the Pareto profile; the smaller, the steeper (default: 0.8)',
    )
    parser.add_argument('--size', type=int, nargs=2, default=(400, 300))
    parser.add_argument('--processes', type=int, default=2)
    parser.add_argument('--batch-size', type=int, default=8)
    parser.add_argument('--workers', type=int, default=1)
    parser.add_argument('--log-interval', type=int, default=10)
    parser.add_argument('--port', default='29650')
    return parser.parse_args()


def main() -> None:
    """Run the steps in order, and write down what came out."""
    args = parse_args()
    args.out = args.out.resolve()
    data, work_dir = args.out / 'images', args.out / 'run'
    ENV['PORT'] = args.port
    seconds = {}
    begin = time.time()

    def timed(name: str) -> None:
        nonlocal begin
        seconds[name] = round(time.time() - begin, 1)
        print(f'{name}: {seconds[name]} s', flush=True)
        begin = time.time()

    if not data.exists():
        source = source_images(args.cifar)
        write_images(data, source, args.classes, args.per_class, args.size)
    timed('images')
    counts = make_lists(args, data)
    timed('lists')
    decoded = verify_lists(args, data)
    timed('verify')
    command = [
        *('bash', 'tools/dist_train.sh', args.config, str(args.processes)),
        *('--work-dir', str(work_dir), '--auto-scale-lr', '--resume'),
        *options(args, data),
    ]
    first = train_and_kill(command, work_dir, args.out / 'killed.log')
    check(
        'lists of another data set are said to be',
        'is not the published list' in first,
    )
    timed('training until the kill')
    output = run(*command)
    figures = check_resumed(args, work_dir, output, counts)
    timed('training after the resume')
    results = {}
    for split in ('val', 'test'):
        out = args.out / f'{split}.json'
        run(
            *('bash', 'tools/dist_test.sh', args.config),
            *(work_dir / f'epoch_{EPOCHS}.pth', args.processes),
            *('--work-dir', args.out / 'test'),
            *('--out', out, '--out-item', 'metrics'),
            *options(args, data),
            f'test_dataloader.dataset.ann_file=ImageNet_LT_{split}.txt',
        )
        results[split] = json.loads(out.read_text())
        timed(f'test on the {split} list')
    reported = next(r for r in scalars(work_dir)[::-1] if 'accuracy/top1' in r)
    check(
        'a test on the validation list gives what the training reported',
        all(
            v == results['val'][k]
            for k, v in reported.items()
            if k in results['val'] and not k.endswith('time')
        )
        and {'accuracy/top1', 'calibration/ece'} <= results['val'].keys(),
    )
    page = args.out / 'report'
    tool = 'tools/analysis_tools/report.py'
    run(sys.executable, tool, work_dir, '--out', page)
    check('the report is a page', (page / 'index.html').is_file())
    timed('report')
    sizes = [path.stat().st_size for path in data.rglob('*.jpg')]
    write(
        dict(
            what=__doc__.splitlines()[0],
            environment=environment(),
            settings={
                k: v
                for k, v in vars(args).items()
                if k not in ('out', 'cifar', 'result', 'port')
            },
            source='CIFAR-100' if args.cifar else 'digits',
            files=len(sizes),
            mean_file_kib=round(float(np.mean(sizes)) / 1024, 1),
            training_images=sum(counts),
            largest_class=max(counts),
            smallest_class=min(counts),
            images_decoded=decoded,
            seconds=seconds,
            training=figures,
            results_percent=results,
            checked=CHECKED,
        ),
        args.result,
    )


if __name__ == '__main__':
    main()
