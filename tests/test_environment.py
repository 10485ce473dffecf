import subprocess
import sys

import pytest

from mmlt import environment
from mmlt.environment import check_environment, check_torch_pair

GOOD = {
    'torch': '2.11.0+cpu',
    'torchvision': '0.26.0',
    'onedl-mmengine': '0.10.12',
    'onedl-mmcv': '2.3.6',
    'onedl-mmpretrain': '1.3.6',
}


@pytest.fixture
def installed(monkeypatch):
    """Pretend that these distributions are installed."""
    versions = dict(GOOD)
    monkeypatch.setattr(environment, 'installed_version', versions.get)
    return versions


def test_a_good_environment_passes(installed):
    check_environment()


def test_the_environment_of_these_tests_passes():
    check_environment()


def test_a_missing_distribution_is_named_with_its_command(installed):
    del installed['onedl-mmcv']
    with pytest.raises(ImportError, match=r'onedl-mmcv.*pip install "onedl'):
        check_environment()


def test_an_old_distribution_is_named_with_both_versions(installed):
    installed['onedl-mmengine'] = '0.10.7'
    with pytest.raises(ImportError, match=r'>= 0.10.12, but got 0.10.7'):
        check_environment()


@pytest.mark.parametrize('fork', ['onedl-mmcv', None])
def test_an_original_is_named_with_what_to_uninstall(installed, fork):
    if fork is None:
        del installed['onedl-mmcv']
    installed['mmcv'] = '2.1.0'
    match = 'pip uninstall -y mmcv onedl-mmcv && pip install'
    with pytest.raises(ImportError, match=match):
        check_environment()


def test_an_unmatched_torchvision_is_named(installed):
    installed['torchvision'] = '0.27.1'
    with pytest.raises(ImportError, match=r'torchvision 0.26 .*got 0.27.1'):
        check_environment()


def test_a_transformers_that_breaks_mmpretrain_is_named(installed):
    installed['transformers'] = '5.24.0'
    check_environment()  # mmpretrain does not import it
    installed['pycocotools'] = '2.0.11'
    with pytest.raises(ImportError, match=r'pip install "transformers<5"'):
        check_environment()
    installed['transformers'] = '4.57.6'
    check_environment()


@pytest.mark.parametrize(
    # pairs released together
    ('torch', 'torchvision'),
    [('2.6.0', '0.21.0'), ('2.11.0+cu130', '0.26.0+cu130'), ('3.0', '1.0')],
)
def test_released_pairs_pass(torch, torchvision):
    check_torch_pair(torch, torchvision)


def python(code):
    return subprocess.run(
        [sys.executable, '-c', code],
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_functions_import_neither_mmpretrain_nor_the_oracle():
    done = python(
        'import mmlt.functional, sys; '
        "bad = {'mmpretrain', 'mmcv', 'mpmath', 'scipy', 'sklearn'}; "
        'print(sorted(bad & set(sys.modules)))'
    )
    assert done.stdout.strip().endswith('[]'), done.stdout + done.stderr


def test_importing_mmlt_loads_no_room():
    done = python(
        'import mmlt, sys; '
        "print([m for m in sys.modules if m.startswith('mmlt.')])"
    )
    loaded = done.stdout.strip()
    light = ('environment', 'version', 'operators', 'quiet')
    assert loaded == str([f'mmlt.{name}' for name in light]), done.stderr
