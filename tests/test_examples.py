"""Each file of examples/ runs as it stands, with the package it is for."""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[1] / 'examples'
# file -> packages, and what it prints at the end
CASES = {
    'timm_loop.py': ('timm', r"epoch 2: loss .*\n\{'top1': \d"),
    'lightning_loop.py': ('lightning', r"'few': tensor\(\d+\."),
    'hugging_face_trainer.py': ('transformers', r"'eval_few': '?\d+\.?\d*"),
}


def test_every_example_is_tried():
    assert {path.name for path in EXAMPLES.glob('*.py')} == set(CASES)


@pytest.mark.parametrize('name', CASES)
def test_an_example_runs(name, tmp_path):
    package, words = CASES[name]
    for needed in (package, *(['accelerate'] * (package == 'transformers'))):
        if importlib.util.find_spec(needed) is None:
            pytest.skip(f'{needed} is not installed: pip install {needed}')
    done = subprocess.run(
        [sys.executable, EXAMPLES / name],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    assert re.search(words, done.stdout), done.stdout


@pytest.mark.parametrize('name', CASES)
def test_an_example_is_short(name):
    lines = (EXAMPLES / name).read_text().splitlines()
    assert len([line for line in lines if line.strip()]) < 40
