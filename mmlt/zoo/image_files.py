"""Image files of the folders, files and lists that a person names."""

from collections.abc import Iterable
from pathlib import Path

from mmlt.datasets.hidden_files import is_hidden
from mmlt.datasets.make_lists import EXTENSIONS

__all__ = ['image_files']

ENDINGS = tuple(EXTENSIONS.split(','))
LIST = '.txt'


def image_files(places: Iterable[str | Path]) -> list[Path]:
    """Image files of what a person names.

    Args:
        places: Folders, looked through with all below them, where hidden
            files and those of other endings are left out; image files; and
            .txt files with a path on each line, from their own folder.

    Returns:
        The paths, each once: sorted within a folder, else in order. A file
        that is named need not be an image.

    Raises:
        FileNotFoundError: If there is no such file or folder, or a folder
            has no image.
    """
    found: dict[Path, None] = {}
    for place in map(Path, places):
        if place.is_dir():
            paths = images_below(place)
        elif place.suffix.lower() == LIST and place.is_file():
            lines = place.read_text('utf-8').splitlines()
            paths = [place.parent / line for line in lines if line.strip()]
        elif place.is_file():
            paths = [place]
        else:
            raise FileNotFoundError(
                f'Expected images in {place}, but it does not exist. Name a '
                'folder, image files, or a .txt with a path on each line.'
            )
        if not paths:
            raise FileNotFoundError(
                f'Expected images in {place}, but there is none that ends in '
                f'{", ".join(ENDINGS)}. Name another, or convert them.'
            )
        found |= dict.fromkeys(paths)
    return list(found)


def images_below(folder: Path) -> list[Path]:
    """Image files of a folder and those below it, sorted."""
    return sorted(
        path
        for path in folder.rglob('*')
        if path.suffix.lower() in ENDINGS
        and not is_hidden(path.relative_to(folder))
        and path.is_file()
    )
