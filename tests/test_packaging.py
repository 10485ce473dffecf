"""The wheel carries the configs, and another repository inherits them."""

import compileall
import json
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
    for name in ('mmlt', 'configs', 'tools', 'zoo'):
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
    for path in (ROOT / 'zoo').iterdir():
        assert f'mmlt/.mim/zoo/{path.name}' in names
    assert 'mmlt/.mim/model-index.yml' in names
    assert not any(n.startswith('tests/') for n in names)


@pytest.fixture(scope='module')
def installed(wheel, tmp_path_factory):
    """Environment of a machine on which the wheel is all there is of mmlt."""
    folder = tmp_path_factory.mktemp('installed')
    site = folder / 'site'
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    # pip compiles what it installs, configs too
    compileall.compile_dir(site / 'mmlt', quiet=1)
    return {'PYTHONPATH': str(site)}


def mmlt(*arguments, cwd, env, code=0):
    """Call the installed command; returns what it printed."""
    done = subprocess.run(
        [sys.executable, '-m', 'mmlt', *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, 'OMP_NUM_THREADS': '1', **env},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == code, done.stdout + done.stderr
    assert 'Traceback' not in done.stderr
    return done.stdout + done.stderr


def test_the_wheel_has_the_command(wheel):
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (n for n in archive.namelist() if 'entry_points' in n)
        assert 'mmlt = mmlt.cli.main:main' in archive.read(name).decode()


def test_train_test_and_report_from_an_empty_folder(installed, tmp_path):
    """A shipped recipe with overlays, by its name alone."""
    where = {'cwd': tmp_path, 'env': installed}
    recipe = 'bsce/resnet20_digitslt'
    output = mmlt('train', recipe, '--with', 'fcc', 'short', **where)
    assert 'Result after epoch 4' in output
    run = tmp_path / 'work_dirs' / f'{recipe}+fcc+short'
    (part,) = json.loads((run / 'run.json').read_text())
    assert part['config'] == f'configs/{recipe}.py'
    assert part['arguments'] == ['--with', 'fcc', 'short']
    # the row above the rule and the command of the report
    reported = output.strip().splitlines()[-3]
    checkpoint = run / 'epoch_4.pth'
    output = mmlt('test', recipe, checkpoint, '--with', 'fcc', **where)
    # after macro accuracy
    assert output.strip().splitlines()[-2].split()[1:] == reported.split()
    assert 'index.html' in mmlt('report', run, '--no-maps', **where)
    page = (tmp_path / 'report' / 'README.md').read_text()
    assert f'mmlt train configs/{recipe}.py --seed' in page
    assert '--with fcc short' in page


@pytest.mark.parametrize(
    ('arguments', 'code', 'message'),
    [
        (['train', 'ce/nix'], 1, 'Recipes of ce: '),
        (
            ['train', 'ce/resnet20_digitslt', '--with', 'nix'],
            1,
            "got 'nix'. Known: auto-augment, ",
        ),
        (
            ['train', 'fcc/resnet20_digitslt', '--with', 'fcc'],
            1,
            'Leave the overlay out',
        ),
        (['test', 'ce/resnet20_digitslt', 'no.pth'], 1, 'no.pth does not'),
        (['train', 'ce/resnet20_digitslt', '--sed', '3'], 2, '--sed'),
        (['trian'], 2, 'Did you mean `train`'),
    ],
)
def test_wrong_names_end_with_one_line(
    installed, tmp_path, arguments, code, message
):
    output = mmlt(*arguments, cwd=tmp_path, env=installed, code=code)
    last = output.strip().splitlines()[-1]
    assert message in last
    assert last.startswith('error: ' if code == 1 else 'mmlt')
    assert not list(tmp_path.iterdir())


def test_a_trained_network_is_there(installed, tmp_path):
    said = python(
        '-c',
        'import mmlt; n = mmlt.load("fcc_cifar100lt"); '
        'print(mmlt.__file__, n.classes[1])',
        cwd=tmp_path,
        **installed,
    ).split()
    site = Path(installed['PYTHONPATH'])
    wanted = [str(site / 'mmlt' / '__init__.py'), 'aquarium_fish']
    assert said[-2:] == wanted


def test_another_repository_inherits_a_recipe(installed, tmp_path):
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
        **installed,
    ).split()
    site = Path(installed['PYTHONPATH'])
    assert where[-3:] == [str(site / 'mmlt' / '__init__.py'), '0.5', '1']
    train = site / 'mmlt' / '.mim' / 'tools' / 'train.py'
    output = python(train, 'mine.py', cwd=tmp_path, **installed)
    assert 'Result after epoch 1' in output
    assert (tmp_path / 'work_dirs' / 'mine' / 'epoch_1.pth').exists()
