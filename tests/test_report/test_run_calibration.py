"""A report of a run with predictions on held-out images, and shot limits."""

import json
import re

import pytest
from mmengine.config import Config

from mmlt.cli.main import main
from mmlt.report.calibration_pictures import calibrators
from mmlt.report.record import load_run

from .conftest import ROOT, record_of, write_run

CALIBRATORS = ['none', 'temperature', 'vector_balanced']


@pytest.fixture(scope='module')
def held_out(tmp_path_factory):
    """A run of digits of which a third was held out, predicted."""
    folder = tmp_path_factory.mktemp('runs') / 'ce'
    write_run(folder, 'ce/resnet20_digitslt', 0)
    (path,) = folder.glob('*.py')
    cfg = Config.fromfile(path)
    images = cfg.train_dataloader.dataset
    cfg.train_dataloader.dataset = dict(
        type='HeldOutSplit', part='train', fraction=0.3, dataset=images
    )
    cfg.test_evaluator.metrics = [dict(type='ShotAccuracy', many=50, few=15)]
    path.write_text(cfg.pretty_text)
    main(['dump-predictions', str(folder), '--split', 'held-out'])
    return folder


@pytest.fixture(scope='module')
def made(held_out, tmp_path_factory):
    """Its report."""
    out = tmp_path_factory.mktemp('report')
    words = ['--no-maps', '--calibrators', *CALIBRATORS]
    main(['report', str(held_out), '--out', str(out), *words])
    return out


def test_numbers_are_those_of_posthoc(held_out, made, tmp_path):
    table = tmp_path / 'table.json'
    words = ['--calibrators', *CALIBRATORS, '--out', str(table)]
    main(['posthoc', str(held_out), *words])
    expected = json.loads(table.read_text())
    (path,) = (made / 'numbers').glob('*.json')
    found = json.loads(path.read_text())['calibration']
    assert found['rows'] == expected['rows']
    # random weights know nothing, so no temperature makes them right
    assert set(found['left_out']) == {'temperature'}
    assert [row['calibrator'] for row in found['rows']] == [
        'none',
        'vector_balanced',
    ]
    assert re.fullmatch(r'\d+ held-out images', found['fitted_on'])


def test_page_shows_errors_of_all_and_of_each_group(made):
    page = (made / 'index.html').read_text()
    assert 'After calibration' in page
    assert 'Could not be fitted: temperature' in page
    picture = (made / 'pictures' / 'calibrators-ce.svg').read_text()
    for words in ('all, 400 images', 'many, 120 images', 'few, ', 'vector'):
        assert words in picture
    assert f'--calibrators {" ".join(CALIBRATORS)}' in page


def test_nothing_is_said_of_calibrators_without_held_out_images(
    work_dirs, tmp_path
):
    main(['report', str(work_dirs[0]), '--out', str(tmp_path), '--no-maps'])
    assert 'After calibration' not in (tmp_path / 'index.html').read_text()


def test_pictures_take_the_limits_of_the_run_or_others(held_out, tmp_path):
    def groups(*options):
        out = tmp_path / 'a.svg'
        words = ['--shots', '--out', str(out), *options]
        main(['plot', 'reliability', str(held_out), *words])
        return re.findall(r'%, (\d+) images', out.read_text())

    record, _ = load_run(held_out)
    own = [sum(n > 50 for n in record.class_counts)]
    own.append(sum(15 <= n <= 50 for n in record.class_counts))
    own.append(10 - sum(own))
    # 40 test images of each digit
    assert groups() == ['400', *(str(40 * n) for n in own)]
    other = groups('--many', '70', '--few', '40')
    assert other[1:] == [
        str(40 * sum(n > 70 for n in record.class_counts)),
        str(40 * sum(40 <= n <= 70 for n in record.class_counts)),
        str(40 * sum(n < 40 for n in record.class_counts)),
    ]
    assert other != groups()


def test_counts_take_the_limits_of_the_config(held_out, tmp_path):
    out = tmp_path / 'counts.svg'
    (config,) = held_out.glob('*.py')
    main(['plot', 'counts', str(config), '--out', str(out)])
    assert 'many-shot (more than 50)' in out.read_text()
    main(['plot', 'counts', str(config), '--out', str(out), '--many', '80'])
    assert 'many-shot (more than 80)' in out.read_text()


def test_the_guide_names_what_is_on_the_page(made):
    guide = (ROOT / 'docs/read_a_report.md').read_text()
    titles = re.findall(r'\*\*([^*]+)\*\*', guide)
    assert len(titles) == 7
    page = (made / 'index.html').read_text()
    for title in titles:
        assert f'>{title}' in page, title
    for option in set(re.findall(r'`?(--[a-z-]+)', guide)):
        assert option in {
            *('--out', '--names', '--title', '--many', '--few'),
            *('--calibrators', '--split', '--with', '--seed'),
        }


@pytest.mark.parametrize('asked', [CALIBRATORS, CALIBRATORS[1:]])
def test_caption_speaks_of_the_rows_that_are_there(asked):
    heads = ('ECE', 'ECE many', 'ECE med', 'ECE few')
    rows = [{'calibrator': c, **dict.fromkeys(heads, 5.0)} for c in asked]
    record = record_of(
        name='a',
        recipe_hash='a',
        reliability={},
        calibration=dict(rows=rows, fitted_on='50 held-out images'),
    )
    caption = calibrators([record]).caption
    assert ('without a calibrator' in caption) == ('none' in asked)
    assert 'fitted on 50 held-out images' in caption
