"""Images and their classes, as they lie on the disk of a person.

- a folder with one subfolder per class (torchvision's ImageFolder), also
  inside folders ``train``, ``val`` and ``test``;
- a table with a path and a label in each row: .csv, .tsv, .jsonl, .parquet;
- a folder with such a table named ``metadata`` (``imagefolder`` of Hugging
  Face), also inside folders of splits.
"""

import posixpath
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from mmlt.datasets.hidden_files import is_hidden
from mmlt.datasets.make_lists import EXTENSIONS, SPLITS, find_images

from .lying_about import LyingAbout, look_about
from .tables import read_table

__all__ = ['ImageSource', 'SourceSettings', 'read_source']

TABLES = ('.csv', '.tsv', '.jsonl', '.parquet')
METADATA = [f'metadata{ending}' for ending in ('.csv', '.jsonl', '.parquet')]


@dataclass(frozen=True)
class SourceSettings:
    """Where the images are.

    Args:
        images: A folder, or a table.
        root: Folder that the paths of a table begin in; None: its own.
        path_column: Name of the column of paths; None: one of the usual.
        label_column: Name of the column of labels; None: one of the usual.
        extensions: Endings of image files, with commas between.
    """

    images: str
    root: str | None = None
    path_column: str | None = None
    label_column: str | None = None
    extensions: str = EXTENSIONS


@dataclass
class ImageSource:
    """Images with a class each.

    Args:
        root: Folder that the paths begin in.
        paths: (N,) relative, with slashes, each once.
        names: (N,) name of the class of each.
        splits: (N,) 'train', 'val' or 'test', where the source says so.
        left_out: What is no image, by ending, to how many there are.
        empty: Classes without an image, which are left out.
        lying_about: What else is left out of folders of images.
        repeated: Rows of a table that name an image again.
    """

    root: Path
    paths: list[str]
    names: list[str]
    splits: list[str] | None = None
    left_out: dict[str, int] = field(default_factory=dict)
    empty: list[str] = field(default_factory=list)
    lying_about: LyingAbout = field(default_factory=LyingAbout)
    repeated: int = 0

    def classes(self) -> list[str]:
        """Names of the classes in order; numbers as numbers, not as text."""
        found = set(self.names)
        if all(name.isdecimal() for name in found):
            return sorted(found, key=lambda name: (int(name), name))
        return sorted(found)


def read_source(settings: SourceSettings) -> ImageSource:
    """Find the images and their classes.

    Raises:
        FileNotFoundError: If there is no such folder or table.
        ImportError: If a .parquet needs a package that is not installed.
        ValueError: If it has another form, or a name that lists cannot hold.
    """
    place = Path(settings.images)
    if place.is_dir():
        source = _from_folder(place, settings)
    elif place.is_file() and place.suffix.lower() in TABLES:
        root = Path(settings.root) if settings.root else place.parent
        source = _from_tables(root, [(place, None)], settings)
    elif place.exists():
        raise ValueError(
            'Expected `--images` to be a folder or a table '
            f'({", ".join(TABLES)}), but got {place}. Save the table as CSV.'
        )
    else:
        raise FileNotFoundError(
            f'Expected a folder of images or a table at {place}, but there '
            'is none. Correct the path.'
        )
    _check_names(source, settings)
    return source


def _from_folder(place: Path, settings: SourceSettings) -> ImageSource:
    """Class folders, folders of splits, or a folder with a table."""
    if settings.root is not None:
        raise ValueError(
            'Expected `--root` with a table alone, but got it with the '
            f'folder {place}. Leave it out.'
        )
    folders = [
        path
        for path in sorted(place.iterdir())
        if path.is_dir() and not is_hidden(path.name)
    ]
    tables = _metadata(place)
    if tables:
        return _from_tables(place, tables, settings)
    splits = _split_folders(folders)
    if not splits:
        endings = _endings(settings)
        classes, paths, labels, others = find_images(place, endings, True)
        names = [classes[label] for label in labels]
        return ImageSource(
            place,
            paths,
            names,
            left_out=others,
            empty=sorted(set(classes) - set(names)),
            lying_about=look_about(place, [place]),
        )
    tables = [pair for f, s in splits for pair in _metadata(f, s)]
    if len(tables) == len(splits):
        return _from_tables(place, tables, settings)
    all_paths: list[str] = []
    all_names: list[str] = []
    split_of: list[str] = []
    left_out: Counter[str] = Counter()
    every: set[str] = set()
    for folder, split in splits:
        classes, paths, labels, others = find_images(
            folder, _endings(settings), True
        )
        every.update(classes)
        all_paths += [f'{folder.name}/{path}' for path in paths]
        all_names += [classes[label] for label in labels]
        split_of += [split] * len(paths)
        left_out.update(others)
    return ImageSource(
        place,
        all_paths,
        all_names,
        split_of,
        dict(sorted(left_out.items())),
        sorted(every - set(all_names)),
        look_about(place, [place, *(folder for folder, _ in splits)]),
    )


