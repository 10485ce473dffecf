"""Kill trainings at random, resume them, and compare with undisturbed ones.

    python benchmarks/kills.py --work-dir DIR [--kills 20] [--out FILE]

Each recipe is trained once without a disturbance. Then it is trained again
and killed, resumed and killed, ``--kills`` times in all (a training that ends
begins anew, in a new folder). There are three kinds, in turn:

- ``time``: SIGKILL after a random time, of start, training and evaluation;
- ``step``: SIGKILL right before a random one of the operations by which files
  of the run change (a file is opened for writing, renamed or removed);
- ``half``: the system ends the process inside a write to a checkpoint, when
  the file has reached a random share of its size (RLIMIT_FSIZE).

Every training that ends is compared: each tensor and each number of weights,
optimizer, schedules and last evaluation must be equal to the last bit. The
script imports once and forks, so a kill costs no import. Finished recipes are
in DIR/<recipe>/result.json and are not repeated: the same command goes on
where it was stopped. Linux.
"""

import argparse
import json
import os
import random
import resource
import shutil
import signal
import sys
import time
import traceback
from pathlib import Path

import torch
from _common import environment, write

import mmlt.datasets  # noqa: F401  imported here, once for all processes
import mmlt.engine  # noqa: F401
import mmlt.evaluation  # noqa: F401
import mmlt.models  # noqa: F401
from mmlt.checkpoints import read_checkpoint
from mmlt.cli.main import main as mmlt
from mmlt.runs.log import logged

RECIPES = (
    'fcc/resnet20_digitslt',
    'vmf/resnet20_digitslt',
    'drw/ldam_resnet20_digitslt',
    'sade/resnet20_digitslt',
    'ncl/resnet20_digitslt',
    'crt/resnet20_digitslt',
)
KINDS = ('time', 'step', 'half')
COMPARED = ('state_dict', 'optimizer', 'param_schedulers')
WRITING = os.O_WRONLY | os.O_RDWR


class Steps:
    """Counts operations on files of a folder, and acts before one of them.

    Args:
        folder: Of the run.
        kind: 'step' or 'half'; other kinds only count.
        number: Which operation, from 1; for 'half', which checkpoint.
        size: For 'half', bytes after which the process ends.
    """

    def __init__(self, folder: Path, kind: str, number: int, size: int = 0):
        self.folder = str(folder)
        self.kind, self.number, self.size = kind, number, size
        self.steps = self.checkpoints = 0

    def __call__(self, event: str, args: tuple) -> None:
        """Audit hook of Python."""
        if event == 'open':
            path, _, flags = args
            if not isinstance(flags, int) or not flags & WRITING:
                return
        elif event in ('os.rename', 'os.remove'):
            path = args[0]
        else:
            return
        path = str(path)
        if not path.startswith(self.folder):
            return
        self.steps += 1
        saves = event == 'open' and '.pth' in path
        self.checkpoints += saves
        if self.kind == 'step' and self.steps == self.number:
            os.kill(os.getpid(), signal.SIGKILL)
        if self.kind == 'half' and saves and self.checkpoints == self.number:
            # Python ignores the signal by default, and would report an error
            signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            resource.setrlimit(
                resource.RLIMIT_FSIZE, (self.size, resource.RLIM_INFINITY)
            )


def train(recipe: str, folder: Path, epochs: int, steps: Steps) -> int:
    """Train or resume in a process of its own; returns its id."""
    process = os.fork()
    if process:
        return process
    code = 1
    try:
        with open(folder.with_suffix('.log'), 'a') as log:
            os.dup2(log.fileno(), 1)
            os.dup2(log.fileno(), 2)
        sys.addaudithook(steps)
        command = ['train', recipe, '--work-dir', str(folder), '--resume']
        mmlt([*command, *schedule(recipe, epochs)])
        folder.with_suffix('.json').write_text(json.dumps(vars(steps)))
        code = 0
    except SystemExit as end:
        print(end, flush=True)
        code = end.code if isinstance(end.code, int) else 1
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        os._exit(code)


def schedule(recipe: str, epochs: int) -> list[str]:
    """The options of a short training; one of two stages keeps its own."""
    if recipe.startswith('crt/'):
        return []
    return [
        '--cfg-options',
        f'train_cfg.max_epochs={epochs}',
        'train_cfg.val_interval=1',
        'param_scheduler.0.end=2',
        f'param_scheduler.1.milestones=[{epochs // 2},{epochs - 2}]',
    ]


def end_of(process: int, seconds: float | None) -> str:
    """Wait for a process, kill it after a time; returns how it ended."""
    deadline = None if seconds is None else time.monotonic() + seconds
    while True:
        ended, status = os.waitpid(process, os.WNOHANG if deadline else 0)
        if ended:
            code = os.waitstatus_to_exitcode(status)
            return signal.Signals(-code).name if code < 0 else f'exit {code}'
        if time.monotonic() >= deadline:
            os.kill(process, signal.SIGKILL)
            deadline = None
        else:
            time.sleep(0.005)


def newest(folder: Path) -> Path:
    """The last checkpoint of a finished training."""
    return max(
        folder.glob('epoch_*.pth'),
        key=lambda path: int(path.stem.split('_')[1]),
    )


def leaves(value, name: str = '') -> dict:
    """Every tensor and number of nested dicts and lists, by its place."""
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list | tuple):
        items = enumerate(value)
    else:
        return {name: value}
    found = {}
    for key, inner in items:
        found |= leaves(inner, f'{name}/{key}')
    return found


