"""Config files that cannot be read, said with file and line."""

import pytest

from mmlt.runs.config_files import check_files
from mmlt.runs.preflight import read_config


def write(folder, **texts):
    for name, text in texts.items():
        (folder / f'{name}.py').write_text(text)
    return folder / f'{next(iter(texts))}.py'


def test_files_that_can_be_read(tmp_path):
    path = write(tmp_path, a="_base_ = ['./b.py', './c.py']", b='', c='x = 1')
    check_files(path)
    assert read_config(path).x == 1


def test_a_file_may_be_inherited_twice(tmp_path):
    """A diamond is no ring."""
    path = write(
        tmp_path,
        a="_base_ = ['./b.py', './c.py']",
        b="_base_ = './d.py'\ny = 1",
        c="_base_ = './d.py'\nz = 1",
        d='',
    )
    check_files(path)


@pytest.mark.parametrize(
    ('texts', 'said'),
    [
        (dict(a='x = ('), r'a\.py to be a config.* line 1 '),
        (dict(a="_base_ = './b.py'", b='\n\nx ='), r'b\.py .* line 3 '),
        (dict(a="_base_ = './a.py'"), r'a\.py inherits from a\.py\.'),
        (
            dict(a="_base_ = './b.py'", b="_base_ = ['./a.py']"),
            r'a\.py inherits from b\.py inherits from a\.py',
        ),
        (dict(a='x = 1\ny = x.z'), r'a\.py, line 2: AttributeError'),
        (dict(a="_base_ = './b.py'", b='y = [][0]'), r'b\.py, line 1: Index'),
    ],
)
def test_what_is_wrong_is_said_with_its_place(tmp_path, texts, said):
    with pytest.raises(ValueError, match=said):
        read_config(write(tmp_path, **texts))


def test_a_missing_base_is_said_with_the_file_that_names_it(tmp_path):
    path = write(tmp_path, a="_base_ = './far.py'", near='')
    with pytest.raises(FileNotFoundError, match=r'of .*a\.py to be.*near\.py'):
        read_config(path)


def test_bytes_are_no_config(tmp_path):
    path = tmp_path / 'a.py'
    path.write_bytes(b'x = "\x80"')
    with pytest.raises(ValueError, match='byte 5 of it is no text'):
        check_files(path)


@pytest.mark.parametrize(
    ('base', 'said'),
    [
        ('vmff/resnet18_images', 'Did you mean `vmf/resnet18_images`'),
        ('shike/resnet18_images', 'Recipes of shike: resnet20_digitslt, '),
        (
            'cdt/resnet50_imagenetlt',
            'overlay: ce/resnet50_imagenetlt --with cdt. Recipes of cdt: ',
        ),
    ],
)
def test_a_base_that_is_no_recipe_says_what_there_is(tmp_path, base, said):
    path = write(tmp_path, a=f"_base_ = 'mmlt::{base}.py'")
    with pytest.raises(FileNotFoundError, match=said) as raised:
        read_config(path)
    assert str(path) in str(raised.value)
