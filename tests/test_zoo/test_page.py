"""The Python blocks of docs/zoo.md run as they stand."""

import re
from pathlib import Path

import numpy as np
from PIL import Image

PAGE = Path(__file__).parents[2] / 'docs/zoo.md'


def test_the_blocks_run_one_after_the_other(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    pixels = np.random.default_rng(0).integers(0, 256, (60, 80, 3), np.uint8)
    Image.fromarray(pixels).save('photo.jpg')
    blocks = re.findall(r'```python\n(.*?)```', PAGE.read_text(), re.S)
    names = {}
    for code in blocks:
        exec(compile(code, 'docs/zoo.md', 'exec'), names)
    assert len(blocks) == 2
    assert names['found'].name in capsys.readouterr().out
    assert names['logits'].shape == (8, 100)
    assert names['features'][-1].shape == (8, 64)
