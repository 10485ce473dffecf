"""``mmlt doctor`` finds what is broken, and says how to mend it."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from mmlt import environment
from mmlt.cli.commands import doctor
from mmlt.cli.main import main
from tests.test_environment import GOOD
from tests.test_plain_parts import HIDDEN

ROOT = Path(__file__).parents[2]
MAKEFILE = (ROOT / 'Makefile').read_text()


@pytest.fixture
def versions(monkeypatch):
    """Pretend that these distributions are installed, and can be imported."""
    found = {**GOOD, 'numpy': '2.0.1', 'matplotlib': '3.9.0'}
    found |= {'safetensors': '0.4.5', 'scikit-learn': '1.5.2'}
    for module in (environment, doctor):
        monkeypatch.setattr(module, 'installed_version', found.get)
    monkeypatch.setattr(doctor, 'why_not_imported', lambda: '')
    environment.why_no_trainer.cache_clear()
    yield found
    environment.why_no_trainer.cache_clear()


def broken():
    return [text for state, text in doctor.installed() if state != 'ok']


def test_this_installation_is_whole(capsys):
    assert main(['doctor']) == 0
    said = capsys.readouterr().out
    assert 'broken' not in said
    assert len(said.splitlines()) <= 24  # one screen
    assert all(len(line) < 120 for line in said.splitlines()[1:])
    for title in ('Installed', 'Optional', 'Devices', 'Training'):
        assert f'\n{title}\n' in said
    assert re.search(
        r'cpu, cores: \d+, threads: \d+ .*bfloat16 (yes|no)', said
    )
    assert re.search(
        r'fcc/resnet20_digitslt on \w+, threads: \d+, forward pass in '
        r'(bfloat16|float32), into work_dirs/fcc/resnet20_digitslt',
        said,
    )


def test_what_it_says_of_a_training_is_what_the_training_does(
    monkeypatch, capsys
):
    """As the recipe has it, and as the device can."""
    name = 'mmlt.engine.optim_wrappers.autocast_optim_wrapper'
    for able, words in ((True, 'bfloat16'), (False, 'float32')):
        monkeypatch.setattr(f'{name}.computes_bfloat16', lambda _, a=able: a)
        (line, *_) = doctor.training('bsce/resnet32_cifar100lt')
        assert f'forward pass in {words}' in line[1]
        assert 'work_dirs/bsce/resnet32_cifar100lt' in line[1]


def test_every_fault_is_named_not_the_first_alone(versions):
    assert broken() == []
    versions['mmcv'] = '2.1.0'
    versions['numpy'] = '1.24.3'
    del versions['onedl-mmpretrain']
    environment.why_no_trainer.cache_clear()
    found = '\n'.join(broken())
    assert 'both mmcv 2.1.0 is installed' in found
    assert 'pip uninstall -y mmcv onedl-mmcv && pip install' in found
    assert 'Expected numpy >= 1.26, but got 1.24.3' in found
    assert 'Expected onedl-mmpretrain >= 1.3.6, but it is not' in found
    assert 'mmlt.functional' in found


def test_torch_and_torchvision_are_a_pair(versions):
    versions['torchvision'] = '0.25.0'
    environment.why_no_trainer.cache_clear()
    assert any('Expected torchvision 0.26' in text for text in broken())


def test_a_package_that_cannot_be_imported_is_broken(versions, monkeypatch):
    monkeypatch.undo()
    doctor.why_not_imported.cache_clear()
    monkeypatch.setattr(doctor, 'MODULES', ('json', 'no_such_package'))
    (text,) = broken()
    assert text.startswith('import no_such_package fails: ModuleNotFound')
    assert [state for state, _ in doctor.training('x')] == ['-']
    doctor.why_not_imported.cache_clear()


def test_it_works_without_the_parents():
    """Nothing of theirs is imported, and the exit code is 1."""
    program = "from mmlt.cli.main import main; sys.exit(main(['doctor']))"
    done = subprocess.run(
        [sys.executable, '-c', f'{HIDDEN}\n{program}'],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1, done.stderr
    assert done.stderr == ''
    for name in ('torchvision', 'onedl-mmengine', 'onedl-mmcv'):
        assert re.search(f'broken +Expected {name} >= ', done.stdout)
    assert re.search(r'cpu, cores: \d+', done.stdout)
    assert 'none before what is broken is mended' in done.stdout


def test_packages_are_those_of_setup_py():
    """Distribution and oldest release, needed and optional."""
    text = (ROOT / 'setup.py').read_text()
    oldest = {name: first for name, (first, _) in environment.REQUIRED.items()}
    needed = text.partition('install_requires=[')[2].partition('],')[0]
    found = dict(re.findall(r"'([\w-]+)>=([\d.]+)", needed))
    assert found == {**oldest, **doctor.FURTHER}
    first, last = doctor.PYTHONS
    assert f">={first[0]}.{first[1]},<{last[0]}.{last[1] + 1}'" in text
    for name, (_, packages) in doctor.EXTRAS.items():
        pattern = rf'^{name.upper()} = \[(.*?)\]'
        listed = re.search(pattern, text, re.DOTALL | re.MULTILINE)[1]
        assert dict(re.findall(r"'([\w-]+)>=([\d.]+)", listed)) == packages
    # what goes without its requirements is in the command of the Makefile
    for packages, _ in doctor.BESIDE.values():
        names = ' '.join(packages)
        assert f'--no-deps -c constraints.txt {names}' in MAKEFILE
    extras = text.partition('extras_require={')[2]
    assert set(re.findall(r"'(\w+)': [A-Z]", extras)) == {
        *doctor.EXTRAS,
        'tests',
        'docs',
    }
