"""The files of the recipes that come with mmlt."""

from pathlib import Path

import mmlt

from .keys import did_you_mean

__all__ = [
    'CONFIGS',
    'OVERLAYS',
    'is_method',
    'other_recipes',
    'shipped_recipe',
]

CONFIGS = Path(mmlt.__file__).parent / '.mim' / 'configs'
OVERLAYS = CONFIGS / '_with_'


def shipped_recipe(name: str | Path) -> Path | None:
    """File of a recipe by its name, None where there is none.

    Args:
        name: 'bsce/resnet32_cifar100lt', with or without 'configs/' and
            '.py'.
    """
    path = _inside(name)
    path = path if path.suffix == '.py' else _with_suffix(path)
    return path.resolve() if path.is_file() else None


def is_method(name: str | Path) -> bool:
    """Whether a name is that of a method, which has several recipes."""
    return _inside(name).with_suffix('').is_dir()


def other_recipes(name: str | Path) -> str:
    """Sentences for a name that is no recipe: what there is instead."""
    path = _inside(name).with_suffix('')
    folder = path if path.is_dir() else path.parent
    plain = CONFIGS / 'ce' / f'{path.name}.py'
    if plain.is_file() and _is_overlay(folder.name):
        text = (
            f'Where there is no recipe of {folder.name}, it is an overlay: '
            f'ce/{path.name} --with {folder.name}. '
        )
    else:
        text = '' if path.is_dir() else did_you_mean(str(name), _names())
    known = sorted(file.stem for file in folder.glob('*.py'))
    if known:
        text += f'Recipes of {folder.name}: {", ".join(known)}. '
    return f'{text}`mmlt recipes` lists all.'


def _is_overlay(name: str) -> bool:
    path = OVERLAYS / name
    return path.is_dir() or _with_suffix(path).is_file()


def _inside(name: str | Path) -> Path:
    path = Path(name)
    return CONFIGS.joinpath(*path.parts[path.parts[:1] == ('configs',) :])


def _with_suffix(path: Path) -> Path:
    return path.with_name(f'{path.name}.py')


def _names() -> list[str]:
    """As 'bsce/resnet18_images'."""
    return [
        path.relative_to(CONFIGS).with_suffix('').as_posix()
        for path in CONFIGS.glob('[!_]*/*.py')
    ]
