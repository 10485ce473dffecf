"""Nothing that the parents say of a missing package reaches the terminal."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DOORS = {
    'every room': 'import mmlt.datasets, mmlt.models, mmlt.engine, '
    'mmlt.evaluation, mmlt.runs, mmlt.posthoc, mmlt.export, mmlt.report',
    'mmpretrain after mmlt': 'import mmlt, mmpretrain.datasets',
    'the registry': 'import mmlt\n'
    'from mmengine.registry import init_default_scope, DATASETS\n'
    "init_default_scope('mmpretrain')\n"
    "assert DATASETS.get('mmpretrain.CIFAR10')",
    "the scope 'mmlt'": 'import mmlt\n'
    'from mmengine.registry import DATASETS\n'
    "assert DATASETS.get('mmlt.CIFAR10')",
    'a config of a user': 'import mmlt\n'
    'from mmengine.config import Config\n'
    "Config.fromfile('mine.py')",
}


def run(program, folder):
    done = subprocess.run(
        [sys.executable, '-c', program],
        cwd=folder,
        env={**os.environ, 'PYTHONPATH': str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done


@pytest.mark.parametrize('door', DOORS)
def test_no_door_says_that_a_package_is_missing(door, tmp_path):
    (tmp_path / 'mine.py').write_text(
        "custom_imports = dict(imports=['mmpretrain.datasets', 'mmlt.models'])"
    )
    loaded = '\nimport sys; assert "mmpretrain.datasets" in sys.modules'
    done = run(DOORS[door] + loaded, tmp_path)
    assert done.stdout == ''
    assert 'OneDL' not in done.stderr
    assert 'Fail to import' not in done.stderr


@pytest.mark.parametrize('parent', ['mmseg', 'mmdet'])
def test_neither_do_the_parents_of_pixels_and_boxes(parent, tmp_path):
    pytest.importorskip(parent)
    done = run(f'import mmlt, {parent}.datasets.transforms', tmp_path)
    assert done.stdout == ''
    assert 'OneDL' not in done.stderr


def test_other_messages_and_the_module_stay_as_they_are(tmp_path):
    """A program in which another module prints while it is imported."""
    done = run(
        'import mmlt, mmengine.logging, sys\n'
        'before = mmengine.logging.print_log\n'
        'class Talker:\n'
        '    def find_spec(self, name, path=None, target=None):\n'
        '        if name == "mmpretrain.datasets.voc":\n'
        '            from mmengine.logging import print_log\n'
        '            print_log("something else", level=10)\n'
        '            print("printed")\n'
        'sys.meta_path.insert(0, Talker())\n'
        'import mmpretrain.datasets, inspect\n'
        'assert mmengine.logging.print_log is before\n'
        'assert "OneDL" in inspect.getsource(mmpretrain.datasets)\n'
        'loader = mmpretrain.datasets.__spec__.loader\n'
        'assert "exec_module" not in vars(loader)\n',
        tmp_path,
    )
    assert done.stdout == 'something else\nprinted\n'


def test_an_error_of_the_import_is_not_hidden(tmp_path):
    done = run(
        'import mmlt, mmengine.logging, sys\n'
        'before = mmengine.logging.print_log\n'
        'sys.modules["mmpretrain.datasets.voc"] = None\n'
        'try:\n'
        '    import mmpretrain.datasets\n'
        'except ImportError as error:\n'
        '    print(error)\n'
        'assert mmengine.logging.print_log is before\n',
        tmp_path,
    )
    assert 'mmpretrain.datasets.voc' in done.stdout


def test_an_onedl_that_is_installed_but_broken_is_reported(tmp_path):
    (tmp_path / 'onedl.py').write_text('')
    done = run('import mmlt, mmpretrain.datasets', tmp_path)
    assert 'Could not import OneDL' in done.stdout
