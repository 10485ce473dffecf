"""The shell scripts and the Makefile hand every word on as it is."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NAMES = [
    'with space.py',
    'quotes \' and ".py',
    '$(touch MADE).py',
    '`touch MADE`.py',
    'a;touch MADE;#.py',
    '$HOME/*.py',
    'two\nlines.py',
    '-dash.py',
    'back\\slash.py',
]
PRINTS = f"""#!{sys.executable}
import json, sys
print(json.dumps(sys.argv[1:]))
"""


@pytest.fixture
def words_of(tmp_path):
    """Words that a program gets at the end of a script."""

    def call(program, *command, **variables):
        tool = tmp_path / 'bin' / program
        tool.parent.mkdir(exist_ok=True)
        tool.write_text(PRINTS)
        tool.chmod(0o755)
        path = f'{tool.parent}:{os.environ["PATH"]}'
        done = subprocess.run(
            command,
            cwd=tmp_path,
            env={**os.environ, 'PATH': path, **variables},
            capture_output=True,
            text=True,
        )
        assert not done.returncode, done.stderr
        assert not (tmp_path / 'MADE').exists()
        assert not (ROOT / 'MADE').exists()
        return json.loads(done.stdout.splitlines()[-1])

    return call


@pytest.mark.parametrize('name', NAMES)
def test_scripts_of_torchrun(words_of, name):
    script = str(ROOT / 'tools/dist_train.sh')
    words = words_of('python', 'bash', script, name, '2', '--work-dir', name)
    at = words.index(str(ROOT / 'tools/train.py'))
    tail = [name, '--launcher', 'pytorch', '--work-dir', name]
    assert words[at + 1 :] == tail
    script = str(ROOT / 'tools/dist_test.sh')
    words = words_of('python', 'bash', script, name, name, '2', '--out', name)
    at = words.index(str(ROOT / 'tools/test.py'))
    tail = [name, name, '--launcher', 'pytorch', '--out', name]
    assert words[at + 1 :] == tail


@pytest.mark.parametrize('name', NAMES)
def test_scripts_of_slurm(words_of, name):
    script = str(ROOT / 'tools/slurm_train.sh')
    words = words_of(
        *('srun', 'bash', script, name, name, name, name, '--seed', '1'),
        SRUN_ARGS='--time=1 --mem=2',
    )
    assert words[:3] == ['-p', name, f'--job-name={name}']
    assert words[-12:-10] == ['--time=1', '--mem=2']
    tail = [name, '--work-dir', name, '--launcher', 'slurm', '--seed', '1']
    assert words[-7:] == tail
    script = str(ROOT / 'tools/slurm_test.sh')
    words = words_of('srun', 'bash', script, name, name, name, name)
    assert words[-4:] == [name, name, '--launcher', 'slurm']


@pytest.mark.skipif(shutil.which('make') is None, reason='no make here')
@pytest.mark.parametrize('name', NAMES)
def test_make_train(words_of, tmp_path, name):
    (tmp_path / '.installed').touch()
    words = words_of(
        'python',
        *('make', '-s', '-C', str(ROOT), '-o', str(tmp_path / '.installed')),
        *('train', f'VENV={tmp_path}', f'CONFIG={name}'),
        "ARGS=--work-dir 'a b'",
    )
    assert words[:2] == ['tools/train.py', name]
    assert words[-2:] == ['--work-dir', 'a b']
