"""The commit and the config of a run, from real git repositories."""

import argparse
import json
import subprocess
from pathlib import Path

import pytest
from mmengine.config import Config

import mmlt
from mmlt.cli.commands import train
from mmlt.runs import record as run_record
from mmlt.runs.record import (
    checkout,
    code_version,
    kept_arguments,
    own_repository,
    read_run_record,
    record_run,
)


def git(root, *command):
    subprocess.run(
        [
            *('git', '-C', str(root), '-c', 'user.name=a'),
            *('-c', 'user.email=a@example.com', *command),
        ],
        check=True,
        capture_output=True,
    )


@pytest.fixture
def root(tmp_path, monkeypatch):
    """A checkout with a package, a recipe, and one commit."""
    top = tmp_path / 'project'
    (top / 'mmlt').mkdir(parents=True)
    (top / 'mmlt' / '__init__.py').write_text('')
    (top / 'configs' / 'ce').mkdir(parents=True)
    (top / 'configs' / 'ce' / 'a.py').write_text('x = 1\n')
    git(top, 'init', '-q')
    git(top, 'add', '.')
    git(top, 'commit', '-q', '-m', 'one')
    monkeypatch.setattr(mmlt, '__file__', str(top / 'mmlt' / '__init__.py'))
    return top


def head(root):
    done = subprocess.run(
        ['git', '-C', str(root), 'rev-parse', 'HEAD'],
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout.strip()


def config(root, resume=False):
    cfg = Config.fromfile(root / 'configs' / 'ce' / 'a.py')
    cfg.work_dir = str(root.parent / 'run')
    cfg.resume = resume
    return cfg


def test_a_clean_and_a_changed_checkout(root):
    assert checkout() == root
    assert code_version(root) == (head(root), False)
    # what cannot change a result is not looked at
    (root / 'notes.txt').write_text('a')
    assert code_version(root) == (head(root), False)
    (root / 'configs' / 'new.py').write_text('')
    assert code_version(root) == (head(root), True)
    (root / 'configs' / 'new.py').unlink()
    (root / 'mmlt' / '__init__.py').write_text('a = 1')
    assert code_version(root) == (head(root), True)


def test_a_wheel_has_no_commit(root, tmp_path, monkeypatch):
    # also where its environment lies inside somebody's checkout
    package = root / 'venv' / 'mmlt'
    package.mkdir(parents=True)
    monkeypatch.setattr(mmlt, '__file__', str(package / '__init__.py'))
    assert checkout() is None
    assert code_version(None) == (None, None)
    cfg = config(root)
    record_run(cfg)
    (part,) = read_run_record(cfg.work_dir)
    assert (part['commit'], part['changed']) == (None, None)
    assert part['config'].endswith('configs/ce/a.py')


def test_without_git_there_is_no_commit(root, tmp_path, monkeypatch):
    monkeypatch.setenv('PATH', str(tmp_path / 'none'))
    assert code_version(root) == (None, None)


def test_before_the_first_commit_there_is_none(tmp_path):
    git(tmp_path, 'init', '-q')
    assert code_version(tmp_path) == (None, None)


def test_a_resumed_run_has_parts_and_a_new_one_begins_anew(root):
    record_run(config(root))
    folder = root.parent / 'run'
    (first,) = read_run_record(folder)
    assert first['config'] == 'configs/ce/a.py'
    assert (first['commit'], first['changed']) == (head(root), False)
    assert first['mmlt'] == mmlt.__version__
    assert not first['resumed']
    # nothing to go on from yet: begun anew
    record_run(config(root, resume=True))
    (part,) = read_run_record(folder)
    assert not part['resumed']
    (folder / 'last_checkpoint').write_text('epoch_1.pth')
    (root / 'mmlt' / '__init__.py').write_text('a = 1')
    record_run(config(root, resume=True))
    before, after = read_run_record(folder)
    assert before['started'] <= after['started']
    assert (after['resumed'], after['changed']) == (True, True)
    record_run(config(root))
    assert len(read_run_record(folder)) == 1


def test_a_config_of_ones_own_has_the_commit_of_its_repository(root, tmp_path):
    """As README's: a repository of configs, mmlt beside it."""
    theirs = tmp_path / 'plankton'
    theirs.mkdir()
    own = theirs / 'ce.py'
    own.write_text('x = 1\n')
    nothing = dict.fromkeys(('name', 'remote', 'commit', 'changed'))
    assert own_repository(str(own), root) == nothing
    git(theirs, 'init', '-q')
    assert own_repository(str(own), root)['commit'] is None
    (theirs / 'notes.txt').write_text('one')
    git(theirs, 'add', 'notes.txt')
    git(theirs, 'commit', '-q', '-m', 'one')
    found = own_repository(str(own), root)
    assert found['changed']  # git does not know the config
    git(theirs, 'add', 'ce.py')
    git(theirs, 'commit', '-q', '-m', 'two')
    (theirs / 'work').mkdir()
    (theirs / 'work/run.json').write_text('[]')  # new files change nothing
    address = 'https://me:secret@example.com/me/plankton.git'
    git(theirs, 'remote', 'add', 'origin', address)
    cfg = Config.fromfile(own)
    cfg.work_dir = str(tmp_path / 'run')
    record_run(cfg, ['ce.py', '--work-dir', 'work/ce', '--seed=3'])
    (part,) = read_run_record(cfg.work_dir)
    assert part['repository'] == {
        'name': 'plankton',
        'remote': 'https://example.com/me/plankton.git',
        'commit': head(theirs),
        'changed': False,
    }
    assert part['commit'] == head(root)
    assert part['work_dir'] == 'work/ce'
    assert part['arguments'] == ['--seed=3']
    (theirs / 'notes.txt').write_text('two')
    assert own_repository(str(own), root)['changed']
    # a recipe of mmlt has none
    record_run(config(root), ['a.py', '--work-dir=work'])
    (part,) = read_run_record(config(root).work_dir)
    assert part['repository'] is None
    assert part['work_dir'] == 'work'
    assert own_repository(None, root) is None


def test_a_damaged_file_is_named_and_does_not_stop_a_training(root):
    cfg = config(root, resume=True)
    folder = Path(cfg.work_dir)
    folder.mkdir()
    assert read_run_record(folder) == []
    (folder / 'last_checkpoint').write_text('epoch_1.pth')
    for text in ('[{', '[{}]', '{"a": 1}', '3'):
        (folder / run_record.NAME).write_text(text)
        with pytest.raises(ValueError, match='run.json'):
            read_run_record(folder)
    record_run(cfg)
    (part,) = read_run_record(folder)
    # what it went on from is not known
    assert part['resumed']
    json.dumps(part)


@pytest.mark.parametrize(
    ('line', 'kept'),
    [
        ('a.py', ''),
        ('a.py --work-dir b --seed 1', '--seed 1'),
        ('--amp a.py --resume', '--amp'),
        ('a.py --verbose --amp', '--amp'),
        ('--seed=3 a.py --resume b.pth', '--seed=3'),
        (
            'a.py --launcher pytorch --cfg-options x=1 y=2 --work-dir=b',
            '--cfg-options x=1 y=2',
        ),
        ('--work-dir b a.py --no-validate', '--no-validate'),
        ('a.py --with fcc x --work-dir b', '--with fcc x'),
    ],
)
def test_what_is_trained_is_kept_of_the_command(line, kept):
    assert kept_arguments(line.split()) == kept.split()


def test_every_option_of_the_command_is_known():
    parser = argparse.ArgumentParser()
    train.add_arguments(parser)
    options = {
        option
        for action in parser._actions
        for option in action.option_strings
        if option.startswith('--')
    }
    several = {'--cfg-options', '--with', '--help'}
    assert options - several == run_record.NO_VALUE | run_record.ONE_VALUE
