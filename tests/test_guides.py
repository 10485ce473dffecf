"""The guides in docs/ are followed as they stand: each block is run."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

ROOT = Path(__file__).parents[1]
BLOCK = re.compile(r'```(\w+) title="([^"]+)"\n(.*?)```', re.DOTALL)


def photos(folder):
    """A folder of three classes with 12, 6 and 3 images of 40 x 40."""
    rng = np.random.RandomState(0)
    for split, sizes in (('train', (12, 6, 3)), ('test', (2, 2, 2))):
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
