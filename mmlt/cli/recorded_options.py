"""What the command lines of a run say of its result."""

from typing import Any

from mmlt.reproduce.hashes import changes_numbers, config_hash
from mmlt.reproduce.plan import Job
from mmlt.reproduce.rows import first_stage_of
from mmlt.reproduce.tasks import configs_of
from mmlt.runs.folder import WorkDir

from .commands import train
from .shell import make_parser

__all__ = ['recorded_options']

# what changes the numbers of a run, and has no place in a row of the ledger
WITHOUT_PLACE = ('amp', 'auto_scale_lr')
START = ('load_from', 'first_stage.load_from')


def recorded_options(run: WorkDir, recipe: str) -> dict[str, Any]:
    """Settings that overrode the recipe of a run, and change its numbers.

    Args:
        run: The run.
        recipe: Its method and name.

    Returns:
        Keys with dots to values, as ``options`` of the plan.

    Raises:
        ValueError: If the run does not say all that made it: it was not
            recorded, resumed with other settings, or has what no row says.
    """
    if not run.parts:
        _check_plain(run, recipe)
        return {}
    parser = make_parser(train, 'mmlt train')
    parts = [
        parser.parse_args([recipe, *part['arguments']]) for part in run.parts
    ]
    said = [{**(part.cfg_options or {})} for part in parts]
    found = [
        {k: v for k, v in options.items() if changes_numbers(k)}
        for options in said
    ]
    made = [(of, part.seed) for of, part in zip(found, parts, strict=True)]
    if any(of != made[0] for of in made):
        raise ValueError(
            f'Expected all parts of {run.path} to be trained with the same '
            f'--cfg-options and --seed, but got {_words(run)}. A row has one '
            'recipe: train again, and resume with the same command.'
        )
    odd = [
        f'--{name.replace("_", "-")}'
        for name in WITHOUT_PLACE
        if any(getattr(part, name) for part in parts)
    ]
    odd += [key for key in START if any(of.get(key) for of in said)]
    odd += [name for name in run.overlays if name.endswith('.py')]
    if odd:
        raise ValueError(
            f'Expected {run.path} to be made by a recipe of this project, '
            f'its overlays and --cfg-options, but got {", ".join(odd)}, '
            'which no row of the ledger says. Write it into a recipe or into '
            '--cfg-options, and train that.'
        )
    return found[-1]


def _check_plain(run: WorkDir, recipe: str) -> None:
    """See that a run without a record is its recipe and overlays alone."""
    job = Job(recipe, run.seed, tuple(run.overlays))
    ours = config_hash(run.config, first_stage_of(run))
    if ours != config_hash(*configs_of(job)):
        raise ValueError(
            f'Expected {run.path} to be as {job.name} is trained, as it has '
            'no run.json that says what was changed, but its config is '
            'another. Train it again with mmlt train, which writes that.'
        )


def _words(run: WorkDir) -> str:
    """The command lines of the parts of a run."""
    return '; then '.join(
        ' '.join(part['arguments']) or 'none' for part in run.parts
    )
