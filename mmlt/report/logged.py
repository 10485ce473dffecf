"""What a report says of a run whose numbers are in its logs alone.

A network for segmentation or detection has no class per image: its record
is of the last test, or else of the last evaluation of the training.
"""

import json
import re
from pathlib import Path
from typing import Any

from mmlt.runs.folder import WorkDir, read_work_dir
from mmlt.runs.log import logs_of

from .record import RunRecord, flat, text_hash

__all__ = ['load_logged_run']

COUNTS = 'pixel_counts.json'
# metrics of which each class has its own
OF_CLASSES = ('IoU', 'Acc', 'AP')


def load_logged_run(path: str | Path) -> RunRecord:
    """Record of a run, from its test, or its last evaluation in training.

    ``numbers`` has the metrics by their names, without what all of them
    begin with; those of another prior are one level below
    (``numbers/train/mIoU``). ``classes`` has those of every class.

    Args:
        path: Work directory.

    Returns:
        The record, without a name; what is said of images is empty.

    Raises:
        FileNotFoundError: If the folder or its config is missing.
        ValueError: If no evaluation was logged, or a file is damaged.
    """
    run = read_work_dir(path)
    last = tested(Path(path))
    evaluations = {k: v for k, v in run.curves.items() if k != 'loss'}
    step = max((steps[-1] for steps, _ in evaluations.values()), default=0)
    images = 'test images'
    if last is not None:
        step = max(
            map(int, re.findall(r'\d+', run.checkpoint.stem)), default=0
        )
    else:
        images = 'validation images'
        last = {
            key: values[-1]
            for key, (steps, values) in evaluations.items()
            if steps[-1] == step
        }
    if not last:
        raise ValueError(
            f'Expected the logs of {path} to hold an evaluation, but they '
            'hold none. Let the training come to its first one, or test it: '
            f'mmlt test {path} --work-dir {path}'
        )
    kind = run.config.get('dataset_type')
    counts = read_counts(Path(path))
    numbers, classes = sort_numbers(last)
    names = list(counts or next(iter(classes.values()), ()))
    return RunRecord(
        **_of_the_run(run),
        dataset=images + (f' of {kind}' if kind else ''),
        epochs=step,
        class_names=names,
        class_counts=list(counts.values()),
        numbers=numbers,
        classes={
            key: [of.get(name) for name in names]
            for key, of in classes.items()
        },
    )


def _of_the_run(run: WorkDir) -> dict[str, Any]:
    settings = run.settings()
    return dict(
        recipe=run.recipe,
        config=run.source,
        arguments=run.arguments,
        recipe_hash=text_hash(settings),
        base_hash=text_hash(settings),
        settings=flat(settings),
        seed=run.seed,
        max_epochs=run.config.get('train_cfg', {}).get('max_iters'),
        minutes=round(run.minutes, 1),
        device=run.device,
        commit=run.commit and run.commit[:10],
        commit_note=run.commit_note,
        repository=run.repository,
        work_dir=run.parts[-1].get('work_dir') if run.parts else None,
        checkpoint=run.checkpoint.name,
        checkpoint_hash=None,
        head=None,
        compression=None,
        labels_hash='',
        curves={k: [list(s), list(v)] for k, (s, v) in run.curves.items()},
        num_samples=0,
        correlations={},
        reliability={},
        confusion=None,
        overlap_matrix=None,
        misclassified_area=None,
        train=None,
        source='log',
    )


def tested(path: Path) -> dict[str, float] | None:
    """Metrics of the last test in the folder of a run; None: none.

    Raises:
        ValueError: If a file is damaged.
    """
    files = [f for f in logs_of(path, '*.json') if f.stem == f.parent.name]
    if not files:
        return None
    try:
        found = json.loads(files[-1].read_text())
    except ValueError as error:
        raise ValueError(
            f'Expected {files[-1]} to be the JSON of a test, but it is not. '
            'Remove it, and test again.'
        ) from error
    return {
        key: float('nan') if value is None else value
        for key, value in found.items()
        if '/' in key
    }


def read_counts(path: Path) -> dict[str, int]:
    """Training pixels of every class by its name; {} where not known."""
    file = path / COUNTS
    if not file.is_file():
        return {}
    return json.loads(file.read_text())['pixels']


def sort_numbers(last: dict[str, float]) -> tuple[dict, dict]:
    """Metrics of all, and of every class.

    Args:
        last: Key ('pixel/train/IoU/sky') to its value.

    Returns:
        ``{'mIoU': ..., 'train': {'mIoU': ...}}``, and name of a metric
        ('IoU', 'train IoU') to the value of each class by its name.
    """
    parts = {key: key.split('/') for key in last}
    begins = {words[0] for words in parts.values()}
    skipped = 1 if len(begins) == 1 else 0
    numbers: dict[str, Any] = {}
    classes: dict[str, dict[str, float]] = {}
    for key, words in parts.items():
        words = words[skipped:] or words
        where = [i for i, word in enumerate(words) if word in OF_CLASSES]
        if where and where[0] + 1 < len(words):
            name = ' '.join(words[: where[0] + 1])
            of = classes.setdefault(name, {})
            of['/'.join(words[where[0] + 1 :])] = last[key]
        elif len(words) == 1:
            numbers[words[0]] = last[key]
        else:
            prior = numbers.setdefault('/'.join(words[:-1]), {})
            prior[words[-1]] = last[key]
    return numbers, classes
