"""From the folder of a finished run to its row in the ledger."""

import platform
import re
import statistics
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path

from mmengine.config import Config
from mmengine.registry import MODELS, DefaultScope
from mmengine.utils import import_modules_from_strings

from mmlt.environment import REQUIRED, installed_version
from mmlt.evaluation.run_numbers import run_numbers
from mmlt.runs.checkpoint import load_model
from mmlt.runs.folder import WorkDir, read_work_dir
from mmlt.runs.log import logged, logs_of
from mmlt.runs.predict import predictions_of
from mmlt.runs.preflight import is_ours, read_config
from mmlt.runs.record import CODE, checkout, code_version
from mmlt.runs.stated_commit import stated_version
from mmlt.version import __version__

from .hashes import (
    bare_source,
    code_hash,
    config_hash,
    modules_of_stages,
    path_of_module,
)
from .ledger import Row
from .tasks import length_of

__all__ = ['first_stage_of', 'make_row', 'processor', 'recipe_of']

# name in the log of a training -> name in the ledger
LOGGED = {
    'accuracy/top1': 'top1',
    'accuracy/top5': 'top5',
    'shot/many': 'many',
    'shot/medium': 'medium',
    'shot/few': 'few',
    'calibration/ece': 'ece',
    'calibration/mce': 'mce',
    'overlap/mean': 'overlap',
}
# as far as evaluations of one network by two programs may lie apart, percent
TOLERANCE = 0.1
# preprocessors that augment every class by itself
AUGMENT_CLASSES = ('CurriculumDataPreprocessor',)


def make_row(
    work_dir: str | Path,
    note: str = '',
    device: str | None = None,
    protocol: str = 'full',
    options: dict | None = None,
    recipe: str | None = None,
    commit: str | None = None,
) -> Row:
    """The row of a finished run: what its logs say, and its predictions.

    The predictions on the test set are made if they are not there yet.

    Args:
        work_dir: Folder of the run.
        note: What differs, in words.
        device: Where it ran; None: the GPU of the log, or this processor.
        protocol: Of the plan.
        options: Settings of the plan that overrode the recipe.
        recipe: Method and name; None: what the run recorded.
        commit: Of the code; None: what the run recorded.

    Returns:
        The row.

    Raises:
        ValueError: If the run is not finished, or does not say what made it.
    """
    run = read_work_dir(work_dir)
    cfg = run.config
    if cfg.get('custom_imports'):
        import_modules_from_strings(**cfg.custom_imports)
    evaluated, epoch = last_evaluation(run.path, is_ours(cfg))
    check_finished(run, cfg, epoch)
    recipe = recipe or recipe_of(run)
    commit = commit or commit_of(run)
    stage1 = first_stage_of(run)
    return Row(
        recipe=recipe,
        overlays=run.overlays,
        options=dict(options or {}),
        protocol=protocol,
        seed=run.seed,
        epochs=epoch,
        metrics=metrics_of(run.path, evaluated)
        if is_ours(cfg)
        else logged_metrics(evaluated),
        config_hash=config_hash(cfg, stage1),
        code_hash=code_hash(cfg, stage1)
        if is_of_this_code(run, modules_of_stages(cfg, stage1))
        else None,
        commit=git('rev-parse', '--short=10', commit) or commit[:10],
        changed=any(part['changed'] for part in run.parts) or False,
        date=date_of(commit),
        device=device or device_in_words(run),
        threads=threads_of(run.path),
        versions=versions(),
        minutes=round(run.minutes, 1),
        images_per_second=images_per_second(run.path, cfg),
        parameters=parameters(cfg, run.checkpoint),
        augmentation=augmentation(cfg),
        test_time_augmentation=bool(cfg.get('tta_model')),
        note=note,
    )


def last_evaluation(
    work_dir: Path, of_images: bool = True
) -> tuple[dict[str, float], int]:
    """Metrics of the last evaluation of a run, and its epoch or iteration.

    Args:
        work_dir: Folder of the run.
        of_images: Whether it classifies images; its evaluations have a top-1
            accuracy.

    Raises:
        ValueError: If there is none.
    """
    found: dict = {}
    for entry in logged(work_dir):
        if of_images:
            found = entry if 'accuracy/top1' in entry else found
        elif 'loss' not in entry and any('/' in name for name in entry):
            found = entry
    if not found:
        raise ValueError(
            f'Expected {work_dir} to hold a finished run, but no evaluation '
            'is in its vis_data/scalars.json. Wait until the training has '
            'ended.'
        )
    return found, int(found['step'])