def state(folder: Path) -> dict:
    """What two trainings must have in common, of both stages."""
    found = {}
    for stage in (folder, folder / 'stage1'):
        if not stage.is_dir():
            continue
        content = read_checkpoint(newest(stage))
        kept = {key: content.get(key) for key in COMPARED}
        kept['epoch'] = content['meta']['epoch']
        kept['iter'] = content['meta']['iter']
        kept['evaluation'] = {
            key: value
            for key, value in evaluation(stage).items()
            if not key.endswith('time')
        }
        found |= leaves(kept, stage.name if stage != folder else '')
    return found


def evaluation(folder: Path) -> dict:
    """The last evaluation that a training wrote down."""
    rows = [row for row in logged(folder) if 'accuracy/top1' in row]
    return max(rows, key=lambda row: row['step'])


def same(a, b) -> bool:
    """Whether two leaves are equal to the last bit, nan included."""
    if type(a) is not type(b):
        return False
    if isinstance(a, torch.Tensor):
        return (
            a.dtype == b.dtype
            and torch.equal(torch.nan_to_num(a), torch.nan_to_num(b))
            and torch.equal(a.isnan(), b.isnan())
        )
    return a == b or (a != a and b != b)


def differences(expected: dict, got: dict) -> list[str]:
    """Places where two trainings differ."""
    names = expected.keys() | got.keys()
    return sorted(
        name
        for name in names
        if name not in expected
        or name not in got
        or not same(expected[name], got[name])
    )


def check(recipe: str, place: Path, args: argparse.Namespace) -> dict:
    """Kill and resume one recipe; returns what came out."""
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    rng = random.Random(f'{args.seed} {recipe}')
    begin = time.monotonic()
    base = place / 'undisturbed'
    ended = end_of(
        train(recipe, base, args.epochs, Steps(base, 'count', 0)), None
    )
    if ended != 'exit 0':
        sys.exit(f'error: {recipe} ended with {ended}; see {base}.log')
    seconds = time.monotonic() - begin
    counted = json.loads(base.with_suffix('.json').read_text())
    expected = state(base)
    saves = counted['checkpoints']
    size = newest(base).stat().st_size
    kills, endings, number = [], [], 0
    folder = place / 'run0'
    while len(kills) < args.kills:
        kind = KINDS[number % len(KINDS)]
        number += 1
        # far enough to get on, near enough to be killed often
        wait = rng.uniform(0, 0.5) * seconds if kind == 'time' else None
        step = rng.randint(1, max(1, counted['steps'] // 3))
        if kind == 'half':
            step = rng.randint(1, max(1, saves // 3))
        steps = Steps(folder, kind, step, int(rng.random() * size))
        ended = end_of(train(recipe, folder, args.epochs, steps), wait)
        if ended in ('SIGKILL', 'SIGXFSZ'):
            kills.append(
                dict(kind=kind, by=ended, files=sizes(folder), at=step)
            )
        elif ended == 'exit 0':
            endings.append(differences(expected, state(folder)))
            folder = place / f'run{len(endings)}'
        else:
            sys.exit(
                f'error: {recipe} could not be resumed after kill '
                f'{len(kills)} ({ended}); see {folder}.log'
            )
    ended = end_of(
        train(recipe, folder, args.epochs, Steps(folder, 'count', 0)), None
    )
    if ended != 'exit 0':
        sys.exit(f'error: {recipe} ended with {ended}; see {folder}.log')
    endings.append(differences(expected, state(folder)))
    return dict(
        recipe=recipe,
        kills={
            kind: sum(kill['kind'] == kind for kill in kills) for kind in KINDS
        },
        trainings=len(endings),
        compared=len(expected) * len(endings),
        different=sum(map(len, endings)),
        differ=sorted({name for names in endings for name in names})[:20],
        seconds=round(time.monotonic() - begin),
        moments=kills,
    )


def sizes(folder: Path) -> dict[str, int]:
    """Checkpoints that a kill left, also half ones, with their sizes."""
    if not folder.is_dir():
        return {}
    return {
        str(path.relative_to(folder)): path.stat().st_size
        for path in sorted(folder.rglob('*'))
        if path.is_file()
        and ('.pth' in path.name or path.name == 'last_checkpoint')
    }


def main() -> None:
    """Go through the recipes, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--work-dir', type=Path, required=True)
    parser.add_argument('--recipes', nargs='+', default=RECIPES)
    parser.add_argument('--kills', type=int, default=20)
    parser.add_argument('--epochs', type=int, default=8)
    parser.add_argument('--seed', type=int, default=0)
    parser.add_argument('--out', type=Path, help='JSON file to write')
    args = parser.parse_args()
    results = []
    for recipe in args.recipes:
        place = args.work_dir.resolve() / recipe.replace('/', '_')
        done = place / 'result.json'
        if not done.is_file():
            result = check(recipe, place, args)
            done.write_text(json.dumps(result))
        results.append(json.loads(done.read_text()))
        last = {k: v for k, v in results[-1].items() if k != 'moments'}
        print(last, flush=True)
    write(
        dict(
            what=__doc__.splitlines()[0],
            environment=environment(),
            settings=dict(
                kills=args.kills, epochs=args.epochs, seed=args.seed
            ),
            kills=sum(sum(r['kills'].values()) for r in results),
            compared=sum(r['compared'] for r in results),
            different=sum(r['different'] for r in results),
            recipes=results,
        ),
        args.out,
    )
    if any(result['different'] for result in results):
        sys.exit('error: A resumed training is not the undisturbed one.')


if __name__ == '__main__':
    main()
