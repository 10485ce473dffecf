import pytest
import torch
from mmengine.config import Config

from mmlt.runs.preflight import (
    check_config,
    check_work_dir,
    complete_config,
    default_work_dir,
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
    # an overlay that is named again is not laid over again
    twice = default_work_dir('ce/a', ['fcc', 'short', 'fcc'])
    assert twice == 'work_dirs/ce/a+fcc+short'


def test_an_unknown_config_lists_its_neighbors(tmp_path):
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
