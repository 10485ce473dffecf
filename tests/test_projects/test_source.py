"""Images and classes are found where people have them."""

import json

import numpy as np
import pytest

from mmlt.projects.source import SourceSettings, read_source

from .conftest import draw, gray


def read(images, **settings):
    return read_source(SourceSettings(str(images), **settings))


def pairs(source):
    return sorted(zip(source.paths, source.names, strict=True))


@pytest.fixture
def table(tmp_path):
    """Write a table beside two classes of images."""
    draw(tmp_path / 'all', (3, 2))

    def write(text, name='table.csv', encoding='utf-8'):
        path = tmp_path / 'all' / name
        path.write_bytes(text.encode(encoding))
        return path

    return write


def test_a_folder_of_class_folders(photos):
    source = read(photos)
    assert source.classes() == [f'kind {label}' for label in range(7)]
    assert source.left_out == {'.txt': 1}
    assert source.splits is None
    assert len(source.paths) == 24 + 13 + 7 + 4 + 3 + 2 + 1 + 3
    assert 'kind 0/.0.png' not in source.paths
    # it is the list that make-longtail makes
    by_class = [n for _, n in zip(source.paths, source.names, strict=True)]
    assert by_class == sorted(by_class)


def test_folders_of_splits(tmp_path):
    for split, counts in (('train', (4, 2)), ('Validation', (1, 1))):
        draw(tmp_path / 'own' / split, counts)
    source = read(tmp_path / 'own')
    assert source.classes() == ['kind 0', 'kind 1']
    assert source.splits == ['val'] * 2 + ['train'] * 6
    assert source.paths[0] == 'Validation/kind 0/0.png'


def test_classes_may_be_called_train_and_test(tmp_path):
    """A train is a class, where images lie in its folder."""
    rng = np.random.RandomState(0)
    for name in ('train', 'test'):
        gray(tmp_path / 'toys' / name / '0.png', rng)
    source = read(tmp_path / 'toys')
    assert source.classes() == ['test', 'train']
    assert source.splits is None


HEADS = [
    ('path,label', ',', {}),
    ('File_Name;Category', ';', {}),
    ('file\tclass', '\t', {}),
    ('IMG,number,taxon', ',', dict(label_column='Taxon')),
    ('where,label', ',', dict(path_column='where')),
]


@pytest.mark.parametrize(('head', 'delimiter', 'settings'), HEADS)
def test_a_table_with_the_usual_names_or_yours(
    head, delimiter, settings, table
):
    middle = ['7'] if 'number' in head else []
    rows = [['kind 0/0.png', *middle, 'a, b'], ['kind 1/1.png', *middle, 'c']]
    lines = [delimiter.join(f'"{cell}"' for cell in row) for row in rows]
    path = table('\ufeff' + '\r\n'.join([head, *lines]) + '\r\n')
    assert pairs(read(path, **settings)) == [
        ('kind 0/0.png', 'a, b'),
        ('kind 1/1.png', 'c'),
    ]


def test_numbers_are_classes_in_the_order_of_numbers(table):
    path = table('path,label\na.png,10\nb.png,9\nc.png,9\n')
    assert read(path).classes() == ['9', '10']


def test_json_lines_with_splits(table):
    rows = [
        dict(file_name='a.png', label=3.0, split='train'),
        dict(file_name='b.png', label=4, split='dev'),
    ]
    text = '\n'.join(map(json.dumps, rows)) + '\n\n'
    source = read(table(text, 'list.jsonl'))
    assert source.names == ['3', '4']
    assert source.splits == ['train', 'val']


def test_the_image_folder_of_hugging_face(table, tmp_path):
    table('file_name,label\nkind 0/1.png,x\nkind 1/0.png,y\n', 'metadata.csv')
    source = read(tmp_path / 'all')
    assert pairs(source) == [('kind 0/1.png', 'x'), ('kind 1/0.png', 'y')]
    assert source.splits is None


def test_the_image_folder_of_hugging_face_with_splits(tmp_path):
    rng = np.random.RandomState(0)
    for split in ('train', 'test'):
        gray(tmp_path / 'own' / split / 'a.png', rng)
        (tmp_path / 'own' / split / 'metadata.csv').write_text(
            'file_name,label\na.png,x\nb.png,y\n'
        )
    source = read(tmp_path / 'own')
    assert source.paths[:2] == ['test/a.png', 'test/b.png']
    assert source.splits == ['test', 'test', 'train', 'train']