def check_finished(run: WorkDir, cfg: Config, epoch: int) -> None:
    """Check that the last evaluation is that of the last epoch."""
    kind, wanted = length_of(cfg)
    saved = run.epoch
    if kind == 'iteration':
        saved = int((re.findall(r'\d+', run.checkpoint.stem) or [0])[-1])
    if not epoch == saved == wanted:
        raise ValueError(
            f'Expected {run.path} to hold a finished run of {wanted} {kind}s, '
            f'but its last evaluation is of {kind} {epoch}, and its last '
            f'checkpoint of {kind} {saved}. Resume it first.'
        )


def logged_metrics(evaluated: dict) -> dict[str, float | None]:
    """What an evaluation of another task measured, without its prefix.

    'pixel/train/mIoU' is 'train/mIoU'.
    """
    return _rounded(
        {
            name.partition('/')[2]: value
            for name, value in evaluated.items()
            if '/' in name
        }
    )


def recipe_of(run: WorkDir) -> str:
    """Method and name of the recipe that a run recorded.

    Raises:
        ValueError: If it is none of this project.
    """
    path = Path(run.source or '')
    if len(path.parts) != 3 or path.parts[0] != 'configs':
        said = f'got {run.source}' if run.source else 'none was recorded'
        raise ValueError(
            f'Expected a recipe of this project in {run.path}, but {said}. '
            'Name it with --recipe METHOD/NAME.'
        )
    return f'{path.parts[1]}/{path.stem}'


def commit_of(run: WorkDir) -> str:
    """Commit that a run recorded.

    Raises:
        ValueError: If it did not.
    """
    if run.commit is None:
        raise ValueError(
            f'Expected {run.path} to say which commit it was made with, but '
            'it does not (a run of a wheel, or before runs were recorded). '
            'Name it with --commit.'
        )
    return run.commit


def date_of(commit: str) -> str | None:
    """Date of a commit, YYYY-MM-DD; None where it is not known here."""
    found = git('log', '-1', '--format=%cs', commit)
    stated, _, date = stated_version(CODE)
    return found or (date if stated == commit else None)


def is_of_this_code(run: WorkDir, modules: Sequence[str]) -> bool:
    """Whether all parts of a run were made with the code that is here.

    The hash of the code is that of the files beside us, and says nothing of
    a run that another commit made, unless what it trains by is the same.

    Args:
        run: The run.
        modules: What it trains by.
    """
    here, _ = code_version(checkout())
    if not here or not run.parts:
        return False
    made = {part['commit'] for part in run.parts}
    changed = any(part['changed'] for part in run.parts)
    return not changed and all(
        commit == here or same_code(commit, modules) for commit in made
    )


def same_code(commit: str | None, modules: Sequence[str]) -> bool:
    """Whether a commit has modules as they are here, but for comments."""
    root = checkout()
    if commit is None or root is None:
        return False
    for name in modules:
        path = path_of_module(name)
        before = git('show', f'{commit}:{path.relative_to(root).as_posix()}')
        if bare_source(before) != bare_source(path.read_text('utf-8')):
            return False
    return True


def first_stage_of(run: WorkDir) -> Config | None:
    """Config of the first stage, as it was trained; None without one."""
    if not run.config.get('first_stage'):
        return None
    configs = sorted((run.path / 'stage1').glob('*.py'))
    return read_config(configs[0]) if configs else None


def metrics_of(work_dir: Path, evaluated: dict) -> dict[str, float | None]:
    """Every number of the last epoch, in the names of the ledger.

    What the training evaluated itself is taken from its log, the rest from
    predictions on the test set.

    Raises:
        ValueError: If the two disagree about the accuracy.
    """
    own = {
        name: evaluated[key]
        for key, name in LOGGED.items()
        if key in evaluated
    }
    try:
        predictions = predictions_of(work_dir, 'test')
    except ValueError as error:
        if 'heads with one classifier' not in str(error):
            raise
        return _rounded(own)
    numbers = run_numbers(predictions)['numbers']
    if predictions.overlap is not None:
        numbers['overlap'] = 100 * float(predictions.overlap.mean())
    if abs(numbers['top1'] - own['top1']) > TOLERANCE:
        raise ValueError(
            f'Expected the checkpoint of {work_dir} to have the accuracy of '
            f'its last evaluation, {own["top1"]:.2f}, but it has '
            f'{numbers["top1"]:.2f}. Is it that of another epoch? Remove '
            'predictions_test.npz, or train again.'
        )
    return _rounded({**numbers, **own})


