import os
import signal
import sys
import time
from pathlib import Path

import pytest

from mmlt.runs.processes import end_with_parent, join_processes


@pytest.mark.parametrize('launcher', ['none', 'slurm'])
def test_only_torchrun_is_joined(launcher, monkeypatch):
    def fails(*args):
        raise AssertionError('joined')

    monkeypatch.setattr('torch.distributed.init_process_group', fails)
    monkeypatch.setattr('mmlt.runs.processes.end_with_parent', fails)
    join_processes(launcher)


@pytest.mark.skipif(sys.platform != 'linux', reason='Linux alone can do it')
@pytest.mark.parametrize('asks', [True, False])
def test_a_process_ends_with_its_launcher(asks, tmp_path):
    """Its parent is killed; without asking, it would go on."""
    note = tmp_path / 'pid'
    launcher = os.fork()
    if launcher == 0:
        if os.fork() == 0:
            if asks:
                end_with_parent()
            (tmp_path / 'part').write_text(str(os.getpid()))
            (tmp_path / 'part').rename(note)
        time.sleep(60)
        os._exit(0)
    wait_until(note.exists)
    worker = int(note.read_text())
    os.kill(launcher, signal.SIGKILL)
    os.waitpid(launcher, 0)
    if asks:
        wait_until(lambda: not runs(worker))
    else:
        time.sleep(0.2)
        assert runs(worker)
        os.kill(worker, signal.SIGKILL)


def runs(pid):
    """Whether a process is there, and no zombie."""
    try:
        text = Path(f'/proc/{pid}/stat').read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return text.rpartition(')')[2].split()[0] not in 'ZX'


def wait_until(condition, seconds=20):
    deadline = time.time() + seconds
    while not condition():
        assert time.time() < deadline
        time.sleep(0.01)


def test_a_second_training_of_a_process_joins_no_second_time(monkeypatch):
    joined = []
    group = 'torch.distributed'
    monkeypatch.setattr('mmlt.runs.processes.end_with_parent', lambda: None)
    monkeypatch.setattr('torch.cuda.is_available', lambda: False)
    monkeypatch.setattr(f'{group}.init_process_group', joined.append)
    monkeypatch.setattr(f'{group}.is_initialized', lambda: bool(joined))
    for _ in range(2):
        join_processes('pytorch')
    assert joined == ['gloo']
    join_processes('none')
    assert joined == ['gloo']
