"""Checkpoints of a training are whole, and old ones go last."""

import errno
import logging
import os
from pathlib import Path

import pytest
import torch
from mmengine.config import Config, ConfigDict
from mmengine.hooks import CheckpointHook
from mmengine.logging import MessageHub
from mmengine.runner.checkpoint import save_checkpoint

from mmlt.checkpoints import damage_of, read_checkpoint
from mmlt.engine import WholeCheckpointHook
from mmlt.fileio import NoRoomError
from mmlt.runs.preflight import use_whole_checkpoints


class Run:
    """What the hook asks of mmengine's runner."""

    logger = logging.getLogger('run')

    def __init__(self, folder, **hook):
        folder.mkdir(exist_ok=True)
        self.work_dir, self.epoch, self.iter = str(folder), 0, 0
        self.max_epochs = 10
        self.message_hub = MessageHub(folder.name)
        self.hook = WholeCheckpointHook(interval=1, **hook)
        self.hook.before_train(self)

    def save_checkpoint(self, out_dir, filename, *_, meta, **settings):
        content = {'meta': meta, 'state_dict': {'a': torch.ones(1000)}}
        save_checkpoint(
            content,
            os.path.join(out_dir, filename),
            backend_args=settings['backend_args'],
        )

    def train(self, *metrics):
        """Epochs, each with a value of the metric ``a`` at its end."""
        for value in metrics:
            self.hook.after_train_epoch(self)
            self.epoch += 1
            self.hook.after_val_epoch(self, {'a': value, 'b': -value})

    @property
    def files(self):
        return sorted(os.listdir(self.work_dir))


@pytest.fixture
def changes(monkeypatch):
    """Names of files, as they are put in place (+) and removed (-)."""
    done, replace, remove = [], os.replace, os.remove

    def put(draft, path):
        replace(draft, path)
        done.append(f'+{Path(path).name}')

    def drop(path):
        remove(path)
        done.append(f'-{Path(path).name}')

    monkeypatch.setattr(os, 'replace', put)
    monkeypatch.setattr(os, 'remove', drop)
    return done


def test_the_old_one_is_removed_when_the_new_one_is_noted(tmp_path, changes):
    run = Run(tmp_path, max_keep_ckpts=1)
    run.train(1, 1)
    assert changes == [
        '+epoch_1.pth',
        '+last_checkpoint',
        '+epoch_2.pth',
        '+last_checkpoint',
        '-epoch_1.pth',
    ]
    note = (tmp_path / 'last_checkpoint').read_text()
    assert note == str(tmp_path / 'epoch_2.pth')
    assert damage_of(note) is None
    assert read_checkpoint(note)['meta']['epoch'] == 2
    assert run.message_hub.get_info('keep_ckpt_ids') == [2]


@pytest.mark.parametrize('keep', [-1, 1, 2, 3])
@pytest.mark.parametrize('best', [None, 'a', ['a', 'b'], 'auto'])
def test_it_keeps_what_that_of_mmengine_keeps(tmp_path, keep, best):
    runs = []
    for kind in (WholeCheckpointHook, CheckpointHook):
        run = Run(tmp_path / kind.__name__)
        rule = None if best is None else 'greater'
        run.hook = kind(
            interval=1, max_keep_ckpts=keep, save_best=best, rule=rule
        )
        run.hook.before_train(run)
        run.train(3, 5, 4, 6)
        runs.append(run)
    assert runs[0].files == runs[1].files
    ours, theirs = (
        {
            key: str(value).replace(run.work_dir, '')
            for key, value in run.message_hub.runtime_info.items()
        }
        for run in runs
    )
    assert ours == theirs


def test_the_best_one_stays_until_a_better_one_is_there(tmp_path, changes):
    run = Run(tmp_path, save_best='a', rule='greater')
    run.train(5, 4, 6)
    assert changes.index('+best_a_epoch_3.pth') < changes.index(
        '-best_a_epoch_1.pth'
    )
    assert 'best_a_epoch_1.pth' not in run.files


class Full:
    """A disk with room for some bytes of each file."""

    def __init__(self, monkeypatch):
        self.write, self.on = Path.write_bytes, False
        monkeypatch.setattr(Path, 'write_bytes', lambda p, b: self.put(p, b))

    def put(self, path, data):
        if not self.on:
            return self.write(path, data)
        self.write(path, bytes(data)[:100])
        raise OSError(errno.ENOSPC, 'No space left on device')


def test_a_full_disk_leaves_what_was_there(tmp_path, monkeypatch):
    disk = Full(monkeypatch)
    run = Run(tmp_path, max_keep_ckpts=1, save_best='a', rule='greater')
    run.train(1)
    before = {name: (tmp_path / name).read_bytes() for name in run.files}
    disk.on = True
    with pytest.raises(NoRoomError, match='room for .*epoch_2.pth') as raised:
        run.train(2)
    assert raised.value.errno == errno.ENOSPC
    run.epoch = 2  # mmengine evaluates before it goes on
    with pytest.raises(NoRoomError, match='room for .*best_a_epoch_2.pth'):
        run.hook.after_val_epoch(run, {'a': 2})
    after = {name: (tmp_path / name).read_bytes() for name in run.files}
    assert before == after


def test_published_keys_are_whole_and_named_by_their_checksum(tmp_path):
    run = Run(tmp_path, published_keys=['state_dict'])
    run.train(1)
    run.hook.after_train(run)
    (name,) = (n for n in run.files if '-' in n)
    assert list(read_checkpoint(tmp_path / name)) == ['state_dict']


def test_a_config_with_that_of_mmengine_gets_ours():
    for hooks in (
        {},
        {'default_hooks': {'checkpoint': {'type': 'CheckpointHook'}}},
        {'default_hooks': {'checkpoint': {'type': CheckpointHook}}},
        {'default_hooks': {'checkpoint': {'type': 'mmengine.CheckpointHook'}}},
    ):
        cfg = Config(hooks)
        use_whole_checkpoints(cfg)
        kept = cfg.default_hooks.checkpoint
        assert kept == ConfigDict(type='WholeCheckpointHook')
    cfg = Config({'default_hooks': {'checkpoint': None}})
    use_whole_checkpoints(cfg)
    assert cfg.default_hooks.checkpoint is None
