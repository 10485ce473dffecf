"""Recipes with overlays: what ``--with fcc ratio50`` adds to a config.

An overlay is a small config of what it changes. It is written as a recipe is
whose ``_base_`` were the one it is laid over, so that it can append and wrap::

    model = dict(neck=[*_base_.model.neck, dict(type='FCCNeck', gamma=1.0)])

It lies in ``configs/_with_``: ``ratio50.py`` is called ``ratio50``, and
``fcc/cifar100lt.py`` is ``fcc`` for a recipe on that data set. Three of its
keys are for this module and not for the recipe:

``needs``
    A dict of settings that the recipe must have for the overlay to change
    anything: a key with dots to a list of accepted values, or to None where
    any will do that is not empty or zero.
``at_test``
    True for one that acts at test alone: of two stages the second, which is
    tested, must have what it changes.
``schedule``
    Settings of :func:`~mmlt.runs.schedules.scale_schedule`, called once, after
    the last overlay.
"""

import copy
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from mmengine.config import Config
from mmengine.hub import get_config
from mmpretrain.registry import DATASETS, MODELS

from .keys import check_names, did_you_mean, override
from .pipelines import check_pipelines
from .preflight import check_config, read_config
from .recipe_files import OVERLAYS, is_method, other_recipes, shipped_recipe
from .record import read_run_record
from .schedules import NothingToChange, scale_schedule
from .settings import check_settings
from .shared_data import share_data

# data sets of images of your own: `images.py` among the files of an overlay
OWN_IMAGES = ('CustomDataset', 'LongTailedList')


def load_recipe(
    recipe: str | Path,
    overlays: Sequence[str | Path] = (),
    options: Mapping[str, Any] | None = None,
    source: str = '--cfg-options',
) -> Config:
    """Read a recipe, with the overlays that it names and those given here.

    A recipe names overlays by a top-level key, ``overlays = ['fcc']``. In the
    result they are in ``applied_overlays``, so that a config that a run wrote
    into its work directory is complete: its overlays are not applied again.

    In a training of two stages an overlay counts for both; a stage that it
    does not apply to is left as it is.

    Args:
        recipe: Path of a config, or its name among those of this project:
            'bsce/resnet32_cifar100lt'; or 'mmlt::bsce/...' as in ``_base_``.
        overlays: Names of overlays, or paths of your own ('strong.py'), in
            the order in which they are applied; a second mention counts not.
        options: Settings that override all of it, keys with dots, as from
            ``--cfg-options``.
        source: Where the options come from, for messages.

    Returns:
        The config.

    Raises:
        FileNotFoundError: If there is no such recipe or overlay file.
        NothingToChange: A ``ValueError``, if an overlay does not apply.
        ValueError: If an overlay is not known, a file cannot be read, a
            setting is misspelled, or a value cannot be.

    >>> cfg = load_recipe('bsce/resnet32_cifar100lt', ['fcc', 'ratio50'])
    >>> cfg.model.neck[-1].type, cfg.train_dataloader.dataset.imbalance_ratio
    ('FCCNeck', 50)
    """
    cfg = _read_recipe(recipe)
    check_names(cfg, str(recipe))
    check_pipelines(cfg)
    named = cfg.pop('overlays', None) or []
    if isinstance(named, str) or isinstance(overlays, str):
        raise ValueError(
            "Expected `overlays` to be a list of names, ['fcc'], but got "
            f'{named if isinstance(named, str) else overlays!r}. '
            'Write it in brackets.'
        )
    folder = Path(cfg.filename).parent
    wanted = [*(_in_folder(name, folder) for name in named), *overlays]
    bare, left_out = cfg, []
    for name in dict.fromkeys(map(str, wanted)):
        before = applied_overlays(cfg)
        if name in before:
            continue
        try:
            cfg = _laid_over(cfg, name)
        except NothingToChange as error:
            if before and _is_laid_over(bare, name):
                raise _wrong_order(name, before, error) from error
            if error.at_test or not cfg.get('first_stage'):
                raise
            left_out.append(name)
        cfg.applied_overlays = [*before, name]
    if left_out:
        # of two stages, one at least must have what the overlay changes
        first_stage_recipe(cfg, left_out)
    if 'schedule' in cfg:
        scale_schedule(cfg, **cfg.pop('schedule'))
    if options is not None:
        override(cfg, options, source)
    check_settings(cfg)
    return cfg


