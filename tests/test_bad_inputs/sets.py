"""Sets, lists of images, images and class files that are wrong."""

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from .bad_input import BadInput, copied

NAMES = ('ant', 'bee')
PICTURES = 3


def draw(root: Path) -> None:
    """Three gray pictures of each class in a folder."""
    for label, name in enumerate(NAMES):
        (root / name).mkdir(parents=True)
        for number in range(PICTURES):
            pixels = np.full((8, 8, 3), 100 * label + number, np.uint8)
            Image.fromarray(pixels).save(root / name / f'{number}.png')


def lines_of(names: tuple[str, ...] = NAMES) -> list[str]:
    """Lines of a good list."""
    return [
        f'{name}/{number}.png {label}'
        for label, name in enumerate(names)
        for number in range(PICTURES)
    ]


CONFIG = """
_base_ = {base!r}
pipeline = [dict(type='LoadImageFromFile'), dict(type='PackInputs')]
images = dict(
    _delete_=True, type='LongTailedList', data_root='images',
    ann_file='train.txt', classes='images/classes.txt', pipeline=pipeline,
)
data_preprocessor = dict(num_classes=2, augments=[])
model = dict(
    backbone=dict(in_channels=3), head=dict(num_classes=2),
    neck=[dict(type='GlobalAveragePooling')],
)
train_dataloader = dict(batch_size=2, dataset=images)
val_dataloader = dict(dataset=images)
test_dataloader = val_dataloader
train_cfg = dict(max_epochs=1)
param_scheduler = []
"""


def listed(
    name: str,
    sentence: str,
    text: str | bytes | None = None,
    classes: str | bytes = 'ant\nbee\n',
    spoil: Callable[[Path], None] = lambda root: None,
    options: tuple[str, ...] = (),
) -> BadInput:
    """A row of a training on a list of pictures.

    Args:
        name: What is wrong.
        sentence: Regular expression that the line must match.
        text: Of the list; None: a good one.
        classes: Of the file of class names.
        spoil: Of the folder of the pictures.
        options: Of ``--cfg-options``.
    """

    def arrange(folder: Path, trained: Path) -> list:
        import mmlt.runs.recipes as recipes

        root = folder / 'images'
        draw(root)
        content = '\n'.join(lines_of()) + '\n' if text is None else text
        for file, value in (('train', content), ('classes', classes)):
            raw = value.encode() if isinstance(value, str) else value
            (root / f'{file}.txt').write_bytes(raw)
        spoil(root)
        base = str(recipes.recipe_file('ce/resnet20_digitslt'))
        (folder / 'a.py').write_text(CONFIG.format(base=base))
        return [
            'train',
            'a.py',
            *(['--cfg-options', *options] * bool(options)),
        ]

    return BadInput(name, arrange, sentence, leaves=('images/*', 'a.py'))


def folder_row(
    name: str, sentence: str, spoil: Callable[[Path], None], *words: str
) -> BadInput:
    """A row of the command that makes lists from a folder."""

    def arrange(folder: Path, trained: Path) -> list:
        draw(folder / 'images')
        spoil(folder / 'images')
        return ['make-longtail', 'images', 'lists', *words]

    return BadInput(name, arrange, sentence)


def empty_class(root: Path) -> None:
    """A class folder without a picture."""
    (root / 'cat').mkdir()


def rename(root: Path) -> None:
    """A name with a line break."""
    (root / 'ant' / '0.png').rename(root / 'ant' / '0\n.png')


def move_out(root: Path) -> None:
    """No class folders."""
    for path in list(root.iterdir()):
        path.rename(root.parent / path.name)


def pipe(root: Path) -> None:
    """A pipe in the place of a picture."""
    (root / 'ant' / '0.png').unlink()
    os.mkfifo(root / 'ant' / '0.png')


def text_file(root: Path) -> None:
    """Text in the place of a picture."""
    for path in root.glob('*/*.png'):
        path.write_text('no picture')


def gone(root: Path) -> None:
    """No pictures where the list has them."""
    for path in root.glob('*/*.png'):
        path.unlink()


