"""The test of a checkpoint."""

import logging
import os.path as osp
from pathlib import Path

import mmengine
from mmengine.config import Config
from mmengine.logging import print_log

from mmlt.datasets.make_lists import EXTENSIONS, find_images
from mmlt.engine.hooks.result_table_hook import COLUMNS
from mmlt.fileio import write_json

from .averaged_weights import PlainWeightsHook
from .checkpoint import check_checkpoint
from .counted import check_test
from .counts_of_config import CountsOfConfigHook
from .folder import config_and_checkpoint
from .preflight import (
    check_work_dir,
    complete_config,
    default_work_dir,
)
from .recipes import load_recipe, recipe_file
from .result_file import ResultFile
from .runner import build_runner
from .settings import check_evaluation, check_needed

TABLE = 'ResultTableHook'
# macro accuracy of a test; and as `MacroAccuracy` measures it
MACRO = 'long_tail/macro_accuracy'
MACRO_ACCURACY = 'macro/accuracy'
NEEDED = ('model', 'test_dataloader', 'test_cfg', 'test_evaluator')


def files_of_test(config: str, checkpoint: str | None) -> tuple[str, str]:
    """Config and checkpoint that the words of a command line stand for.

    Args:
        config: File of the recipe, or the folder of a run.
        checkpoint: Its checkpoint; None: the last one of the run.

    Returns:
        The paths of the two.

    Raises:
        FileNotFoundError: If there is no such file or folder, or the folder
            holds no config or no checkpoint.
        ValueError: If there is a config, and no checkpoint.
    """
    if osp.isdir(config):
        found, last = config_and_checkpoint(Path(config))
        return str(found), checkpoint or str(last)
    if checkpoint is None:
        _check_there(config)
        raise ValueError(
            f'Expected a checkpoint after the config {config}, but got none. '
            'Name it, or the folder of a run in the place of both.'
        )
    return config, checkpoint


def _check_there(config: str) -> None:
    """Raise where a path is neither a file nor the name of a recipe."""
    if '::' in config:
        return  # of a package, which is read later
    try:
        recipe_file(config)
    except FileNotFoundError as error:
        folder = Path(config).parent
        near = sorted(p.name for p in folder.glob('[!.]*'))[:8]
        hint = f'In {folder}: {", ".join(near)}.' if near else str(error)
        raise FileNotFoundError(
            'Expected the folder of a run, or a config and its checkpoint, '
            f'but there is no file or folder {config}. {hint}'
        ) from error


def prepare_test(
    config: str,
    checkpoint: str,
    overlays: list[str] = (),
    cfg_options: dict | None = None,
    work_dir: str | None = None,
    weights: str | None = None,
    images: str | None = None,
) -> Config:
    """Config of a test, checked before anything is written.

    Args:
        config: File of the recipe.
        checkpoint: Its checkpoint.
        overlays: Names of what is added to the recipe, in order.
        cfg_options: Settings that override it.
        work_dir: Folder of the log; None: the recipe's, or one of its name.
        weights: As :func:`run_test`.
        images: As :func:`test_on`.

    Raises:
        FileNotFoundError: If the recipe, the checkpoint or the folder of
            images is missing.
        ValueError: If the checkpoint is damaged, or has no moving average
            where ``weights`` is said.
        OSError: If the folder cannot be written.
    """
    cfg = load_recipe(config, overlays, cfg_options)
    check_needed(cfg, NEEDED, 'a test')
    check_evaluation(cfg)
    if images is not None:
        test_on(cfg, images)
    check_checkpoint(checkpoint, averaged=weights)
    cfg.load_from, cfg.resume = checkpoint, False
    if work_dir is not None:
        cfg.work_dir = work_dir
    elif cfg.get('work_dir') is None:
        cfg.work_dir = default_work_dir(config, overlays)
    check_work_dir(cfg.work_dir)
    choose_columns(cfg)
    return complete_config(cfg)