def applied_overlays(cfg: Config) -> list[str]:
    """Names of the overlays in a config, in the order of application."""
    return list(cfg.get('applied_overlays') or [])


def first_stage_recipe(
    second: Config, needed: Sequence[str] = ()
) -> Config | None:
    """Config of the first stage that a config names, with its overlays.

    An overlay that does not apply to it is left out, unless it would apply
    before the others: then their order is wrong.

    Args:
        second: Config of the second stage, whose overlays count.
        needed: Those of them that must apply.

    Returns:
        The config, with what else is in ``first_stage`` merged into it, and
        with ``same_data=True`` the data and the network of the second; None
        where none is named.

    Raises:
        FileNotFoundError: If there is no such config.
        NothingToChange: If one of ``needed`` does not apply, or an overlay
            does not because of those before it.
        ValueError: If ``first_stage`` is no dict with ``config``.
    """
    setting = second.get('first_stage')
    if setting is None:
        return None
    if not isinstance(setting, dict) or not setting.get('config'):
        raise ValueError(
            "Expected `first_stage` to be dict(config='a config file'), but "
            f'got {setting!r}. What else it holds overrides that config.'
        )
    options = {**setting}
    name = options.pop('config')
    same_data = options.pop('same_data', False)
    options.pop('checkpoint_key', None)  # for mmlt/runs/two_stage.py
    if '::' not in name:
        name = str(Path(second.filename).parent / name)
    try:
        first, taken = load_recipe(name), []
        for overlay in applied_overlays(second):
            try:
                first = load_recipe(name, [*taken, overlay])
            except NothingToChange as error:
                misplaced = error.out_of_order and not error.at_test
                if misplaced or overlay in needed:
                    raise
                continue
            taken.append(overlay)
    except FileNotFoundError as error:
        raise FileNotFoundError(
            'Expected `first_stage.config` to be a config file, but it is '
            f'not. {error}'
        ) from error
    if same_data:
        share_data(first, second)
    if options:
        override(first, options, '`first_stage`')
    check_settings(first)
    return first


def _read_recipe(recipe: str | Path) -> Config:
    """A config by path or name, as it stands in its file."""
    text = str(recipe)
    package, _, name = text.partition('::')
    if package == 'mmlt' and name:
        return read_config(recipe_file(name))
    if '::' in text:
        try:
            return get_config(text)
        except (AssertionError, FileNotFoundError, ValueError) as error:
            raise FileNotFoundError(
                f'Expected a config file, but {text} is none ({error}). '
                'Write package::path of a config that it ships.'
            ) from error
    return read_config(recipe_file(recipe))


def recipe_file(recipe: str | Path) -> Path:
    """File of a recipe, by its path or its name among those of this project.

    Args:
        recipe: Path; or 'bsce/resnet32_cifar100lt', with or without
            'configs/' and '.py'.

    Raises:
        FileNotFoundError: If there is none.
    """
    path = Path(recipe)
    if not str(recipe):
        raise FileNotFoundError(
            "Expected a config file, or the name of a recipe, but got ''. "
            '`mmlt recipes` lists all.'
        )
    if not path.is_file() and not path.is_absolute():
        shipped = shipped_recipe(path)
        if shipped is not None:
            return shipped
        if not path.parent.is_dir() or (is_method(path) and not path.exists()):
            raise FileNotFoundError(
                'Expected a config file, or the name of a recipe, but '
                f'{recipe} is neither. {other_recipes(recipe)}'
            )
    check_config(str(path))
    return path


def _in_folder(name: str, folder: Path) -> str:
    """An overlay that a config names: a path counts from its folder."""
    path = folder / name
    return str(path) if name.endswith('.py') and path.is_file() else name


def known_overlays() -> list[str]:
    """Names of the overlays of this project."""
    return sorted(
        path.stem
        for path in OVERLAYS.glob('[!_]*')  # no __pycache__
        if path.is_dir() or path.suffix == '.py'
    )


def fitting_overlays(recipe: str | Path) -> list[str]:
    """Names of the overlays that change something in a recipe.

    Args:
        recipe: As :func:`load_recipe` takes it.
    """
    cfg = load_recipe(recipe)
    return [name for name in known_overlays() if _applies(cfg, name)]


