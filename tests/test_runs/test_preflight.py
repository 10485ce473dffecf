import os
import signal
import sys
import time
from pathlib import Path

import pytest
import torch
from mmengine.config import Config

from mmlt.runs.preflight import (
    check_checkpoint,
    check_config,
    check_work_dir,
    complete_config,
    default_work_dir,
    end_with_parent,
)


def test_a_work_directory_is_made(tmp_path):
    check_work_dir(str(tmp_path / 'a' / 'b'))
    assert list((tmp_path / 'a' / 'b').iterdir()) == []


def test_a_work_directory_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / 'file').write_text('keep me')
    with pytest.raises(OSError, match=r'file/run cannot .*--work-dir'):
        check_work_dir(str(tmp_path / 'file' / 'run'))
    assert (tmp_path / 'file').read_text() == 'keep me'


def test_default_work_dir_has_the_method_and_the_name():
    path = 'configs/fcc/resnet32_cifar10lt.py'
    assert default_work_dir(path) == 'work_dirs/fcc/resnet32_cifar10lt'
    assert default_work_dir('mmlt::fcc/a.py') == 'work_dirs/fcc/a'


def save(path, **content):
    torch.save(content, path)
    return str(path)


def test_a_training_state_can_be_resumed(tmp_path):
    path = save(tmp_path / 'a.pth', state_dict={}, optimizer={}, meta={})
    check_checkpoint(path, resume=True)


def test_weights_alone_load_but_do_not_resume(tmp_path):
    path = save(tmp_path / 'a.pth', state_dict={})
    check_checkpoint(path)
    with pytest.raises(ValueError, match='no optimizer.*load_from='):
        check_checkpoint(path, resume=True)


def test_a_missing_checkpoint_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match='no.pth does not exist'):
        check_checkpoint(str(tmp_path / 'no.pth'))


@pytest.mark.parametrize('content', [b'', b'not a checkpoint', b'PK\x03\x04'])
def test_what_is_no_checkpoint_is_named_and_kept(tmp_path, content):
    path = tmp_path / 'a.pth'
    path.write_bytes(content)
    with pytest.raises(ValueError, match='a.pth to be a checkpoint'):
        check_checkpoint(str(path))
    assert path.read_bytes() == content


def test_a_truncated_checkpoint_is_named(tmp_path):
    path = tmp_path / 'a.pth'
    torch.save({'state_dict': torch.rand(1000)}, path)
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(ValueError, match='damaged'):
        check_checkpoint(str(path))


def test_a_file_with_something_else_is_named(tmp_path):
    torch.save([1, 2], tmp_path / 'a.pth')
    with pytest.raises(ValueError, match='dict.*got list'):
        check_checkpoint(str(tmp_path / 'a.pth'))


def test_addresses_are_left_to_the_parent():
    check_checkpoint('https://example.org/a.pth')


def test_an_unknown_config_lists_its_neighbours(tmp_path):
    (tmp_path / 'near.py').write_text('')
    with pytest.raises(FileNotFoundError, match='far.py.*near.py'):
        check_config(str(tmp_path / 'far.py'))


def test_what_depends_on_the_machine_is_filled_in():
    cfg = complete_config(
        Config(
            dict(
                train_dataloader=dict(num_workers=2),
                val_dataloader=dict(
                    num_workers=0, collate_fn=dict(type='batch_collate')
                ),
                test_dataloader=None,
            )
        )
    )
    gpu = torch.cuda.is_available()
    assert cfg.train_dataloader.persistent_workers
    assert cfg.train_dataloader.collate_fn.type == 'default_collate'
    assert cfg.train_dataloader.pin_memory == gpu
    assert not cfg.val_dataloader.persistent_workers
    assert cfg.val_dataloader.collate_fn.type == 'batch_collate'
    assert 'model_wrapper_cfg' not in cfg


@pytest.mark.skipif(torch.cuda.is_available(), reason='for CPUs alone')
def test_processes_without_a_gpu_do_not_ask_for_one():
    cfg = complete_config(
        Config(dict(launcher='pytorch', find_unused_parameters=True))
    )
    assert cfg.model_wrapper_cfg.device_ids is None
    assert cfg.model_wrapper_cfg.find_unused_parameters


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
