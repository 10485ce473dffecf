"""A file is there whole, or as it was before."""

import contextlib
import os

import pytest

from mmlt.fileio import check_can_write, whole_file


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
