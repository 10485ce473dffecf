"""The numbers of a network on its test set, and how far from the ledger."""

from collections.abc import Mapping
from pathlib import Path

import torch
from mmengine.config import Config

from mmlt.evaluation.run_numbers import run_numbers
from mmlt.runs.predict import Progress, predict_split
from mmlt.runs.recipes import load_recipe

from .index import METRICS, Entry, compared

__all__ = ['TOLERANCE', 'differences', 'measured', 'recipe_of', 'too_far']

# How far a network in half precision may be from the one that was trained,
# in points. Rounded at random to half precision 16 times, the networks of
# cross-entropy and FCC on CIFAR-100-LT differed by (root mean square) 0.02
# in top-1 and ECE, and 0.05 in a shot group, which has a third of the images;
# of the 10,000 predictions 7 to 19 were other ones. This is five times that
# and more; docs/zoo.md has the table.
TOLERANCE = {'top1': 0.1, 'many': 0.3, 'medium': 0.3, 'few': 0.3, 'ece': 0.1}
# on a CPU faster than large batches: a layer's maps stay in its cache
BATCH = 50


def recipe_of(entry: Entry, data_root: str | Path | None = None) -> Config:
    """The recipe of a network.

    Args:
        entry: The network.
        data_root: Folder of the folders of data sets, as cifar100; None:
            where the recipe says.
    """
    cfg = load_recipe(entry.recipe, entry.overlays, entry.options)
    if data_root is not None:
        move_data(cfg, data_root)
    return cfg


def move_data(cfg: Config, data_root: str | Path) -> None:
    """Read the test set from another folder.

    Args:
        cfg: Changed in place. 'data/cifar100' becomes ``data_root`` with
            cifar100; a data set that is in a package stays.
        data_root: Folder of the folders of data sets.
    """
    dataset = cfg.test_dataloader.dataset
    while isinstance(dataset.get('dataset'), dict):
        dataset = dataset.dataset
    if dataset.get('data_root'):
        dataset.data_root = str(Path(data_root, Path(dataset.data_root).name))


def measured(
    cfg: Config,
    checkpoint: str | Path,
    device: str | None = None,
    progress: Progress = iter,
) -> dict[str, float | None]:
    """What a network reaches on its test set.

    Args:
        cfg: Its config; not changed.
        checkpoint: File of its weights.
        device: 'cpu' or 'cuda'; cuda where there is one for None.
        progress: Wraps the loader, to show how far it is.

    Returns:
        Name to percent, to 4 decimals as in the ledger; None: of a group
        without a class.
    """
    cfg = cfg.copy()
    cfg.test_dataloader = {**cfg.test_dataloader, 'batch_size': BATCH}
    # the TF32 of a GPU has no more digits than half precision
    with torch.backends.cudnn.flags(enabled=True, allow_tf32=False):
        predictions = predict_split(
            cfg, checkpoint, 'test', device=device, progress=progress
        )
    numbers = compared(run_numbers(predictions)['numbers'])
    return {
        name: None if value is None else round(value, 4)
        for name, value in numbers.items()
    }


def differences(
    ours: Mapping[str, float | None], ledger: Mapping[str, float | None]
) -> dict[str, float | None]:
    """Ours minus that of the ledger; None where neither has a number."""
    return {
        name: None
        if ours[name] is None is ledger[name]
        else (ours[name] or 0.0) - (ledger[name] or 0.0)
        for name in METRICS
    }


def too_far(difference: Mapping[str, float | None]) -> list[str]:
    """Names of the metrics whose difference is beyond the tolerance."""
    return [
        name
        for name, value in difference.items()
        if value is not None and abs(value) > TOLERANCE[name]
    ]
