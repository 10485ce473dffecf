"""Reports of segmentation and detection are of the evaluations in the logs."""

import json
import math

import pytest

from mmlt.cli.main import main
from mmlt.report.logged import load_logged_run, sort_numbers

from .conftest import write_run

PIXELS = {'road': 900, 'pole': 10, 'sky': 90}


def write_logged(folder, seed=1, head='VMFSegHead', test=None, evaluations=()):
    """A folder as `mmlt train` leaves it, of a segmentation."""
    logs = folder / '20260101_000000'
    (logs / 'vis_data').mkdir(parents=True)
    (folder / f'{head}.py').write_text(
        f"default_scope = 'mmseg'\nmodel = dict(type='EncoderDecoder', "
        f"decode_head=dict(type='{head}'))\n"
        f'randomness = dict(seed={seed})\n'
        'train_cfg = dict(max_iters=400)\n'
    )
    (folder / 'last_checkpoint').write_text(str(folder / 'iter_300.pth'))
    (folder / 'pixel_counts.json').write_text(json.dumps({'pixels': PIXELS}))
    lines = [{'loss': 2.0, 'iter': 10, 'step': 10}]
    for step, numbers in evaluations:
        lines.append({**numbers, 'step': step})
    scalars = '\n'.join(map(json.dumps, lines))
    (logs / 'vis_data' / 'scalars.json').write_text(scalars)
    if test is not None:
        tested = folder / '20260102_000000'
        tested.mkdir()
        (tested / '20260102_000000.json').write_text(json.dumps(test))
    return folder


def numbers(value):
    return {
        'pixel/mIoU': value,
        'pixel/IoU/road': value + 10,
        'pixel/IoU/pole': None,
        'pixel/IoU/sky': value - 10,
        'pixel/train/mIoU': value - 1,
        'pixel/train/IoU/road': value + 9,
    }


def test_a_record_is_of_the_last_evaluation(tmp_path):
    evaluations = [(100, numbers(40.0)), (200, numbers(50.0))]
    run = write_logged(tmp_path / 'a', evaluations=evaluations)
    record = load_logged_run(run)
    assert record.numbers == {'mIoU': 50.0, 'train': {'mIoU': 49.0}}
    assert record.epochs == 200
    assert record.dataset == 'validation images'
    assert record.class_names == list(PIXELS)
    assert record.class_counts == list(PIXELS.values())
    road, pole, sky = record.classes['IoU']
    assert (road, sky) == (60.0, 40.0)
    assert math.isnan(pole)
    assert record.classes['train IoU'] == [59.0, None, None]


def test_a_test_comes_before_the_evaluations_of_the_training(tmp_path):
    evaluations = [(100, numbers(40.0))]
    run = write_logged(tmp_path / 'a', 1, 'A', numbers(45.0), evaluations)
    record = load_logged_run(run)
    assert record.numbers['mIoU'] == 45.0
    assert record.epochs == 300  # of the checkpoint
    assert record.dataset == 'test images'


def test_a_metric_named_like_a_class_is_none():
    found, classes = sort_numbers({'lvis/bbox_AP': 3.0, 'lvis/bbox_APr': 1.0})
    assert found == {'bbox_AP': 3.0, 'bbox_APr': 1.0}
    assert classes == {}


def test_names_of_classes_may_have_a_slash():
    _, classes = sort_numbers({'p/mIoU': 1.0, 'p/IoU/a/b': 2.0})
    assert classes == {'IoU': {'a/b': 2.0}}


def test_the_page_compares_recipes_over_their_seeds(tmp_path):
    runs = [
        write_logged(tmp_path / name, seed, head, numbers(value))
        for name, seed, head, value in (
            ('stock1', 1, 'FCNHead', 40.0),
            ('stock2', 2, 'FCNHead', 42.0),
            ('ours', 1, 'VMFSegHead', 47.0),
        )
    ]
    out = tmp_path / 'report'
    names = ['--names', 'stock', 'stock', 'vmf']
    main(['report', *map(str, runs), '--out', str(out), *names])
    page = (out / 'README.md').read_text()
    assert '| stock | 41.00 ± 1.41 |' in page
    assert '| vmf | 47.00 |' in page
    assert 'prior: train' in page
    assert '| vmf − stock | +6.00 |' in page
    rows = (out / 'tables/classes.csv').read_text().splitlines()
    assert [row.split(',')[0] for row in rows] == [
        *('class', 'road', 'sky', 'pole')
    ]
    assert rows[1].split(',')[1] == '900'
    assert len(list((out / 'numbers').glob('*.json'))) == 3
    assert '<svg' not in (out / 'index.html').read_text()


def test_the_training_is_drawn_where_it_was_evaluated_twice(tmp_path):
    evaluations = [(100, numbers(40.0)), (200, numbers(50.0))]
    run = write_logged(tmp_path / 'a', evaluations=evaluations)
    main(['report', str(run), '--out', str(tmp_path / 'report')])
    picture = (tmp_path / 'report/pictures/curve.svg').read_text()
    assert 'mIoU' in picture
    assert 'epoch' not in picture


def test_what_cannot_be_compared_is_refused(tmp_path):
    tested = write_logged(tmp_path / 'a', 1, 'A', numbers(45.0))
    seen = write_logged(tmp_path / 'b', evaluations=[(100, numbers(40.0))])
    bare = write_logged(tmp_path / 'c')
    images = tmp_path / 'd'
    write_run(images, 'ce/resnet20_digitslt', 0)
    out = ['--out', str(tmp_path / 'report')]
    for runs, words in (
        ((tested, seen), 'on test images, and that of'),
        ((bare,), 'to hold an evaluation, but they hold none'),
        ((images, tested), 'runs of one task'),
    ):
        with pytest.raises(SystemExit, match=words):
            main(['report', *map(str, runs), *out])
    assert not (tmp_path / 'report').exists()


def test_other_classes_are_refused(tmp_path):
    one = write_logged(tmp_path / 'a', 1, 'A', numbers(45.0))
    other = write_logged(tmp_path / 'b', 1, 'B', numbers(45.0))
    counts = {'pixels': {**PIXELS, 'car': 3}}
    (other / 'pixel_counts.json').write_text(json.dumps(counts))
    words = ['report', str(one), str(other), '--out', str(tmp_path / 'r')]
    with pytest.raises(SystemExit, match='runs on the same classes'):
        main(words)


def test_a_damaged_test_is_said(tmp_path):
    run = write_logged(tmp_path / 'a', 1, 'A', numbers(45.0))
    (run / '20260102_000000/20260102_000000.json').write_text('{"a": ')
    with pytest.raises(ValueError, match='JSON of a test.*test again'):
        load_logged_run(run)