def _rounded(numbers: dict) -> dict[str, float | None]:
    """Numbers to 4 decimals; None for those that are none."""
    return {
        name: None if value is None or value != value else round(value, 4)
        for name, value in sorted(numbers.items())
    }


def parameters(cfg: Config, checkpoint: Path) -> int:
    """Parameters of the network of a config."""
    if is_ours(cfg):
        model, _ = load_model(cfg, checkpoint)
    else:
        with DefaultScope.overwrite_default_scope(cfg.default_scope):
            model = MODELS.build(cfg.model)
    return sum(p.numel() for p in model.parameters())


def images_per_second(work_dir: Path, cfg: Config) -> float | None:
    """Training images over the time of a step, the median of the log."""
    times = [e['time'] for e in logged(work_dir) if 'loss' in e and e['time']]
    if not times:
        return None
    batch = cfg.train_dataloader.batch_size
    return round(batch / statistics.median(times), 1)


def augmentation(cfg: Config) -> str:
    """What changes training images, in the names of its parts.

    Further views of an image, and the preprocessor where it augments each
    class by itself, are named too.
    """
    preprocessor = {
        **(cfg.get('data_preprocessor') or {}),
        **(cfg.model.get('data_preprocessor') or {}),
    }
    parts = list(preprocessor.get('augments') or [])
    if preprocessor.get('type') in AUGMENT_CLASSES:
        parts.append(preprocessor)
    parts += preprocessor.get('later_augments') or []
    parts += [m for m in (preprocessor.get('mixing'),) if m]
    parts += [m for m in (cfg.model.get('mixing'),) if m]
    dataset = cfg.train_dataloader.dataset
    while isinstance(dataset.get('dataset'), dict):
        dataset = dataset.dataset
    parts += [
        step
        for step in dataset.get('pipeline') or []
        if step['type'] not in ('LoadImageFromFile', 'PackInputs')
    ]
    views = list(preprocessor.get('other_augments') or [])
    if preprocessor.get('second_augments'):
        views.insert(0, preprocessor['second_augments'])
    said = [', '.join(_type_names(view)) for view in (parts, *views)]
    return '; further view: '.join(said)


def _type_names(parts: Iterable) -> list[str]:
    return [str(part['type']) for part in parts]


def threads_of(work_dir: Path) -> int | None:
    """Threads that the log of a run names; None without."""
    for log in reversed(logs_of(work_dir, '*.log')):
        found = re.findall(
            r'Speed: device: \w+, (\d+) threads', log.read_text()
        )
        if found:
            return int(found[-1])
    return None


def device_in_words(run: WorkDir) -> str:
    """The GPU that the log names, or the processor of this machine."""
    return processor() if run.device in ('', 'CPU') else run.device


def processor() -> str:
    """Name of the processor, and whether it computes in bfloat16."""
    cpuinfo = Path('/proc/cpuinfo')
    if not cpuinfo.exists():
        return platform.processor() or platform.machine()
    text = cpuinfo.read_text()
    found = re.search(r'model name\s*: (.+)', text)
    name = found[1].strip() if found else platform.machine()
    for flag, words in (
        ('avx512_bf16', 'AVX-512 with bfloat16'),
        ('avx512f', 'AVX-512'),
        ('avx2', 'AVX2'),
    ):
        if re.search(rf'^flags.*\b{flag}\b', text, re.M):
            return f'{name} ({words})'
    return name


def versions() -> dict[str, str]:
    """Python, mmlt and what it stands on, with their versions."""
    names = {name: installed_version(name) for name in REQUIRED}
    return {
        'python': platform.python_version(),
        'mmlt': __version__,
        **{name: version for name, version in names.items() if version},
    }


def git(*command: str) -> str:
    """Output of git in the checkout of mmlt; '' where it fails."""
    root = checkout()
    if root is None:
        return ''
    done = subprocess.run(
        ['git', '-C', str(root), *command], capture_output=True, text=True
    )
    return '' if done.returncode else done.stdout.strip()
