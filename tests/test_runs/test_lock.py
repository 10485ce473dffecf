"""One training at a time in a work directory."""

import errno
import os
import signal

import pytest

from mmlt.runs import lock
from mmlt.runs.lock import WorkDirInUseError, WorkDirLock, check_is_free


def test_the_second_is_refused_and_told_who_holds_it(tmp_path):
    with WorkDirLock([tmp_path]):
        for again in (check_is_free, lambda folder: WorkDirLock([folder])):
            with pytest.raises(
                WorkDirInUseError,
                match=rf'another training is running .*process {os.getpid()} '
                r'on .+, since 20\d\d-.*another --work-dir',
            ):
                again(tmp_path)
    check_is_free(tmp_path)
    WorkDirLock([tmp_path]).close()


def test_one_that_cannot_have_all_folders_holds_none(tmp_path):
    one, two = tmp_path / 'one', tmp_path / 'two'
    one.mkdir()
    two.mkdir()
    with WorkDirLock([two]):
        with pytest.raises(WorkDirInUseError, match=str(two)):
            WorkDirLock([one, two])
        WorkDirLock([one]).close()


def test_looking_creates_nothing(tmp_path):
    check_is_free(tmp_path)
    check_is_free(tmp_path / 'none')
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not hasattr(os, 'fork'), reason='no fork here')
def test_a_worker_that_outlives_a_killed_training_does_not_hold_it(tmp_path):
    ready, go = os.pipe(), os.pipe()
    training = os.fork()
    if training == 0:
        held = WorkDirLock([tmp_path])  # noqa: F841
        if os.fork() == 0:  # the worker, which waits to the end of the test
            os.close(go[1])
            os.write(ready[1], b'w')
            os.read(go[0], 1)
            os._exit(0)
        signal.pause()
    os.close(go[0])
    assert os.read(ready[0], 1) == b'w'
    with pytest.raises(WorkDirInUseError, match=f'process {training} '):
        check_is_free(tmp_path)
    os.kill(training, signal.SIGKILL)
    os.waitpid(training, 0)
    try:
        check_is_free(tmp_path)
    finally:
        for end in (*ready, go[1]):
            os.close(end)


@pytest.mark.parametrize('code', [errno.ENOLCK, errno.ENOTSUP])
def test_without_such_locks_it_is_said_and_goes_on(
    tmp_path, monkeypatch, code, capfd
):
    def fails(*_):
        raise OSError(code, 'No locks available')

    monkeypatch.setattr(lock.fcntl, 'flock', fails)
    said = []
    monkeypatch.setattr(lock, 'print_log', lambda text, **_: said.append(text))
    with WorkDirLock([tmp_path]), WorkDirLock([tmp_path]):
        check_is_free(tmp_path)
    assert said == 2 * [
        f'{tmp_path} is not protected from a second training (its file '
        'system has no such locks: No locks available).'
    ]


def test_a_garbled_file_does_not_hide_that_it_is_held(tmp_path):
    with WorkDirLock([tmp_path]):
        (tmp_path / lock.NAME).write_text('{')
        with pytest.raises(WorkDirInUseError, match='which one is not known'):
            check_is_free(tmp_path)
