import logging
from types import SimpleNamespace

import pytest

from mmlt.datasets import HeldOutSplit, LongTailedList
from mmlt.engine import SkippedImagesHook


@pytest.fixture
def logged(monkeypatch):
    """What the hook logs."""
    lines = []

    def log(message, logger=None, level=logging.INFO):
        lines.append((level, message))

    for module in ('datasets.long_tailed_list', 'engine.hooks'):
        name = f'mmlt.{module}'
        name += '.skipped_images_hook' if 'hooks' in module else ''
        monkeypatch.setattr(f'{name}.print_log', log)
    return lines


@pytest.fixture
def lists(image_folder):
    """The images of a folder, one of them damaged, by how that is met."""
    paths = sorted((image_folder / 'ant').iterdir())
    paths[3].write_bytes(paths[3].read_bytes()[:200])
    lines = [f'ant/{path.name} 0' for path in paths]
    lines += [
        f'bee/{path.name} 1'
        for path in sorted((image_folder / 'bee').iterdir())
    ]
    (image_folder / 'list.txt').write_text('\n'.join(lines) + '\n')
    return {
        what: LongTailedList(
            ann_file='list.txt',
            data_root=str(image_folder),
            pipeline=[
                dict(type='LoadImageFromFile'),
                dict(type='PackInputs'),
            ],
            metainfo=dict(classes=['ant', 'bee']),
            on_bad_image=what,
        )
        for what in ('skip', 'error')
    }


def runner_of(dataset, epoch=0):
    loader = SimpleNamespace(dataset=dataset)
    return SimpleNamespace(train_dataloader=loader, epoch=epoch)


def test_it_counts_the_skipped_images_of_each_epoch(lists, logged):
    dataset = lists['skip']
    hook = SkippedImagesHook()
    runner = runner_of(dataset)
    hook.before_train(runner)
    for runner.epoch in range(2):
        dataset.__getitems__([2, 3, 4])
        logged.clear()
        hook.after_train_epoch(runner)
        ((level, message),) = logged
        assert level == logging.WARNING
        assert message.startswith(f'Epoch {runner.epoch + 1}: ')
        assert 'were skipped: 1.' in message
        assert 'since the start: 1 (' in message
        assert 'ant/photo 3.jpg' in message


def test_it_is_silent_where_nothing_was_skipped(lists, logged):
    hook = SkippedImagesHook()
    runner = runner_of(lists['skip'])
    hook.before_train(runner)
    lists['skip'].__getitems__([0, 1])
    hook.after_train_epoch(runner)
    assert not logged


def test_it_looks_into_wrappers(lists, logged):
    outer = HeldOutSplit(lists['skip'], fraction=0.01)
    outer.rows[0] = 3  # not the held-out image
    hook = SkippedImagesHook()
    runner = runner_of(outer, epoch=4)
    hook.before_train(runner)
    outer.__getitems__([0, len(outer) - 1])
    hook.after_train_epoch(runner)
    assert logged[-1][1].startswith('Epoch 5: ')
    assert 'were skipped: 1.' in logged[-1][1]


def test_it_leaves_lists_that_stop_at_a_bad_image_alone(lists, logged):
    hook = SkippedImagesHook()
    runner = runner_of(lists['error'])
    hook.before_train(runner)
    hook.after_train_epoch(runner)
    assert not logged
