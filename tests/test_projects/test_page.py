"""docs/own_images.md is followed as it stands, commands and their output."""

import os
import re
import shlex
from pathlib import Path

import numpy as np
import pytest
from mmengine.config import Config
from mmengine.runner import Runner

from mmlt.datasets import LongTailedList
from mmlt.projects.split import split_rows
from mmlt.runs.recipes import load_recipe
from tests.test_bad_inputs.in_process import isolated, run

from .plankton import draw

PAGE = (Path(__file__).parents[2] / 'docs/own_images.md').read_text()
BLOCKS = {
    title: text
    for _, title, text in re.findall(
        r'```(\w+) title="([^"]+)"\n(.*?)```', PAGE, re.DOTALL
    )
}
# one epoch of small images, in this process
SHORT = [
    '--cfg-options',
    'train_cfg.max_epochs=1',
    *(f'{part}_dataloader.num_workers=0' for part in ('train', 'val', 'test')),
    *(
        f'{part}_dataloader.dataset.pipeline.1.scale={scale}'
        for part, scale in (
            ('train', 32),
            ('val', '(32,32)'),
            ('test', '(32,32)'),
        )
    ),
]


@pytest.fixture(scope='module')
def place(tmp_path_factory):
    """Folder that the page is followed in."""
    folder = tmp_path_factory.mktemp('own_images')
    draw(folder)
    return folder


def follow(title, place, *options):
    """Call the command of a block; its output."""
    (line,) = BLOCKS[title].splitlines()
    program, *words = shlex.split(line)
    assert program == 'mmlt'
    done = run([*words, *options], place)
    assert done.code == 0, done.errors
    return done.output


@pytest.fixture(scope='module')
def said(place):
    """Output of the first command."""
    return follow('1', place)


def test_new_prints_what_the_page_says(said):
    assert said == BLOCKS['it prints']


def test_the_config_is_the_one_on_the_page(said, place):
    text = (place / 'my_project/bsce.py').read_text()
    here = str(place / 'plankton')
    shown = BLOCKS['my_project/bsce.py']
    text = text.replace(here, '/home/me/plankton')
    # that of this machine
    workers = min(4, os.cpu_count())
    assert text.count(f'num_workers={workers},') == 3
    text = text.replace(f'num_workers={workers},', 'num_workers=2,')
    assert text == shown


def test_counts_and_images_are_looked_at(said, place):
    assert follow('how many', place) == 'Wrote counts.png\n'
    assert follow('which', place) == 'Wrote images.html: 12 classes\n'
    page = (place / 'images.html').read_text()
    assert '12 of 30 classes are shown' in page
    assert '18 are left out' in page
    counts = [int(n) for n in re.findall(r'>([\d,]+) training image', page)]
    assert (len(counts), counts[0], counts[-1]) == (12, 28, 1)
    strips = page.count('<ul class="strip"')
    assert strips == sum(min(2, count) for count in counts)
    assert ', 64 × 64 pixels' in page


def test_three_commands_lead_to_a_report(said, place):
    trained = follow('2', place, *SHORT)
    assert 'Result after epoch 1' in trained
    assert '0.0625' in trained  # of the learning rate
    # what mmengine says before the first epoch is in the file alone
    assert len(trained.splitlines()) < 25
    log = re.search(r'The whole log: (.*)', trained)[1]
    assert 'System environment:' in Path(log).read_text()
    follow('3', place)
    page = (place / 'my_project/report/index.html').read_text()
    assert 'kind_00' in page


def test_the_lists_are_checked(said, place):
    assert follow('check', place, '--processes', 1) == BLOCKS['all is well']
    (place / 'plankton/kind_03/000.png').rename(place / 'moved.png')
    done = run(['verify-splits', 'my_project', '--processes', 1], place)
    (place / 'moved.png').rename(place / 'plankton/kind_03/000.png')
    assert done.code == 1
    assert 'PROBLEM 1 image missing: ' in done.output


def test_several_methods_are_compared(place):
    output = follow('compare', place)
    assert output.endswith(BLOCKS['next'])
    assert load_recipe(place / 'compared/crt.py').first_stage.same_data


def test_a_table_is_read(place):
    (place / 'labels.csv').write_text(BLOCKS['labels.csv'])
    output = follow('a table', place)
    assert '4 images of 2 classes' in output
    assert 'splits as they are in the source: test, train' in output
    names = (place / 'from_table/classes.txt').read_text().split()
    assert names == ['copepod', 'diatom']


def test_without_lists(place):
    (place / 'plankton.py').write_text(BLOCKS['plankton.py'])
    with isolated(place):
        cfg = load_recipe('plankton.py')
        # the base reads what no longer is an image as one
        (place / 'plankton/kind_04/cut.png').rename(place / 'cut')
        (place / 'plankton/kind_00/._000.png').rename(place / 'hidden')
        sets = [
            Runner.build_dataloader(
                {**cfg[f'{part}_dataloader'], 'num_workers': 0}, seed=0
            ).dataset
            for part in ('train', 'val', 'test')
        ]
    (place / 'cut').rename(place / 'plankton/kind_04/cut.png')
    (place / 'hidden').rename(place / 'plankton/kind_00/._000.png')
    paths = [
        {s.get_data_info(i)['img_path'] for i in range(len(s))} for s in sets
    ]
    assert sum(map(len, paths)) == len(set.union(*paths)) == 329


def test_by_hand(said, place):
    with isolated(place):
        names = {}
        exec(compile(BLOCKS['by hand'], 'block', 'exec'), names)
        cfg = names['cfg']
    assert isinstance(cfg, Config)
    assert cfg.model.head.num_classes == 30


def test_the_table_of_small_classes():
    rows = re.findall(
        r'^\| (\d+) \| (\d+) \| (\d+) \| (\d+) \|$', PAGE, re.MULTILINE
    )
    assert len(rows) == 5
    for row in rows:
        images, train, val, test = map(int, row)
        labels = np.zeros(images, dtype=int)
        shares = {'val': 0.1, 'test': 0.2}
        dealt = split_rows(labels, np.arange(images), shares)
        sizes = {split: len(own) for split, own in dealt.items()}
        assert sizes == {'train': train, 'val': val, 'test': test}


def test_a_training_in_two_stages_has_both_on_the_images(place, said):
    text = (place / 'my_project/bsce.py').read_text()
    (place / 'crt.py').write_text(
        text.replace('bsce/', 'crt/').replace(
            '{{ fileDirname }}', str(place / 'my_project')
        )
    )
    words = ['train', 'crt.py', '--work-dir', 'two', *SHORT]
    stage = [
        'first_stage.train_cfg.max_epochs=1',
        'train_dataloader.batch_size=64',
    ]
    done = run([*words, *stage], place)
    assert done.code == 0, done.errors
    assert (place / 'two/stage1/epoch_1.pth').is_file()
    first = Config.fromfile(place / 'two/stage1/resnet18_images.py')
    data = dict(first.train_dataloader.dataset)
    assert data.pop('type') == 'LongTailedList'
    assert len(LongTailedList(**data)) == 225
