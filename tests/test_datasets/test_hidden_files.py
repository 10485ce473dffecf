"""What other programs leave behind is no image and no class."""

import shutil

import pytest
from mmpretrain.datasets import CustomDataset

from mmlt.datasets import (
    LongTailedSubset,
    check_no_hidden_files,
    is_hidden,
    shared_images,
)
from mmlt.datasets.make_lists import ListSettings, make_lists


@pytest.mark.parametrize(
    'path',
    [
        '.ipynb_checkpoints',
        'cat/.ipynb_checkpoints/a-checkpoint.jpg',
        'cat/._a.jpg',
        '.DS_Store',
        '__MACOSX/cat/a.jpg',
        'cat/@eaDir/a.jpg',
        'cat/Thumbs.db',
        '$RECYCLE.BIN/a.jpg',
    ],
)
def test_leftovers_are_hidden(path):
    assert is_hidden(path)


@pytest.mark.parametrize(
    'path', ['cat/a.jpg', 'c.at/a.b.jpg', './cat/a.jpg', '../cat/a.jpg', '#1']
)
def test_images_are_not(path):
    assert not is_hidden(path)


@pytest.fixture
def spoiled(image_folder):
    """Copies of images in hidden places."""
    source = sorted((image_folder / 'ant').iterdir())[0]

    def spoil(place):
        target = image_folder / place / 'copy.jpg'
        target.parent.mkdir(parents=True)
        shutil.copy(source, target)
        return image_folder

    return spoil


@pytest.mark.parametrize(
    ('place', 'what'),
    [
        ('.ipynb_checkpoints', 'a class'),
        ('@eaDir', 'a class'),
        ('ant/.ipynb_checkpoints', 'an image'),
    ],
)
def test_folders_of_mmpretrain_are_looked_at(spoiled, place, what):
    root = spoiled(place)
    dataset = CustomDataset(data_root=str(root))
    for one in (dataset, LongTailedSubset(dataset, imbalance_ratio=1)):
        with pytest.raises(ValueError, match=f'would be {what}'):
            check_no_hidden_files(one)


def test_clean_folders_pass(image_folder):
    check_no_hidden_files(CustomDataset(data_root=str(image_folder)))


@pytest.mark.parametrize(
    'place', ['.ipynb_checkpoints', '__MACOSX/ant', 'ant/@eaDir', 'bee/.x']
)
def test_lists_leave_them_out(spoiled, tmp_path, place):
    settings = ListSettings(str(spoiled(place)), profile='all')
    record = make_lists(settings, tmp_path / 'lists')
    assert record['classes'] == ['ant', 'bee', 'été']
    assert sum(record['lists']['train.txt']['class_counts']) == 12


def test_files_of_other_endings_are_counted(image_folder, tmp_path):
    (image_folder / 'ant' / 'a.gif').write_bytes(b'GIF')
    (image_folder / 'bee' / 'notes').write_text('x')
    (image_folder / 'bee' / '.hidden').write_text('x')
    settings = ListSettings(str(image_folder), profile='all')
    record = make_lists(settings, tmp_path / 'lists')
    assert record['left_out'] == {'.gif': 1, 'none': 1}


def test_images_of_two_sets_are_compared_by_path(image_folder):
    whole = CustomDataset(data_root=str(image_folder))
    part = whole.get_subset([0, 3])
    rows = LongTailedSubset(whole, imbalance_ratio=1)
    assert len(shared_images(whole, part)) == 2
    assert len(shared_images(whole, rows)) == len(rows)
    assert shared_images(whole.get_subset([1]), part) == []
