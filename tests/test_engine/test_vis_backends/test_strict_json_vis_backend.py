import json
import math

import pytest
import torch
from mmengine.visualization import LocalVisBackend

from mmlt.engine import StrictJSONVisBackend

NUMBERS = {'loss': 0.1, 'shot/few': math.nan, 'accuracy/top1': 50.0}


def lines(folder, kind):
    backend = kind(str(folder))
    backend.add_scalars(NUMBERS, step=2, file_path='one.json')
    backend.add_scalar('lr', torch.tensor(0.5), step=3)
    return (folder / 'scalars.json').read_text().splitlines(), folder


def test_what_is_no_number_is_null_for_strict_readers(tmp_path):
    found, folder = lines(tmp_path, StrictJSONVisBackend)
    read = [json.loads(line, parse_constant=pytest.fail) for line in found]
    assert read == [
        {'loss': 0.1, 'shot/few': None, 'accuracy/top1': 50.0, 'step': 2},
        {'lr': 0.5, 'step': 3},
    ]
    assert (folder / 'one.json').read_text().splitlines() == found[:1]


def test_else_a_line_is_that_of_mmengine(tmp_path):
    ours, _ = lines(tmp_path / 'ours', StrictJSONVisBackend)
    theirs, _ = lines(tmp_path / 'theirs', LocalVisBackend)
    assert [line.replace('null', 'NaN') for line in ours] == theirs