def _is_laid_over(cfg: Config, name: str) -> bool:
    try:
        _laid_over(cfg, name)
    except ValueError:
        return False
    return True


def _wrong_order(
    name: str, before: Sequence[str], error: NothingToChange
) -> NothingToChange:
    """The error for an overlay that applies alone, but not after others."""
    others = ', '.join(before)
    return NothingToChange(
        f'Expected overlays of which each changes something after those '
        f'before it, but got {name} after {others}: it changes something '
        f'alone. {error} Name {name} before {others}, or leave one out.',
        error.at_test,
        out_of_order=True,
    )


def _applies(cfg: Config, name: str) -> bool:
    try:
        _laid_over(cfg, name)
    except NothingToChange as error:
        if error.at_test or 'first_stage' not in cfg:
            return False
        return _applies(first_stage_recipe(cfg), name)
    return True


def overlay_file(name: str, cfg: Config) -> Path:
    """File of an overlay for a recipe.

    Args:
        name: Of the overlay, or the path of a file (ends in '.py').
        cfg: The recipe; its training set chooses among the files of a folder.

    Raises:
        FileNotFoundError: If there is no such file.
        NothingToChange: If the overlay has no file for the data set.
        ValueError: If there is no overlay of this name.
    """
    if name.endswith('.py'):
        if not Path(name).is_file():
            raise FileNotFoundError(
                f'Expected an overlay, but the file {name} does not exist. '
                'Correct the path, or name an overlay of configs/_with_.'
            )
        return Path(name)
    known = known_overlays()
    if name not in known:
        hint = did_you_mean(name, known)
        if is_method(name):
            hint = f'It is a method, with recipes of its own ({name}/...). '
        raise ValueError(
            f'Expected the name of an overlay, but got {name!r}. {hint}Known: '
            f'{", ".join(known)}; or the path of your own, ending in .py.'
        )
    folder = OVERLAYS / name
    if not folder.is_dir():
        return folder.with_name(f'{name}.py')
    files = {path.stem: path for path in sorted(folder.glob('*.py'))}
    kind = _training_set(cfg).get('type', 'none')
    data = getattr(DATASETS.get(kind), 'known_name', '') or kind.lower()
    if kind in OWN_IMAGES:
        data = 'images'
    if data not in files:
        raise NothingToChange(
            f'Expected a recipe on {" or ".join(files)} for the overlay '
            f'{name}, but its training set is {kind}. Copy one of '
            f'configs/{OVERLAYS.name}/{name}/, choose its numbers, and name '
            'its path.'
        )
    return files[data]


def _training_set(cfg: Config) -> dict:
    """The training set inside the data sets that select from it."""
    dataset = (cfg.get('train_dataloader') or {}).get('dataset') or {}
    while isinstance(dataset.get('dataset'), dict):
        dataset = dataset['dataset']
    return dataset


def _laid_over(cfg: Config, name: str) -> Config:
    """A config with one overlay."""
    path = overlay_file(name, cfg)
    base = copy.deepcopy(cfg._cfg_dict)
    if isinstance((base.get('model') or {}).get('neck'), dict):
        base.model.neck = [base.model.neck]  # one neck is a list of one
    values = {'_base_': base}
    try:
        code = compile(path.read_text(), str(path), 'exec')
        exec(code, values)  # nosec B102 # Python, as a config is
    except (AttributeError, KeyError, TypeError) as error:
        raise NothingToChange(
            f'Expected a recipe that has what the overlay {name} changes, but '
            f'{_name(cfg)} has not ({error}). See {path}.'
        ) from error
    except Exception as error:
        raise ValueError(
            f'Expected {path} to be an overlay, but it cannot be read '
            f'({type(error).__name__}: {error}). Correct it.'
        ) from error
    if values['_base_'] is not base:
        raise ValueError(
            f'Expected the overlay {path} to have no `_base_`: that is the '
            'recipe which it is laid over. Write its settings out.'
        )
    settings = {k: v for k, v in values.items() if not k.startswith('_')}
    check_names({**cfg, **settings}, str(path))
    at_test = settings.pop('at_test', False)
    _check_needs(cfg, name, settings.pop('needs', {}), at_test)
    if 'schedule' in cfg and 'schedule' in settings:
        raise ValueError(
            'Expected one overlay that changes the schedule of the training, '
            f'but two of {", ".join([*applied_overlays(cfg), name])} do. '
            'Leave one out.'
        )
    result = copy.deepcopy(cfg)
    try:
        result.merge_from_dict(settings)
    except (KeyError, TypeError) as error:
        raise ValueError(
            f'Expected the overlay {name} to fit {_name(cfg)}, but it does '
            f'not ({error}). Choose another overlay, or another recipe.'
        ) from error
    # a file of one's own may look at the recipe and find nothing to do
    if result._cfg_dict == cfg._cfg_dict and not name.endswith('.py'):
        raise NothingToChange(
            f'Expected a recipe that lacks what the overlay {name} adds, but '
            f'{_name(cfg)} has all of it already. Leave the overlay out.'
        )
    _check_compression(cfg, result, name)
    return result