def _endings(settings: SourceSettings) -> tuple[str, ...]:
    return tuple(e.strip().lower() for e in settings.extensions.split(','))


def _metadata(
    folder: Path, split: str | None = None
) -> list[tuple[Path, str | None]]:
    """The table of a folder of Hugging Face, in a list; [] for none."""
    found = [folder / name for name in METADATA if (folder / name).is_file()]
    return [(path, split) for path in found[:1]]


def _split_folders(folders: Sequence[Path]) -> list[tuple[Path, str]]:
    """Folders that are splits and not classes; [] where one is a class."""
    named = [(path, SPLITS.get(path.name.lower())) for path in folders]
    splits = [split for _, split in named]
    if 'train' not in splits or None in splits:
        return []
    if not all(
        any(p.is_dir() and not is_hidden(p.name) for p in path.iterdir())
        or _metadata(path)
        for path in folders
    ):
        return []  # images lie in them: two classes of these names
    if len(set(splits)) < len(splits):
        raise ValueError(
            'Expected one folder for each split, but got '
            f'{", ".join(path.name for path in folders)}. Join those that '
            'mean the same.'
        )
    return [(path, split) for path, split in named if split]


def _from_tables(
    root: Path,
    tables: Sequence[tuple[Path, str | None]],
    settings: SourceSettings,
) -> ImageSource:
    """Rows of one table, or of one for each split."""
    if not root.is_dir():
        raise FileNotFoundError(
            f'Expected a folder of images at {root}, but there is none. '
            'Correct `--root`.'
        )
    source = ImageSource(root, [], [])
    splits: list[str] = []
    labels: dict[str, tuple[str, str]] = {}
    for table, split in tables:
        inside = table.parent if split else root
        rows = read_table(table, settings.path_column, settings.label_column)
        for number, path, label, own_split in rows:
            where = f'row {number} of {table}'
            path = _inside(path, inside, root, where)
            if path in labels:
                first, place = labels[path]
                if first != label:
                    raise ValueError(
                        f'Expected one label for every image, but {path} is '
                        f'{first!r} in {place} and {label!r} in {where}. '
                        'Take one of the rows out.'
                    )
                source.repeated += 1
                continue
            labels[path] = label, where
            source.paths.append(path)
            source.names.append(label)
            splits.append(split or _split(own_split, where))
    if splits and all(splits):
        source.splits = splits
    elif any(splits):
        number = splits.count('')
        raise ValueError(
            f'Expected a split in every row of {tables[0][0]} or in none, '
            f'but {number} rows have none. Fill the column, or delete it.'
        )
    return source


def _split(word: str, where: str) -> str:
    """What a row says of its split; '' for nothing."""
    if word and word.lower() not in SPLITS:
        raise ValueError(
            f'Expected the column `split` to hold {", ".join(SPLITS)}, but '
            f'{where} has {word!r}. Correct it, or rename the column.'
        )
    return SPLITS[word.lower()] if word else ''


def _inside(path: str, folder: Path, root: Path, where: str) -> str:
    """A path of a table from the root, with slashes."""
    path = path.replace('\\', '/')
    absolute = posixpath.isabs(path)
    full = Path(path) if absolute else folder / path
    whole = posixpath.normpath(full.absolute().as_posix())
    top = posixpath.normpath(root.absolute().as_posix())
    if not whole.startswith(top.rstrip('/') + '/'):
        raise ValueError(
            f'Expected paths inside {root}, but {where} has {path!r}. Name '
            'the folder that holds all images with `--root`.'
        )
    return whole[len(top.rstrip('/')) + 1 :]


def _check_names(source: ImageSource, settings: SourceSettings) -> None:
    """See that there are classes, with names that a file of lines holds."""
    classes = source.classes()
    for name in classes:
        if name != name.strip() or not name or len(name.splitlines()) > 1:
            raise ValueError(
                'Expected names of classes without line breaks and without '
                f'spaces at their ends, but got {name!r}. Rename the class.'
            )
    for path in source.paths:
        if path != path.strip() or len(path.splitlines()) > 1:
            raise ValueError(
                'Expected paths without line breaks and without spaces at '
                f'their ends, but got {path!r}. Rename the file.'
            )
    if len(classes) < 2:
        only = f'only {classes[0]!r}' if classes else 'none'
        if source.empty:
            only += (
                f', and folders without a file of {settings.extensions} are '
                f'{", ".join(source.empty[:3])}'
                + (', ...' if len(source.empty) > 3 else '')
            )
        raise ValueError(
            f'Expected images of two classes at least, but there is {only}. '
            'A folder needs one subfolder per class, a table one label per '
            'row.'
        )
