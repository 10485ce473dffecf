"""From the folder of a finished run into the zoo."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import torch
from mmengine.utils import import_modules_from_strings
from torch import Tensor

from mmlt.checkpoints import packed, read_checkpoint
from mmlt.fileio import whole_file
from mmlt.reproduce.hashes import config_hash
from mmlt.reproduce.ledger import Row, read_ledger
from mmlt.reproduce.rows import (
    check_finished,
    first_stage_of,
    last_evaluation,
    parameters,
    recipe_of,
)
from mmlt.runs.folder import WorkDir, check_is_whole, read_work_dir
from mmlt.runs.predict import Progress
from mmlt.weights import TRAINING_PARTS, check_weights, weights_of

from . import index, measuring
from .index import Entry

__all__ = ['add_to_zoo', 'in_half_precision', 'row_of']

# as far as the log of a run and a row that was rounded lie apart, percent
SAME = 0.006


def add_to_zoo(
    work_dir: str | Path,
    name: str,
    ledger: str | Path,
    data_root: str | Path | None = None,
    device: str | None = None,
    progress: Progress = iter,
) -> Entry:
    """Store the network of a run, if the ledger has its row.

    The stored network is tested first. Where it is not that of the row, or
    does not fit in, nothing is written. The same network may be added again,
    when its row was recorded again.

    Args:
        work_dir: Folder of the run.
        name: Of the network from then on.
        ledger: File of the rows.
        data_root: Folder of the folders of data sets; None: where the recipe
            says.
        device: 'cpu' or 'cuda'; cuda where there is one for None.
        progress: Wraps the loader of the test, to show how far it is.

    Returns:
        The new entry of the index.

    Raises:
        FileExistsError: If the name is that of another network.
        FileNotFoundError: If the folder is not that of a run.
        ValueError: If the run is not finished or has no row, the name is
            not fit for a file, there is no room, or the stored network does
            not reach what the row says.
    """
    index.check_name(name)
    run = read_work_dir(work_dir)
    row = row_of(run, read_ledger(ledger))
    check_is_whole(run.checkpoint)
    data = stored(run.checkpoint)
    entry = Entry(
        name=name,
        file=index.file_of(name),
        sha256=hashlib.sha256(data).hexdigest(),
        recipe=row.recipe,
        overlays=row.overlays,
        options=row.options,
        classes=0,
        parameters=0,
        row=row.digest,
        metrics={},
        ledger=index.compared(row.metrics),
    )
    entries = index.read_index() if (index.ZOO / index.NAME).exists() else []
    check_free(entry, entries)
    index.check_room(len(data), entry.file, entries)
    cfg = measuring.recipe_of(entry, data_root)
    with whole_file(entry.path) as draft:
        draft.write_bytes(data)
        ours = measuring.measured(cfg, draft, device, progress)
        check_reached(entry, ours)
        content = read_checkpoint(draft)
        entry = replace(
            entry,
            classes=len(content['meta']['class_counts']),
            parameters=parameters(cfg, draft),
            metrics=ours,
        )
    others = [other for other in entries if other.name != name]
    index.write_index([*others, entry])
    return entry


def row_of(run: WorkDir, rows: Sequence[Row]) -> Row:
    """The row of a run in the ledger.

    Args:
        run: Finished.
        rows: Of the ledger.

    Raises:
        ValueError: If the run is not finished, or has no row.
    """
    cfg = run.config
    if cfg.get('custom_imports'):
        import_modules_from_strings(**cfg.custom_imports)
    evaluated, epoch = last_evaluation(run.path)
    check_finished(run, cfg, epoch)
    recipe, hashed = recipe_of(run), config_hash(cfg, first_stage_of(run))
    like = [
        row
        for row in rows
        if (row.recipe, row.overlays, row.seed, row.epochs)
        == (recipe, run.overlays, run.seed, epoch)
        and row.config_hash in (None, hashed)
    ]
    top1 = evaluated['accuracy/top1']
    found = [row for row in like if abs(row.metrics['top1'] - top1) < SAME]
    if not found:
        others = [f'{row.metrics["top1"]:.2f}' for row in like]
        said = f'has others, with {", ".join(others)}' if like else 'has none'
        raise ValueError(
            f'Expected a row of {run.path} in the ledger ({recipe}, seed '
            f'{run.seed}, {epoch} epochs, top-1 {top1:.2f}), but it {said}. '
            f'Record the run first: mmlt reproduce record {run.path}.'
        )
    return found[-1]


def stored(checkpoint: str | Path) -> bytes:
    """The file of the zoo for a checkpoint.

    Raises:
        ValueError: If it does not name its classes, or their images.
    """
    content = read_checkpoint(checkpoint)
    check_weights(content, checkpoint)
    meta = content['meta']
    classes = (meta.get('dataset_meta') or {}).get('classes')
    if not classes or meta.get('class_counts') is None:
        raise ValueError(
            f'Expected {checkpoint} to hold the names of its classes and '
            'their training images, but it does not. Train it with '
            'LongTailHook, as the recipes of mmlt do.'
        )
    kept = {
        'dataset_meta': {'classes': list(classes)},
        'class_counts': [int(count) for count in meta['class_counts']],
        'epoch': meta.get('epoch'),
    }
    return packed(in_half_precision(weights_of(content)), kept)


def in_half_precision(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Weights as they are stored.

    Args:
        weights: Name to value.

    Returns:
        What a test needs: floating point as float16, but for a tensor with
        a value beyond its range (65,504); other numbers as they are.
    """
    return {
        name: _half(value)
        for name, value in weights.items()
        if isinstance(value, Tensor)
        and not set(name.split('.')) & set(TRAINING_PARTS)
    }


def _half(value: Tensor) -> Tensor:
    if not value.is_floating_point():
        return value
    largest = torch.finfo(torch.float16).max
    fits = value.numel() == 0 or value.abs().max() <= largest
    return value.half() if fits else value.float()


def check_free(entry: Entry, entries: Sequence[Entry]) -> None:
    """Check that no other network has the name.

    Raises:
        FileExistsError: If one has.
    """
    for other in entries:
        if other.name == entry.name and other.path.exists():
            if other.sha256 == entry.sha256:
                return
            raise FileExistsError(
                f'Expected a name that is free, but {entry.name} is another '
                f'network, of {other.recipe}. Choose another name, or delete '
                f'{other.path} first.'
            )


def check_reached(entry: Entry, ours: Mapping[str, float | None]) -> None:
    """Check that a stored network reaches what its row says.

    Raises:
        ValueError: Naming the metric that it does not reach.
    """
    for name in measuring.too_far(measuring.differences(ours, entry.ledger)):
        raise ValueError(
            f'Expected the stored network to have the {name} of its row, '
            f'{entry.ledger[name]:.2f} within {measuring.TOLERANCE[name]:g}, '
            f'but it has {ours[name]:.2f}. Is it the checkpoint of another '
            'run, or were the data others?'
        )
