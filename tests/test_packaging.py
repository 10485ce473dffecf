"""The wheel carries the configs, and another repository inherits them."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FILES = ('setup.py', 'setup.cfg', 'model-index.yml', 'README.md', 'LICENSE')


def python(*command, cwd, **env):
    done = subprocess.run(
        [sys.executable, *map(str, command)],
        cwd=cwd,
        env={**os.environ, 'OMP_NUM_THREADS': '1', **env},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope='module')
def wheel(tmp_path_factory):
    """A wheel built from a copy of the tracked files."""
    pytest.importorskip('wheel')
    source = tmp_path_factory.mktemp('source')
    for name in ('mmlt', 'configs', 'tools'):
        shutil.copytree(
            ROOT / name,
            source / name,
            symlinks=True,
            ignore=shutil.ignore_patterns('__pycache__'),
        )
    for name in FILES:
        shutil.copy(ROOT / name, source / name)
    out = tmp_path_factory.mktemp('wheel')
    pip = ['-m', 'pip', 'wheel', '-q', '--disable-pip-version-check']
    pip += ['--no-deps', '--no-build-isolation', '-w', out, '.']
    python(*pip, cwd=source)
    return next(out.glob('mmlt-*.whl'))


def test_the_wheel_carries_every_config_and_tool(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    for folder in ('configs', 'tools'):
        for path in (ROOT / folder).rglob('*'):
            if path.suffix in ('.py', '.sh', '.md'):
                assert f'mmlt/.mim/{path.relative_to(ROOT)}' in names
    assert 'mmlt/.mim/model-index.yml' in names
    assert not any(n.startswith('tests/') for n in names)


def test_another_repository_inherits_a_recipe(wheel, tmp_path):
    site = tmp_path / 'site'
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    (tmp_path / 'mine.py').write_text(
        "_base_ = 'mmlt::fcc/resnet20_digitslt.py'\n"
        'train_cfg = dict(max_epochs=1, val_interval=1)\n'
        'param_scheduler = []\n'
    )
    where = python(
        '-c',
        'import mmlt; from mmengine import Config; '
        "c = Config.fromfile('mine.py'); "
        'print(mmlt.__file__, c.model.neck[1].gamma, c.train_cfg.max_epochs)',
        cwd=tmp_path,
        PYTHONPATH=str(site),
    ).split()
    assert where[-3:] == [str(site / 'mmlt' / '__init__.py'), '0.5', '1']
    train = site / 'mmlt' / '.mim' / 'tools' / 'train.py'
    output = python(train, 'mine.py', cwd=tmp_path, PYTHONPATH=str(site))
    assert 'Result after epoch 1' in output
    assert (tmp_path / 'work_dirs' / 'mine' / 'epoch_1.pth').exists()
