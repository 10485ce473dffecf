import json

import numpy as np
import pytest

from mmlt.datasets import read_inaturalist_json, read_list
from mmlt.datasets.image_table import ImageTable
from mmlt.datasets.list_file import whole_number

LINES = ['n01/a b.jpg 0', 'café/猫.jpg 2', 'x.png 1']


def write(path, content):
    data = content if isinstance(content, bytes) else content.encode()
    path.write_bytes(data)
    return path


@pytest.fixture
def path(tmp_path):
    return tmp_path / 'list.txt'


@pytest.mark.parametrize('end', ['\n', '\r\n', '\n\n', ' \r\n'])
@pytest.mark.parametrize('mark', [b'', b'\xef\xbb\xbf'])
@pytest.mark.parametrize('last', ['', 'same'])
def test_line_ends_and_byte_order_marks_change_nothing(path, end, mark, last):
    text = end.join(LINES) + (end if last else '')
    table = read_list(write(path, mark + text.encode()), 3)
    assert list(table) == [
        {'img_path': 'n01/a b.jpg', 'gt_label': 0},
        {'img_path': 'café/猫.jpg', 'gt_label': 2},
        {'img_path': 'x.png', 'gt_label': 1},
    ]


def test_a_tab_separates_too(path):
    table = read_list(write(path, 'a b.jpg\t1\n'), 2)
    assert table[0] == {'img_path': 'a b.jpg', 'gt_label': 1}


def test_a_name_that_is_not_utf8_finds_its_file(tmp_path, path):
    raw = b'caf\xe9.jpg'  # Latin-1, as an old disk has it
    write(path, raw + b' 0\n')
    name = read_list(path, 1).name(0)
    assert name.encode('utf-8', 'surrogateescape') == raw


@pytest.mark.parametrize(
    ('content', 'match'),
    [
        ('a 0\nb 3\n', r'\[0, 2\] for 3 classes.*line 2 of .*label 3 \(b\)'),
        ('\n\na 0\n\nb -1\n', 'line 5 of .*label -1'),
        ('a 0\nb\n', "line 2 of .*but got 'b'"),
        ('a 0\nb one\n', "line 2 of .*but got 'b one'"),
        ('a 0\nb 1.0\n', 'line 2'),
        # what int() takes
        ('a 0\nb 1_0\n', "line 2 of .*'b 1_0'"),
        ('a 0\nb +1\n', 'line 2'),
        ('a 0\nb ٣\n', 'line 2'),
        ('a.jpg 0\nb.JPG 1 2\n', 'line 2 .*looks like another column'),
        ('# images 2\na 0\n', 'line 1 .*looks like a comment'),
        ('a 0\rb 1\rc 2', 'line 1'),
        ('', 'is empty'),
        ('\r\n\r\n', 'is empty'),
        ('a 0\n'.encode('utf-16'), 'UTF-16'),
    ],
)
def test_what_is_wrong_is_named_with_its_line(path, content, match):
    with pytest.raises(ValueError, match=match):
        read_list(write(path, content), 3)


def test_a_table_is_a_sequence(path):
    table = read_list(write(path, '\n'.join(LINES)), 3)
    assert len(table) == 3
    assert table[-1]['img_path'] == 'x.png'
    assert table.all_names() == [table.name(i) for i in range(3)]
    assert [info['gt_label'] for info in table[1:]] == [2, 1]
    assert isinstance(table[:2], ImageTable)
    assert table.take([2, 0, -1]).name(2) == 'x.png'
    assert len(table.take([])) == len(table[3:]) == 0
    with pytest.raises(IndexError):
        table[3]


def test_a_table_takes_its_bytes_and_sixteen_more_for_an_image(path):
    table = read_list(write(path, 'train/1234567890.jpg 7\n' * 1000), 8)
    size = sum(a.nbytes for a in (table.names, table.ends, table.labels))
    assert size == 1000 * (len('train/1234567890.jpg') + 16)


def inaturalist(**changes):
    content = {
        'info': {'year': 2018},
        'images': [
            {'id': 7, 'file_name': 'train_val2018/é/b.jpg', 'width': 800},
            {'id': 3, 'file_name': 'train_val2018/a.jpg', 'width': 600},
        ],
        'categories': [{'id': 0, 'name': 'x'}, {'id': 1, 'name': 'y'}],
        # in another order than the images: joined by id
        'annotations': [
            {'id': 1, 'image_id': 3, 'category_id': 1},
            {'id': 2, 'image_id': 7, 'category_id': 0},
        ],
    }
    return json.dumps({**content, **changes})


def test_json_is_joined_by_image_id(path):
    table = read_inaturalist_json(write(path, inaturalist()), 2)
    assert list(table) == [
        {'img_path': 'train_val2018/é/b.jpg', 'gt_label': 0},
        {'img_path': 'train_val2018/a.jpg', 'gt_label': 1},
    ]
    assert table.labels.dtype == np.int64


@pytest.mark.parametrize(
    ('content', 'num_classes', 'match'),
    [
        (inaturalist(), 1, r'\[0, 0\] for 1 classes.*a.jpg .* 1'),
        (inaturalist(annotations=[]), 2, 'KeyError: 7'),
        (
            inaturalist(
                annotations=[{'image_id': 3, 'category_id': c} for c in (0, 1)]
            ),
            2,
            'several annotations',
        ),
        (inaturalist(images=[], annotations=[]), 2, 'is empty'),
        ('{"a": 1}', 2, 'annotations'),
        ('[1, 2]', 2, "iNaturalist's JSON"),
        ('a.jpg 0', 2, "iNaturalist's JSON"),
    ],
)
def test_wrong_json_is_refused(path, content, num_classes, match):
    with pytest.raises(ValueError, match=match):
        read_inaturalist_json(write(path, content), num_classes)


JSON_VALUES = [
    ('3', 3), (3.0, 3), ('-1', -1), (0, 0), (10**12, 10**12),
    (None, None), ([3], None), ({}, None), (2.7, None), (True, None),
    (float('nan'), None), (float('inf'), None), ('', None), ('1_0', None),
    ('+3', None), ('3.0', None), (' 3', None),
]  # fmt: skip


@pytest.mark.parametrize(('value', 'expected'), JSON_VALUES, ids=repr)
def test_class_numbers_are_whole(value, expected):
    assert whole_number(value) == expected


@pytest.mark.parametrize(
    'value', [v for v, e in JSON_VALUES if e is None], ids=repr
)
def test_category_that_is_no_number_is_named(tmp_path, value):
    content = {
        'images': [{'id': 1, 'file_name': 'a.jpg'}],
        'annotations': [{'image_id': 1, 'category_id': value}],
    }
    path = write(tmp_path / 'train.json', json.dumps(content))
    with pytest.raises(ValueError, match='whole numbers, but a.jpg of'):
        read_inaturalist_json(path, 10)


def test_further_keys_of_an_entry_change_nothing(tmp_path):
    content = {
        'images': [{'id': 7, 'file_name': 'a.jpg', 'width': 3}],
        'annotations': [
            {'id': 1, 'image_id': 7, 'category_id': '2', 'file_name': 'a.jpg'}
        ],
    }
    path = write(tmp_path / 'train.json', json.dumps(content))
    assert read_inaturalist_json(path, 3).labels.tolist() == [2]
