"""``mmlt predict``: folders, files and lists of images to a table."""

import csv
import shutil

import pytest

import mmlt
from tests.test_bad_inputs.in_process import run


@pytest.fixture
def place(photo_place, tmp_path):
    """A run, and a folder with odd files and folders in it."""
    shutil.copytree(photo_place / 'run', tmp_path / 'run')
    photos = shutil.copytree(photo_place / 'photos', tmp_path / 'photos')
    (photos / '.hidden').mkdir()
    shutil.copy(photos / 'kind 1/0.png', photos / '.hidden/0.png')
    (photos / 'Thumbs.db').write_bytes(b'left')
    (photos / 'notes.txt').write_text('kind 1/1.png\n\n')
    return tmp_path


def table_of(path):
    with path.open(newline='', encoding='utf-8') as file:
        return list(csv.DictReader(file))


def test_a_folder_becomes_a_table(place):
    words = ['predict', 'run', 'photos', '--out', 'p.csv']
    done = run([*words, '--topk', 3, '--device', 'cpu'], place)
    assert done.code == 0, done.errors
    rows = table_of(place / 'p.csv')
    assert done.output.startswith('p.csv: 57 images: ')
    assert not done.errors.strip()
    assert list(rows[0]) == [
        'path',
        *('class_1', 'probability_1', 'class_2', 'probability_2'),
        *('class_3', 'probability_3'),
    ]
    network = mmlt.load(place / 'run')
    found = network.predict(place / 'photos')
    assert [row['path'] for row in rows] == [
        one.path.relative_to(place).as_posix() for one in found
    ]
    for row, one in zip(rows, found, strict=True):
        for rank, (name, probability) in enumerate(one.top(3), 1):
            assert row[f'class_{rank}'] == name
            assert float(row[f'probability_{rank}']) == pytest.approx(
                probability, rel=1e-6
            )
    # more than there are classes
    run([*words, '--topk', 99, '--batch-size', 3], place)
    assert list(table_of(place / 'p.csv')[0])[-1] == 'probability_4'


def test_files_and_lists_and_each_image_once(place):
    done = run(
        [
            *('predict', 'run', 'photos/kind 1/0.png', 'photos/notes.txt'),
            *('photos/kind 1', '--out', 'p.csv'),
        ],
        place,
    )
    assert done.code == 0, done.errors
    paths = [row['path'] for row in table_of(place / 'p.csv')]
    assert paths[:2] == ['photos/kind 1/0.png', 'photos/kind 1/1.png']
    assert len(paths) == len(set(paths)) == 13


def test_what_is_broken_is_named_and_the_rest_predicted(place):
    photos = place / 'photos'
    whole = (photos / 'kind 0/0.png').read_bytes()
    (photos / 'kind 0/0.png').write_bytes(whole[: len(whole) // 2])
    (photos / 'kind 0/1.png').write_bytes(b'')
    (photos / 'list.txt').write_text('gone.png\nkind 0/2.png\n')
    words = ['predict', 'run', 'photos/kind 0', 'photos/list.txt']
    done = run([*words, '--out', 'p.csv'], place)
    assert done.code == 0, done.errors
    assert len(table_of(place / 'p.csv')) == 22
    lines = done.errors.strip().splitlines()
    assert lines[0] == '3 files could not be read:'
    assert lines[1].startswith('  photos/kind 0/0.png: unreadable: ')
    assert lines[2] == '  photos/kind 0/1.png: empty'
    assert lines[3] == '  photos/gone.png: missing'
    assert len(lines) == 4


def test_a_table_is_whole_or_as_it_was(place, monkeypatch):
    (place / 'p.csv').write_text('before')
    words = ['predict', 'run', 'photos', '--out', 'p.csv']
    for path in (place / 'photos').rglob('*.png'):
        path.write_bytes(b'no image')
    done = run(words, place)
    assert done.code == 1
    assert 'none of the 57 files can be read; the first is' in done.errors
    assert (place / 'p.csv').read_text() == 'before'
    assert not list(place.glob('.draft*'))


def test_parquet_holds_the_same(place):
    parquet = pytest.importorskip('pyarrow.parquet')
    words = ['predict', 'run', 'photos', '--topk', 2, '--out']
    for name in ('p.csv', 'p.parquet'):
        done = run([*words, name], place)
        assert done.code == 0, done.errors
    rows = parquet.read_table(place / 'p.parquet').to_pylist()
    for row, other in zip(rows, table_of(place / 'p.csv'), strict=True):
        assert {k: str(v) for k, v in row.items()} == other


def test_calibrated_probabilities(place):
    words = ['predict', 'run', 'photos', '--out', 'p.csv']
    done = run([*words, '--calibrated'], place)
    assert done.code == 1
    assert 'Fit them: mmlt posthoc run' in done.errors
    fitted = run(['posthoc', 'run', '--fit-split', 'val'], place)
    # the two to begin with, each under the name that is then given
    first, second = fitted.output.splitlines()[-2:]
    assert first.startswith('  temperature: keeps the classes; ')
    assert second.startswith('  prior_vector: moves the classes too; ')
    done = run([*words, '--calibrated'], place)
    assert 'by temperature, fitted on 17 images of val' in done.output
    scaled = table_of(place / 'p.csv')
    run(words, place)
    plain = table_of(place / 'p.csv')
    assert [r['class_1'] for r in scaled] == [r['class_1'] for r in plain]
    assert [r['probability_1'] for r in scaled] != [
        r['probability_1'] for r in plain
    ]
    done = run([*words, '--calibrated', 'magic'], place)
    assert done.code == 1
    assert "but got 'magic'. It has none, temperature" in done.errors


def test_wrong_calls_end_in_a_line(place):
    for words, code, said in (
        (['run', 'photos', '--out', 'p.txt'], 2, 'expected .csv or .parquet'),
        (['run', 'nothing', '--out', 'p.csv'], 1, 'nothing, but it does not'),
        (['run', 'run', '--out', 'p.csv'], 1, 'none that ends in .jpg'),
        (['fcc', 'photos', '--out', 'p.csv'], 1, 'fcc is neither. Known: '),
        (['run', 'photos', '--out', 'photos'], 2, 'expected .csv'),
        (['run', 'photos', '--out', 'p.csv', '--topk', 0], 2, '--topk'),
    ):
        done = run(['predict', *words], place)
        assert done.code == code, done.errors
        assert said in done.errors
        assert 'Traceback' not in done.errors
    assert not (place / 'p.csv').exists()
