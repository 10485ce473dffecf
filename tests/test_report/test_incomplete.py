"""Runs that crashed, and runs with a loss of their own."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from mmlt.report.incomplete import incomplete_run
from tests.test_bad_inputs.in_process import run

ROOT = Path(__file__).parents[2]
LOSS = '''
from mmpretrain.models import CrossEntropyLoss
from mmpretrain.registry import MODELS


@MODELS.register_module()
class LossOfMine(CrossEntropyLoss):
    """Ours."""
'''


@pytest.fixture
def place(photo_place, tmp_path):
    """A finished run, and one that crashed in its first epoch."""
    shutil.copytree(photo_place / 'run', tmp_path / 'whole')
    crashed = tmp_path / 'crashed'
    crashed.mkdir()
    shutil.copy(photo_place / 'run/ce.py', crashed)
    part = crashed / '20260102_100000'
    (part / 'vis_data').mkdir(parents=True)
    entries = [
        dict(loss=3.0, epoch=1, step=1),
        dict(loss=2.0, epoch=1, step=2),
    ]
    text = '\n'.join(map(json.dumps, entries))
    (part / 'vis_data/scalars.json').write_text(text)
    (part / '20260102_100000.log').write_text('out of memory')
    return tmp_path


def test_a_run_that_crashed_is_shown_and_the_others_are_whole(place):
    words = ['report', 'whole', 'crashed', '--out', 'page', '--no-maps']
    done = run([*words, '--names', 'first', 'second'], place)
    assert done.code == 0, done.errors
    log = 'crashed/20260102_100000/20260102_100000.log'
    assert f'The reason is at the end of {log}.' in done.errors
    page = (place / 'page/README.md').read_text()
    assert '## Runs without a result' in page
    (row,) = [x for x in page.splitlines() if x.startswith('| crashed |')]
    assert [c.strip() for c in row.split('|')[1:5]] == [
        *('crashed', 'ce.py', '1', '2.5'),
    ]
    assert 'first' in page
    assert 'second' not in page.rpartition('\n## Commands')[0]
    html = (place / 'page/index.html').read_text()
    assert 'stopped before its first was written' in html
    # in a picture, too
    done = run(['plot', 'recall', 'crashed', 'whole', '--out', 'a.svg'], place)
    assert done.code == 0, done.errors
    assert 'Without a result: crashed' in done.errors
    assert (place / 'a.svg').is_file()


def test_a_crashed_run_alone_is_an_error(place):
    done = run(['report', 'crashed', '--out', 'page'], place)
    assert done.code == 1
    assert 'there is no checkpoint' in done.errors
    assert not (place / 'page').exists()
    assert incomplete_run(place / 'whole') is None
    (place / 'crashed/ce.py').unlink()
    with pytest.raises(FileNotFoundError, match='no config'):
        incomplete_run(place / 'crashed')


def test_a_run_that_just_began_has_no_loss(place):
    shutil.rmtree(place / 'crashed/20260102_100000')
    found = incomplete_run(place / 'crashed')
    assert (found.epoch, found.loss) == (None, None)
    assert found.missing.endswith('before its first was written.')


def test_a_loss_of_ones_own_is_no_obstacle_twice(place):
    """A process each: what the first one imported, the second has not."""
    (place / 'losses.py').write_text(LOSS)
    config = place / 'whole/ce.py'
    text = config.read_text()
    text += (
        "\ncustom_imports['imports'].append('losses')\n"
        "model['head']['loss'] = dict(type='LossOfMine')\n"
    )
    config.write_text(text)
    pages = []
    for _ in range(2):
        done = subprocess.run(
            [
                *(sys.executable, '-m', 'mmlt', 'report', 'whole'),
                *('--out', 'page', '--no-maps'),
            ],
            cwd=place,
            env={**os.environ, 'PYTHONPATH': f'{ROOT}{os.pathsep}.'},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        pages.append((place / 'page/README.md').read_text())
    assert pages[0] == pages[1]