def test_a_parquet_file(table, tmp_path):
    arrow = pytest.importorskip('pyarrow')
    parquet = pytest.importorskip('pyarrow.parquet')
    columns = {'image': ['a.png', 'b.png'], 'target': [1, 0]}
    path = tmp_path / 'all' / 'list.parquet'
    parquet.write_table(arrow.table(columns), path)
    assert pairs(read(path)) == [('a.png', '1'), ('b.png', '0')]
    columns['image'] = [dict(bytes=b'', path='a')] * 2
    parquet.write_table(arrow.table(columns), path)
    with pytest.raises(ValueError, match='`image` .*the images themselves'):
        read(path)
    path.write_bytes(b'no table')
    with pytest.raises(ValueError, match='list.parquet to be a Parquet file'):
        read(path)


def test_paths_may_be_absolute_and_begin_elsewhere(table, tmp_path):
    root = tmp_path / 'all'
    (tmp_path / 'lists').mkdir()
    path = tmp_path / 'lists' / 'own.csv'
    path.write_text(
        f'path,label\n{root}/kind 0/0.png,x\nkind 1/../kind 0/1.png,y\n'
    )
    source = read(path, root=str(root))
    assert pairs(source) == [('kind 0/0.png', 'x'), ('kind 0/1.png', 'y')]


def test_a_row_that_repeats_an_image_counts_once(table):
    source = read(table('path,label\na.png,x\nb.png,y\n./a.png,x\n'))
    assert source.paths == ['a.png', 'b.png']
    assert source.repeated == 1


WRONG = {
    'other columns': ('where,what\na,b\n', r'a column path, .*it has where'),
    'no row': ('path,label\n', r'Expected rows in .*table.csv'),
    'no label': ('path,label\na,x\nb,\n', r'value of `label` .* row 3 of'),
    'no path': ('path,label\n,x\nb,y\n', r'value of `path` in .* row 2 of'),
    'columns': ('path,label\na,b,c\n', r'2 columns in every .* row 2 .* 3'),
    'two labels': ('path,label\na,x\na,y\n', r"a is 'x' in row 2 .*'y'"),
    'leaves': ('path,label\n../a,x\nb,y\n', r"inside .*row 2 .*'../a'.*--ro"),
    'absolute': ('path,label\n/etc/a,x\nb,y\n', r"paths inside .*'/etc/a'"),
    'one class': ('path,label\na,x\nb,x\n', r"two classes .* only 'x'"),
    'split': ('path,label,split\na,x,fold1\nb,y,\n', r"`split` .*'fold1'"),
    'some splits': ('path,label,split\na,x,train\nb,y,\n', r'but 1 rows have'),
    'line break': ('path,label\na,"x\ny"\nb,z\n', r"without line .*'x\\ny'"),
}


@pytest.mark.parametrize('name', WRONG)
def test_a_wrong_table_is_refused(name, table):
    text, sentence = WRONG[name]
    with pytest.raises(ValueError, match=sentence):
        read(table(text))


def test_other_wrong_sources_are_refused(table, tmp_path):
    with pytest.raises(FileNotFoundError, match='none. Correct the path'):
        read(tmp_path / 'nowhere')
    with pytest.raises(ValueError, match='Save the table as CSV'):
        read(table('', 'table.xlsx'))
    with pytest.raises(ValueError, match='UTF-8, but it is not'):
        read(table('path,label\né,x\n', encoding='latin-1'))
    with pytest.raises(ValueError, match='line 1 is none'):
        read(table('{"a": ', 'list.jsonl'))
    with pytest.raises(ValueError, match="an object .* '3'"):
        read(table('3', 'list.jsonl'))
    with pytest.raises(ValueError, match='`--root` with a table alone'):
        read(tmp_path / 'all', root=str(tmp_path))
    with pytest.raises(FileNotFoundError, match='Correct `--root`'):
        read(table('path,label\na,x\n'), root=str(tmp_path / 'nowhere'))
    draw(tmp_path / 'own' / 'train', (1, 1))
    draw(tmp_path / 'own' / 'val', (1, 1))
    draw(tmp_path / 'own' / 'valid', (1, 1))
    with pytest.raises(ValueError, match='one folder for each split'):
        read(tmp_path / 'own')
