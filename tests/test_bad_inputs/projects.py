"""Images from which no project can be made."""

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from .bad_input import BadInput, call, write


def draw(root: Path, counts: dict[str, int]) -> None:
    """Gray pictures of noise, so many of each class."""
    rng = np.random.RandomState(0)
    for name, count in counts.items():
        (root / name).mkdir(parents=True)
        for number in range(count):
            pixels = rng.randint(0, 256, (8, 8)).astype(np.uint8)
            Image.fromarray(pixels).save(root / name / f'{number}.png')


def photos(
    name: str,
    sentence: str,
    spoil: Callable[[Path], object] = lambda folder: None,
    *options: str,
    counts: dict[str, int] | None = None,
    images: str = 'photos',
    project: str = 'own',
) -> BadInput:
    """A row of ``mmlt new`` on a folder of two classes.

    Args:
        name: What is wrong.
        sentence: Regular expression that the line must match.
        spoil: Of the working directory, with the folder ``photos``.
        *options: Of the command.
        counts: Images of each class.
        images: What ``--images`` names.
        project: The folder to be made.
    """

    def arrange(folder: Path, trained: Path) -> list:
        draw(folder / 'photos', counts or {'ant': 5, 'bee': 3})
        spoil(folder)
        words = ['new', project, '--images', images, *options]
        return [*words, '--processes', 1]

    return BadInput(name, arrange, sentence)


def table(name: str, text: str, sentence: str, *options: str) -> BadInput:
    """A row of ``mmlt new`` on a table beside the folder."""
    return photos(
        name,
        sentence,
        lambda folder: write(folder / 'list.csv', text),
        *options,
        images='list.csv',
    )


def damaged(folder: Path) -> None:
    """No image of one of the two classes can be read."""
    for path in (folder / 'photos/bee').iterdir():
        path.write_bytes(path.read_bytes()[:30])


def spaces(folder: Path) -> None:
    (folder / 'photos/bee').rename(folder / 'photos/ bee')


def one_split(folder: Path) -> None:
    """A class that is in the test set alone."""
    (folder / 'photos').rename(folder / 'train')
    (folder / 'photos').mkdir()
    (folder / 'train').rename(folder / 'photos/train')
    shutil.copytree(folder / 'photos/train', folder / 'photos/test')
    (folder / 'photos/train/bee').rename(folder / 'photos/train/cat')


def record(text: str) -> BadInput:
    """A row of ``mmlt verify-splits`` on a project with another record."""

    def arrange(folder: Path, trained: Path) -> list:
        (folder / 'own').mkdir()
        write(folder / 'own/images.json', text)
        return ['verify-splits', 'own/']

    return BadInput(
        'the-record-of-a-project-is-spoiled',
        arrange,
        r'expected own/images.json as `mmlt new` wrote it, but',
    )