def _check_needs(
    cfg: Config, name: str, needs: Mapping[str, Any], at_test: bool
) -> None:
    for key, accepted in needs.items():
        value: Any = cfg
        for part in key.split('.'):
            value = (
                value.get(part)
                if isinstance(value, Mapping | Config)
                else None
            )
        if value in accepted if accepted else value:
            continue
        rule = f' to be {" or ".join(map(repr, accepted))}' if accepted else ''
        raise NothingToChange(
            f'Expected `{key}`{rule} in a recipe for the overlay {name}, but '
            f'{_name(cfg)} has {value!r}: there is nothing that it could '
            f'change. {_instead(cfg, name)}',
            at_test,
        )


def _instead(cfg: Config, name: str) -> str:
    """What to do without an overlay, which may be a method with recipes."""
    method, _, stem = _name(cfg).removesuffix('.py').partition('/')
    own = f'{name}/{stem}'
    if method == 'ce' and shipped_recipe(own):
        return f'Take the recipe {own}.'
    return 'Leave it out, or choose another recipe.'


def _check_compression(cfg: Config, result: Config, name: str) -> None:
    """A neck that scales features changes nothing before some heads."""
    before, after = _scaling_necks(cfg), _scaling_necks(result)
    if len(after) <= len(before) or not result.model.get('head'):
        return
    if before:
        raise NothingToChange(
            f'Expected a recipe without {before[0]} for the overlay {name}, '
            f'but {_name(cfg)} has one already. Leave the overlay out.'
        )
    with torch.random.fork_rng(devices=[]):
        head = MODELS.build(copy.deepcopy(result.model.head))
    if getattr(head, 'normalizes_features', False):
        raise NothingToChange(
            f'Expected a head that uses the length of its features for the '
            f'overlay {name}, but {_name(cfg)} has {result.model.head.type}, '
            'which normalizes them: scaled features give the same logits. '
            'Leave the overlay out, or take a recipe with a linear head.'
        )


def _scaling_necks(cfg: Config) -> list[str]:
    """Types of the necks that change the length of features alone."""
    necks = (cfg.get('model') or {}).get('neck') or []
    types = [
        n['type'] for n in (necks if isinstance(necks, list) else [necks])
    ]
    return [
        kind
        for kind in types
        if getattr(MODELS.get(kind), 'scales_features', False)
    ]


def _name(cfg: Config) -> str:
    return '/'.join(Path(cfg.filename or 'the recipe').parts[-2:])


def check_same_overlays(cfg: Config) -> None:
    """See that a resumed training has the overlays that it was begun with.

    Args:
        cfg: Config of the training, with ``work_dir`` and ``resume``.

    Raises:
        ValueError: If they are others.
    """
    parts = read_run_record(cfg.work_dir)
    if not (cfg.get('resume') and parts and 'overlays' in parts[-1]):
        return
    earlier, now = parts[-1]['overlays'], applied_overlays(cfg)
    if set(earlier) != set(now):
        raise ValueError(
            f'Expected the training in {cfg.work_dir} to be resumed with its '
            f'overlays ({", ".join(earlier) or "none"}), but got '
            f'{", ".join(now) or "none"}. Name the same after --with, or '
            'another --work-dir.'
        )