def other_classes(folder: Path, trained: Path) -> list:
    """A test set whose classes the network was not trained on."""
    run = copied(trained, folder)
    names = [f'n{number}' for number in range(10)]
    (config,) = run.glob('*.py')
    return [
        *('test', str(config), str(run / 'epoch_1.pth')),
        *('--work-dir', str(folder / 'run'), '--cfg-options'),
        f'test_dataloader.dataset.metainfo.classes={names}'.replace(' ', ''),
    ]


def unlabeled(folder: Path, trained: Path) -> list:
    """A test of images without labels, for which metrics are wanted."""
    (config,) = trained.glob('*.py')
    return [
        *('test', str(config), str(trained / 'epoch_1.pth')),
        *('--work-dir', str(folder / 't'), '--cfg-options'),
        'test_dataloader.dataset.with_label=False',
    ]


ROWS: list[BadInput] = [
    listed(
        'list-empty', 'Expected images in .*train.txt, but it is empty', ''
    ),
    listed(
        'list-without-labels',
        "Expected `path label` on line 1 of .*, but got 'ant/0.png'",
        'ant/0.png\n',
    ),
    listed(
        'list-with-label-1_0',
        "Expected `path label` on line 2 of .*got 'ant/1.png 1_0'",
        'ant/0.png 0\nant/1.png 1_0\n',
    ),
    listed(
        'list-with-label-plus',
        'on line 1 of .*Write the label, an integer',
        'ant/0.png +1\n',
    ),
    listed(
        'list-with-a-fraction',
        'on line 1 of .*Write the label, an integer',
        'ant/0.png 1.0\n',
    ),
    listed(
        'list-with-a-comment',
        "line 1 of .*'# pictures 2018' looks like a comment",
        '# pictures 2018\nant/0.png 0\n',
    ),
    listed(
        'list-with-three-columns',
        "'ant/0.png 0 5' looks like another column",
        'ant/0.png 0 5\n',
    ),
    listed(
        'list-with-a-label-too-large',
        r'labels in \[0, 1\] for 2 classes, but line 1 of .* has label 2',
        'ant/0.png 2\n',
    ),
    listed(
        'list-with-a-negative-label',
        r'labels in \[0, 1\] for 2 classes, but line 1 of .* has label -1',
        'ant/0.png -1\n',
    ),
    listed(
        'list-in-utf-16',
        'to be UTF-8, but it is UTF-16',
        'ant/0.png 0\n'.encode('utf-16'),
    ),
    listed(
        'image-with-two-labels',
        'to have one label, but ant/0.png has 0 and 1',
        'ant/0.png 0\nbee/0.png 1\nant/0.png 1\n',
    ),
    listed(
        'list-missing',
        'Expected the list of LongTailedList at .*nope.txt',
        options=('train_dataloader.dataset.ann_file=nope.txt',),
    ),
    listed(
        'indices-of-none',
        '`indices=0` leaves none',
        options=('train_dataloader.dataset.indices=0',),
    ),
    listed(
        'classes-of-another-number',
        r'labels in \[0, 0\] for 1 classes',
        classes='ant\n',
    ),
    listed(
        'image-is-a-pipe',
        r'Expected an image at images/ant/0.png .*is a pipe',
        spoil=pipe,
    ),
    listed(
        'image-is-text',
        r'Expected an image at images/.*png .*cannot be read',
        spoil=text_file,
    ),
    listed(
        'image-missing',
        r'Expected an image at images/.*png .*cannot be read',
        spoil=gone,
    ),
    listed(
        'bad-image-policy',
        r"`on_bad_image` to be one of \['error', 'skip'\], but got 'drop'",
        options=('train_dataloader.dataset.on_bad_image=drop',),
    ),
    folder_row(
        'class-folder-empty', r'Expected images in images/cat', empty_class
    ),
    folder_row('name-with-a-line-break', 'names without line breaks', rename),
    folder_row(
        'no-class-folders', 'one subfolder per class in images', move_out
    ),
    folder_row(
        'too-few-images-held-out',
        r'than the 3 images per class that are held out, .*2 of 2 .*ant \(3',
        lambda root: None,
        *('--test-per-class', '3'),
    ),
    BadInput(
        'test-set-of-other-classes',
        other_classes,
        'among the 10 that the network was trained on .*10 of its 10 are not',
    ),
    BadInput(
        'test-set-without-labels',
        unlabeled,
        'Expected a test set with labels',
    ),
]
