"""The guides in docs/ are followed as they stand: each block is run."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

ROOT = Path(__file__).parents[1]
BLOCK = re.compile(r'```(\w+) title="([^"]+)"\n(.*?)```', re.DOTALL)


def photos(folder):
    """A folder of three classes with 24, 12 and 6 images of 40 x 40."""
    rng = np.random.RandomState(0)
    for split, sizes in (('train', (24, 12, 6)), ('test', (2, 2, 2))):
        for name, size in zip('abc', sizes, strict=True):
            place = folder / 'photos' / split / name
            place.mkdir(parents=True)
            for i in range(size):
                pixels = rng.randint(0, 256, (40, 40, 3)).astype(np.uint8)
                Image.fromarray(pixels).save(place / f'{i}.png')


def command(line):
    """A line of a shell block, run by the Python of the tests."""
    words = shlex.split(line)
    if words[0] == 'mmlt':
        words[:1] = [sys.executable, '-m', 'mmlt']
    return words


def call(words, folder, paths):
    """Run a command in a folder; its output where it fails."""
    done = subprocess.run(
        words,
        cwd=folder,
        env={**os.environ, 'PYTHONPATH': os.pathsep.join(map(str, paths))},
        capture_output=True,
        text=True,
    )
    assert not done.returncode, f'{words}\n{done.stdout}\n{done.stderr}'
    return done.stdout + done.stderr


def with_added_lines(path, block):
    """Text of a file of mmlt with the lines that a diff block adds."""
    lines = block.splitlines(keepends=True)
    before = ''.join(line[1:] for line in lines if line[0] == ' ')
    after = ''.join(line[1:] for line in lines)
    text = path.read_text()
    assert text.count(before) == 1, f'{path} has changed: mend the page.'
    return text.replace(before, after)


def copy_of_mmlt(folder):
    """A copy of the package that a guide may edit; configs are linked."""
    shutil.copytree(
        ROOT / 'mmlt',
        folder / 'mmlt',
        symlinks=True,
        ignore=shutil.ignore_patterns('__pycache__', '.mim'),
    )
    inside = folder / 'mmlt/.mim'
    inside.mkdir()
    for link in (ROOT / 'mmlt/.mim').iterdir():
        (inside / link.name).symlink_to(link.resolve())


def test_a_number_of_your_own_is_a_metric_and_a_line_of_the_summary(tmp_path):
    text = (ROOT / 'docs/add_a_number.md').read_text()
    copy_of_mmlt(tmp_path)
    changed, said = 0, ''
    for kind, title, code in BLOCK.findall(text):
        file = tmp_path / title
        if kind == 'diff':
            file.write_text(with_added_lines(file, code))
            changed += 1
        elif title.endswith('.py'):
            file.parent.mkdir(exist_ok=True)
            file.write_text(code)
        elif kind == 'python':
            call([sys.executable, '-c', code], tmp_path, [tmp_path])
        else:
            said += call(command(code.splitlines()[-1]), tmp_path, [tmp_path])
    assert changed == 2
    assert 'recall/median: ' in said
    assert 'median recall' in (tmp_path / 'report/index.html').read_text()
    # the metric and the summary say the same of a test
    check = """
import torch
from my_project.median_recall import MedianRecall
from mmlt.evaluation import summarize
from mmlt.evaluation.prediction_batch import PredictionBatch

torch.manual_seed(0)
scores, labels = torch.rand(60, 5).softmax(1), torch.arange(60) % 4
metric = MedianRecall()
samples = [
    dict(pred_score=s, gt_label=y[None]) for s, y in zip(scores, labels)
]
metric.process(None, samples)
got = metric.evaluate(60)['recall/median']
recall = [
    (scores.argmax(1)[labels == c] == c).double().mean() for c in range(4)
]
assert abs(got - 100 * torch.stack(recall).quantile(0.5)) < 1e-9
numbers = summarize(scores, labels)['numbers']
assert abs(got - numbers['median_recall']) < 1e-9
"""
    call([sys.executable, '-c', check], tmp_path, [tmp_path])


def test_commands_of_readme_are_those_of_the_page_that_is_followed():
    """tests/test_projects/test_page.py calls those of the page."""
    readme = (ROOT / 'README.md').read_text()
    for title in ('1', '2', '3'):
        page = (ROOT / 'docs/own_images.md').read_text()
        (code,) = [c for _, t, c in BLOCK.findall(page) if t == title]
        wanted = code.strip().replace('plankton', 'photos')
        lines = [line.split('#')[0].strip() for line in readme.splitlines()]
        assert wanted in lines


@pytest.mark.parametrize('page', ['add_a_loss', 'add_a_dataset'])
def test_a_guide_is_followed(page, tmp_path):
    photos(tmp_path)
    text = (ROOT / 'docs' / f'{page}.md').read_text()
    trained = 0
    for kind, title, code in BLOCK.findall(text):
        if title.endswith('.py'):
            file = tmp_path / title
            file.parent.mkdir(exist_ok=True)
            file.write_text(code)
        elif kind == 'python':
            call([sys.executable, '-c', code], tmp_path, [tmp_path, ROOT])
        else:
            paths = [ROOT]
            for line in code.splitlines():
                if line == 'export PYTHONPATH=.':
                    paths.append(tmp_path)
                    continue
                said = call(command(line), tmp_path, paths)
                assert 'top-1' in said
                trained += 1
    assert trained == 2
