"""A copy without its history states its commit, as long as it is a copy."""

import json
import shutil
import subprocess

import pytest

import mmlt
from mmlt.reproduce import queue, rows
from mmlt.runs.folder import WorkDir
from mmlt.runs.record import CODE, checkout, code_version
from mmlt.runs.stated_commit import (
    STATEMENT,
    hashes_of,
    state_commit,
    stated_version,
)


def git(folder, *command):
    done = subprocess.run(
        [
            *('git', '-C', str(folder), '-c', 'user.name=a'),
            *('-c', 'user.email=a@b', *command),
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


@pytest.fixture
def copy(tmp_path, monkeypatch):
    """A copy of a small checkout, which mmlt seems to be imported from."""
    root = tmp_path / 'checkout'
    for name in ('mmlt/__init__.py', 'configs/ce/é a.py', 'tools/run.sh'):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(f'# {name}\n')
    (root / 'mmlt' / 'configs').symlink_to('../configs')
    git(tmp_path, 'init', '-q', 'checkout')
    git(root, 'add', '.')
    git(root, 'commit', '-q', '-m', 'first')
    other = tmp_path / 'copy'
    shutil.copytree(
        root, other, symlinks=True, ignore=shutil.ignore_patterns('.git')
    )
    commit = state_commit(root, other / STATEMENT, CODE)
    assert commit == git(root, 'rev-parse', 'HEAD')
    monkeypatch.setattr(mmlt, '__file__', str(other / 'mmlt' / '__init__.py'))
    return other


def test_a_copy_is_at_its_commit(copy):
    commit = git(copy.parent / 'checkout', 'rev-parse', 'HEAD')
    assert checkout() is None
    assert code_version(None) == (commit, False)
    queue.check_traceable()
    part = {'commit': commit, 'changed': False}
    run = WorkDir(*[None] * 9, parts=[part])
    assert rows.is_of_this_code(run, [])
    today = git(copy.parent / 'checkout', 'log', '-1', '--format=%cs')
    assert rows.date_of(commit) == today
    assert rows.date_of('0' * 40) is None


def test_hashes_are_those_of_git(copy):
    name = 'configs/ce/é a.py'
    found = hashes_of(copy, ['configs'])
    root = copy.parent / 'checkout'
    assert found == {name: git(root, 'rev-parse', f'HEAD:{name}')}


@pytest.mark.parametrize(
    'change',
    [
        lambda copy: (copy / 'mmlt' / '__init__.py').write_text('a = 1'),
        lambda copy: (copy / 'mmlt' / 'new.py').write_text(''),
        lambda copy: (copy / 'tools' / 'run.sh').unlink(),
    ],
    ids=['changed', 'added', 'removed'],
)
def test_a_changed_copy_says_so(copy, change):
    change(copy)
    assert code_version(None)[1] is True
    with pytest.raises(ValueError, match='not committed'):
        queue.check_traceable()


def test_what_python_compiled_and_other_folders_do_not_count(copy):
    cache = copy / 'mmlt' / '__pycache__'
    cache.mkdir()
    (cache / 'a.pyc').write_bytes(b'a')
    (copy / 'data').mkdir()
    (copy / 'data' / 'a').write_text('a')
    assert code_version(None)[1] is False


@pytest.mark.parametrize('text', ['', '[]', '{"commit": "a"}', 'é{'])
def test_a_statement_that_cannot_be_read_is_none(copy, text):
    (copy / STATEMENT).write_text(text)
    assert stated_version(CODE) == (None, None, None)
    with pytest.raises(ValueError, match='no commit'):
        queue.check_traceable()


def test_the_history_of_a_checkout_counts_more(copy):
    root = copy.parent / 'checkout'
    statement = json.loads((copy / STATEMENT).read_text())
    statement['commit'] = '0' * 40
    (root / STATEMENT).write_text(json.dumps(statement))
    assert code_version(root)[0] == git(root, 'rev-parse', 'HEAD')