def test_on(cfg: Config, folder: str) -> None:
    """Have a config test the images of a folder.

    Args:
        cfg: Changed in place; it keeps the pipeline of its test set.
        folder: With a folder for each class, by its name; not all classes
            have to be there.

    Raises:
        FileNotFoundError: If there is no such folder, or none in it.
        ValueError: If no class has an image, or a file is empty.
    """
    root = Path(folder)
    if not root.is_dir() or not any(path.is_dir() for path in root.iterdir()):
        raise FileNotFoundError(
            f'Expected {folder} to be a folder with one of images for each '
            'class, named as the class, but it is not. For images without '
            'labels: mmlt predict.'
        )
    endings = tuple(EXTENSIONS.split(','))
    _, paths, _, others = find_images(root, endings, may_be_empty=True)
    if not paths:
        raise ValueError(
            f'Expected images in the folders of {folder}, but no file in them '
            f'ends in {EXTENSIONS}. Convert the others first.'
        )
    empty = [path for path in paths if not (root / path).stat().st_size]
    if empty:
        raise ValueError(
            f'Expected images in {folder}, but {len(empty)} of {len(paths)} '
            f'files are empty, {empty[0]} the first. Mend or remove them.'
        )
    if others:
        kinds = ', '.join(f'{ending}: {n}' for ending, n in others.items())
        print_log(
            f'{len(paths)} images of {folder} are tested. Files of other '
            f'endings are left out ({kinds}).',
            logger='current',
            level=logging.WARNING,
        )
    dataset = cfg.test_dataloader.dataset
    while 'pipeline' not in dataset and 'dataset' in dataset:
        dataset = dataset.dataset
    cfg.test_dataloader.dataset = dict(
        type='CustomDataset',
        data_prefix=folder,
        extensions=endings,
        pipeline=dataset.pipeline,
        _scope_='mmpretrain',
    )


def tables_of(cfg: Config) -> list[dict]:
    """Settings of the hooks that write the table of the result."""
    return [h for h in cfg.get('custom_hooks') or [] if h['type'] == TABLE]


def has_table(cfg: Config) -> bool:
    """Whether a test ends with the table of its result."""
    return bool(tables_of(cfg))


def choose_columns(cfg: Config) -> None:
    """Have the table of the result begin with macro accuracy.

    It is the mean over the classes, by which a test set of unequal classes
    is read; a training does not measure it. A config that a run wrote has
    the columns in the order of their keys: they are put back into that of
    the training.

    Args:
        cfg: Changed in place. Columns of its own table are kept.
    """
    usual = {MACRO: 'macro', **COLUMNS}
    for hook in tables_of(cfg):
        columns = hook.get('columns') or usual
        first = [k for k in (MACRO_ACCURACY, *usual) if k in columns]
        hook['columns'] = {
            key: columns[key] for key in dict.fromkeys([*first, *columns])
        }


def run_test(
    cfg: Config,
    out: str | None = None,
    out_item: str = 'pred',
    weights: str | None = None,
) -> dict:
    """Test, and write what was found.

    Args:
        cfg: As :func:`prepare_test` gives it.
        out: File for the results, or None.
        out_item: 'pred', the prediction of every image; 'metrics'.
        weights: 'plain' for those of the last step, where the checkpoint has
            their moving average; 'ema' or None: the average.

    Returns:
        Name of a metric to its value; nothing of images without labels.

    Raises:
        ValueError: If the images have no labels, and metrics are wanted.
    """
    unlabeled = is_unlabeled(cfg.test_dataloader.dataset)
    if unlabeled and (not out or out_item == 'metrics'):
        raise ValueError(
            'Expected a test set with labels, but it is loaded without '
            '(`with_label=False`): there is nothing to measure. Write its '
            'predictions with --out FILE.pkl.'
        )
    if unlabeled:
        cfg.test_evaluator = []
        cfg.test_dataloader.collate_fn = dict(type='default_collate')
    runner = build_runner(cfg, of_run=False)
    check_test(runner)
    runner.register_hook(CountsOfConfigHook())
    if weights == 'plain':
        runner.register_hook(PlainWeightsHook(cfg.load_from))
    if out and out_item != 'metrics':
        dataset = runner.test_dataloader.dataset
        runner.test_evaluator.metrics.append(ResultFile(out, dataset))
    metrics = runner.test()
    if out and out_item == 'metrics':
        if out.endswith('.json'):
            write_json(out, metrics)
        else:
            mmengine.dump(metrics, out)
    return metrics


def check_results_path(out: str | None) -> None:
    """Make the folder of the results, and see that it can be written."""
    if out:
        check_work_dir(osp.dirname(out) or '.')


def is_unlabeled(dataset: dict) -> bool:
    """Whether a data set, or the one that it wraps, is without labels."""
    while isinstance(dataset.get('dataset'), dict):
        dataset = dataset['dataset']
    return dataset.get('with_label') is False
