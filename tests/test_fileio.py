"""A file is there whole, or as it was before."""

import ast
import contextlib
import errno
import json
import math
import os
import subprocess
import time
from pathlib import Path

import numpy as np
import pytest
import torch

from mmlt.fileio import (
    NoRoomError,
    check_can_write,
    json_text,
    remove_old_drafts,
    whole_file,
    write_json,
)

ROOT = Path(__file__).parents[1]
WRITERS = ('json.dump', 'json.dumps', 'mmengine.dump')


def test_the_draft_takes_the_place_of_the_file(tmp_path):
    path = tmp_path / 'new' / 'a.npz'
    with whole_file(path) as draft:
        assert draft.suffix == '.npz'
        draft.write_text('one')
        assert not path.exists()
    assert path.read_text() == 'one'
    assert os.listdir(path.parent) == ['a.npz']


def test_what_was_there_stays_where_it_goes_wrong(tmp_path):
    path = tmp_path / 'a.txt'
    path.write_text('before')
    with contextlib.suppress(OSError), whole_file(path) as draft:
        draft.write_text('half')
        raise OSError('disk is full')
    assert path.read_text() == 'before'
    assert os.listdir(tmp_path) == ['a.txt']


def test_what_a_killed_process_left_is_removed(tmp_path):
    gone = subprocess.Popen(['true'])
    gone.wait()
    names = {
        f'.draft-{gone.pid}-epoch_3.pth': 600,
        f'.draft-{gone.pid}-epoch_4.pth': 0,  # of another machine, perhaps
        f'.draft-{os.getpid()}-epoch_3.pth': 600,
        '.draft-of-a-user': 600,
        'epoch_2.pth': 600,
    }
    for name, age in names.items():
        (tmp_path / name).touch()
        then = time.time() - age
        os.utime(tmp_path / name, (then, then))
    remove_old_drafts(tmp_path)
    left = set(os.listdir(tmp_path))
    assert set(names) - left == {f'.draft-{gone.pid}-epoch_3.pth'}
    remove_old_drafts(tmp_path / 'none')


def test_a_full_disk_is_named(tmp_path):
    path = tmp_path / 'a.npz'
    path.write_bytes(b'before')

    def write():
        with whole_file(path) as draft:
            draft.write_bytes(b'half')
            raise OSError(errno.ENOSPC, 'No space left on device')

    with pytest.raises(NoRoomError, match='room for .*a.npz.*No space left'):
        write()
    assert path.read_bytes() == b'before'
    assert os.listdir(tmp_path) == ['a.npz']


def test_a_file_is_on_the_disk_before_it_has_its_name(tmp_path, monkeypatch):
    done = []
    fsync, replace = os.fsync, os.replace

    def sync(number):
        done.append('folder' if os.path.isdir(name_of(number)) else 'file')
        fsync(number)

    def put(draft, path):
        done.append('name')
        replace(draft, path)

    monkeypatch.setattr(os, 'fsync', sync)
    monkeypatch.setattr(os, 'replace', put)
    with whole_file(tmp_path / 'a') as draft:
        draft.write_bytes(b'a')
    assert done == ['file', 'name', 'folder']


def name_of(number):
    """Path of an open file."""
    return os.readlink(f'/proc/self/fd/{number}')


def test_places_that_cannot_be_written_are_refused(tmp_path):
    file = tmp_path / 'file'
    file.touch()
    check_can_write(file)
    check_can_write(tmp_path / 'a' / 'b.md')
    check_can_write(tmp_path / 'a' / 'b', folder=True)
    check_can_write(tmp_path, folder=True)
    with pytest.raises(OSError, match='file to write to, but .* is a folder'):
        check_can_write(tmp_path)
    with pytest.raises(OSError, match=r'folder to write to, but .* is a file'):
        check_can_write(file, folder=True)
    with pytest.raises(OSError, match='Name another'):
        check_can_write(file / 'b.md')
    with pytest.raises(OSError, match='Name another'):
        check_can_write('/proc/none/b.md')
    # nothing was made
    assert os.listdir(tmp_path) == ['file']


def refuse(word):
    raise ValueError(f'{word} is no JSON')


def test_json_is_what_every_reader_takes(tmp_path):
    value = {
        'nan': math.nan,
        'deep': [{'inf': math.inf, 'list': (1, -math.inf, 2.5)}],
        'array': np.array([1.5, np.nan]),
        'scalar': np.float32('nan'),
        'tensor': torch.tensor([[1, 2]]),
        'text': 'NaN and ä',
        'nothing': None,
        'yes': True,
    }
    write_json(tmp_path / 'new' / 'a.json', value)
    text = (tmp_path / 'new' / 'a.json').read_text()
    assert json.loads(text, parse_constant=refuse) == {
        'nan': None,
        'deep': [{'inf': None, 'list': [1, None, 2.5]}],
        'array': [1.5, None],
        'scalar': None,
        'tensor': [[1, 2]],
        'text': 'NaN and ä',
        'nothing': None,
        'yes': True,
    }
    assert '\n' not in json_text(value, indent=None)


# hashes of settings, and a file of another format than JSON
OTHERS = {
    ('report/record.py', 'json.dumps'),
    ('runs/result_file.py', 'mmengine.dump'),
    ('runs/testing.py', 'mmengine.dump'),
}


def test_all_json_is_written_strictly():
    """By ``json_text``, or where nan raises."""
    found = set()
    for path in sorted((ROOT / 'mmlt').rglob('*.py')):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call):
                continue
            name = ast.unparse(node.func)
            strict = any(
                word.arg == 'allow_nan' and ast.unparse(word.value) == 'False'
                for word in node.keywords
            )
            if name in WRITERS and not strict:
                found.add((str(path.relative_to(ROOT / 'mmlt')), name))
    assert found == OTHERS