ROWS = [
    call(
        'recipe-for-own-images-without-them',
        'train bsce/resnet18_images',
        sentence='images at data/images .*mmlt new my_project --images FOLD',
    ),
    call(
        'new-without-images',
        'new own',
        sentence='arguments are required: --images',
    ),
    call(
        'new-images-missing',
        'new own --images photos',
        sentence='images or a table at photos, but there is none. Correct',
    ),
    photos(
        'new-empty-folder',
        'one subfolder per class in empty, but there is none. Move',
        lambda folder: (folder / 'empty').mkdir(),
        images='empty',
    ),
    photos(
        'new-class-without-an-image',
        "only 'ant', and folders without a file of .jpg.* are cat",
        lambda folder: (folder / 'photos/cat').mkdir(),
        counts={'ant': 5},
    ),
    photos(
        'new-one-class',
        "of two classes at least, but there is only 'ant'",
        counts={'ant': 5},
    ),
    photos(
        'new-one-image-in-every-class',
        'images for (val|test).txt, but no class has two that differ',
        counts={'ant': 1, 'bee': 1},
    ),
    photos(
        'new-no-image-can-be-read',
        r'two classes .* 3 of 8 cannot be read \(bee/.*unreadable',
        damaged,
    ),
    photos(
        'new-spaces-around-a-name',
        "(without spaces at their ends|at their ends), but got ' bee",
        spaces,
    ),
    photos(
        'new-shares-leave-nothing',
        r'--val 0.5 and --test 0.5 leave no image for training',
        lambda folder: None,
        *('--val', '0.5', '--test', '0.5'),
    ),
    photos(
        'new-share-of-one',
        r"argument --val: expected a share in \(0, 1\), but got '1'",
        lambda folder: None,
        *('--val', '1'),
    ),
    photos(
        'new-share-is-a-text',
        r"argument --test: expected a share in \(0, 1\), but got 'a fifth'",
        lambda folder: None,
        *('--test', 'a fifth'),
    ),
    photos(
        'new-project-is-there',
        r'a new folder for the project, but \S+own is there. Choose another',
        lambda folder: (folder / 'own').mkdir(),
    ),
    photos(
        'new-project-is-a-file',
        r'a new folder for the project, but \S+own is there. Choose another',
        lambda folder: write(folder / 'own', 'mine'),
    ),
    photos(
        'new-project-among-the-images',
        'outside of the images, but .* it would be taken for a class',
        project='photos/own',
    ),
    photos(
        'new-project-in-a-file',
        r'a folder that can be written, but \S+own cannot .*notes is a file',
        lambda folder: write(folder / 'notes', 'mine'),
        project='notes/own',
    ),
    photos(
        'new-unknown-method',
        "argument --method: 'bsc' is none. Did you mean `bsce`. Known: .*ce",
        lambda folder: None,
        *('--method', 'ce', 'bsc'),
    ),
    photos(
        'new-size-zero',
        "argument --size: expected an integer >= 8, but got '0'",
        lambda folder: None,
        *('--size', '0'),
    ),
    photos(
        'new-root-of-a-folder',
        '`--root` with a table alone, but got it with the folder photos',
        lambda folder: None,
        *('--root', '.'),
    ),
    photos(
        'new-class-in-the-test-alone',
        'for training, but the split of the images has none of bee. Move',
        one_split,
    ),
    photos(
        'new-a-spreadsheet',
        r'a folder or a table \(.csv.*, but got list.xlsx. Save the table',
        lambda folder: write(folder / 'list.xlsx', 'x'),
        images='list.xlsx',
    ),
    photos(
        'new-parquet-of-another-kind',
        r'(pip install pyarrow|list.parquet to be a Parquet file)',
        lambda folder: write(folder / 'list.parquet', 'x'),
        images='list.parquet',
    ),
    table(
        'new-other-columns',
        'where,what\nphotos/ant/0.png,ant\n',
        'a column path, file_name.* but it has where, what. .*--path-column',
    ),
    table(
        'new-column-named-wrong',
        'path,kind\nphotos/ant/0.png,ant\n',
        'a column `sort` in list.csv, but it has path, kind. .*--label-col',
        *('--label-column', 'sort'),
    ),
    table(
        'new-paths-leave-the-folder',
        'path,label\n../ant/0.png,ant\nphotos/bee/0.png,bee\n',
        r"paths inside \., but row 2 of list.csv has '../ant/0.png'. .*--root",
    ),
    table(
        'new-paths-begin-elsewhere',
        'path,label\nant/0.png,ant\nbee/0.png,bee\n',
        r'2 of 2 cannot be read \(ant/0.png: missing\). Correct .*`--root`',
    ),
    table(
        'new-image-with-two-labels',
        'path,label\nphotos/ant/0.png,ant\nphotos/ant/0.png,bee\n',
        r"one label .*/ant/0.png is 'ant' in row 2 .* and 'bee' in row 3",
    ),
    table(
        'new-rows-without-a-label',
        'path,label\nphotos/ant/0.png,\nphotos/bee/0.png,bee\n,bee\n',
        r'`label` in every row, but row 2 of list.csv has none, and so have 1 '
        r'more \(4\). Fill it',
    ),
    table(
        'new-empty-table',
        '',
        'Expected rows in list.csv, but it has none. Write a line with',
    ),
    call(
        'verify-splits-of-no-project',
        'verify-splits photos',
        sentence="or the folder of a project with images.json, but got 'phot",
    ),
    record('{"classes": 3}'),
]
