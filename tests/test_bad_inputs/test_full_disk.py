"""Where the disk is full: a sentence, nothing half, and what was there."""

import re
import resource
from contextlib import contextmanager

import pytest

from .bad_input import RECIPE, copied
from .in_process import run

COMMANDS = {
    'publish': ['publish', 'run/epoch_1.pth', 'out'],
    'calibrate': [
        *('calibrate-overlap', RECIPE, 'run/epoch_1.pth', '--out', 'out'),
        *('--alpha', '0.5'),
    ],
    'dump': ['dump-predictions', 'run', '--features', '--out', 'out.npz'],
    'export-torchscript': [
        *('export', RECIPE, 'run/epoch_1.pth', '--to', 'torchscript'),
        *('--out', 'out.pt'),
    ],
    'export-onnx': [
        *('export', RECIPE, 'run/epoch_1.pth', '--to', 'onnx'),
        *('--out', 'out.onnx'),
    ],
}


@contextmanager
def room_for(size):
    """No file can be longer than this many bytes meanwhile."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def contents(folder):
    """Name to content of every file."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob('*')
        if path.is_file()
    }


@pytest.mark.parametrize(
    'name',
    [
        pytest.param(name, marks=[pytest.mark.slow] * (name == 'export-onnx'))
        for name in COMMANDS
    ],
)
def test_nothing_half_is_left(name, trained, tmp_path):
    copied(trained, tmp_path)
    before = contents(tmp_path)
    with room_for(60_000):
        done = run(COMMANDS[name], tmp_path)
    assert done.code == 1, done.errors
    line = done.errors.strip().splitlines()[-1]
    assert re.match('error: Expected room for out.*, but there is', line)
    assert 'Traceback' not in done.errors
    assert contents(tmp_path) == before


def test_a_training_keeps_its_last_checkpoint(trained, tmp_path):
    work_dir = copied(trained, tmp_path)
    (work_dir / 'last_checkpoint').write_text('epoch_1.pth')
    before = (work_dir / 'epoch_1.pth').read_bytes()
    words = [
        *('train', RECIPE, '--resume', '--work-dir', work_dir),
        *('--cfg-options', 'train_cfg.max_epochs=2'),
    ]
    with room_for(200_000):
        done = run(words, tmp_path)
    assert done.code == 1, done.errors
    line = done.errors.strip().splitlines()[-1]
    assert re.match('error: Expected room .* none .*--resume$', line), line
    assert (work_dir / 'epoch_1.pth').read_bytes() == before
    assert [p.name for p in work_dir.glob('*.pth')] == ['epoch_1.pth']
    assert (work_dir / 'last_checkpoint').read_text() == 'epoch_1.pth'
