import copy
import logging
import os
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from mmengine.dataset import DefaultSampler, default_collate
from mmpretrain.datasets import CustomDataset
from torch.utils.data import DataLoader

from mmlt.datasets import (
    BadImageError,
    HeldOutSplit,
    LongTailedList,
    LongTailedSubset,
    PlacesLT,
)
from mmlt.datasets.counting import class_counts_of
from mmlt.datasets.image_check import image_problem
from mmlt.engine import SkippedImagesHook
from tests.test_distributed.processes import in_processes, needs_gloo

LABELS = [0] * 7 + [1] * 3 + [2] * 2
PIPELINE = [
    dict(type='LoadImageFromFile'),
    dict(type='PackInputs'),
]


@pytest.fixture
def root(image_folder):
    """The images of three classes, and their list in the same folder."""
    lines = [
        f'{path.relative_to(image_folder).as_posix()} {label}'
        for label, name in enumerate(('ant', 'bee', 'été'))
        for path in sorted((image_folder / name).iterdir())
    ]
    (image_folder / 'list.txt').write_text('\n'.join(lines) + '\n', 'utf-8')
    return image_folder


def build(root, kind=LongTailedList, **kwargs):
    settings = dict(
        ann_file='list.txt',
        data_root=str(root),
        pipeline=PIPELINE,
        metainfo=dict(classes=['ant', 'bee', 'été']),
    )
    return kind(**{**settings, **kwargs})


@pytest.fixture
def logged(monkeypatch):
    """What is logged in this process."""
    lines = []

    def log(message, logger=None, level=logging.INFO):
        lines.append((level, message))

    for module in ('datasets.long_tailed_list', 'engine.hooks'):
        name = f'mmlt.{module}'
        name += '.skipped_images_hook' if 'hooks' in module else ''
        monkeypatch.setattr(f'{name}.print_log', log)
    return lines


def test_same_images_as_the_parents_custom_dataset(root):
    ours, parents = (
        build(root, kind) for kind in (LongTailedList, CustomDataset)
    )
    assert len(ours) == len(parents) == 12
    for i in (0, 6, 7, 11, -1):
        ours_info, info = ours.get_data_info(i), parents.get_data_info(i)
        assert ours_info == info
        assert ours.get_cat_ids(i) == parents.get_cat_ids(i)
        image, other = ours[i], parents[i]
        assert torch.equal(image['inputs'], other['inputs'])
        assert image['data_samples'].gt_label == other['data_samples'].gt_label
    np.testing.assert_array_equal(
        ours.get_gt_labels(), parents.get_gt_labels()
    )
    assert repr(ours)


def test_class_counts_are_in_the_metainfo(root):
    dataset = build(root)
    assert dataset.metainfo['class_counts'] == [7, 3, 2]
    assert class_counts_of(dataset).tolist() == [7, 3, 2]


def test_nothing_is_read_before_it_is_needed(root):
    dataset = build(root, ann_file='not there', lazy_init=True)
    with pytest.raises(FileNotFoundError, match='make_longtail'):
        len(dataset)


def test_a_list_of_the_published_name_is_compared(root, logged):
    (root / 'list.txt').rename(root / 'Places_LT_train.txt')
    settings = dict(ann_file='Places_LT_train.txt', metainfo=None)
    build(root, PlacesLT, **settings)
    (entry,) = logged
    assert entry[0] == logging.WARNING
    assert '12 images instead of 62500' in entry[1]
    logged.clear()
    build(root, PlacesLT, **settings, indices=4)  # not the whole list
    assert not logged


def test_a_subset_keeps_counts_and_images_together(root):
    whole = build(root)
    for indices, counts in (
        (8, [7, 1, 0]),
        (-3, [0, 1, 2]),
        ([11, 0, 7], [1, 1, 1]),
    ):
        rows = np.arange(12)[:8] if indices == 8 else indices
        rows = np.arange(12)[-3:] if indices == -3 else rows
        paths = [whole.get_data_info(int(i))['img_path'] for i in rows]
        changed = copy.deepcopy(whole)
        changed.get_subset_(indices)
        for part in (
            whole.get_subset(indices),
            build(root, indices=indices),
            changed,
        ):
            assert part.metainfo['class_counts'] == counts
            assert [
                part.get_data_info(i)['img_path'] for i in range(len(part))
            ] == paths
            assert part.get_gt_labels().tolist() == [LABELS[i] for i in rows]
    assert len(whole) == 12


def test_wrappers_take_it(root):
    subset = LongTailedSubset(build(root), imbalance_ratio=2, max_count=2)
    assert subset.metainfo['class_counts'] == [2, 1, 1]
    assert len(subset.__getitems__([0, 1, 2, 3])) == 4
    held_out = HeldOutSplit(build(root), part='held_out', fraction=0.4)
    assert sum(held_out.metainfo['class_counts']) == len(held_out)


@pytest.mark.parametrize('damage', ['truncated', 'missing', 'no image'])
def test_a_bad_image_stops_the_run_and_is_named(root, damage):
    path = root / 'bee' / 'photo 1.jpg'
    spoil(path, damage)
    dataset = build(root)
    match = 'bee/photo 1.jpg .label 1, index 8 of .*list.txt'
    with pytest.raises(BadImageError, match=match):
        dataset[8]
    with pytest.raises(BadImageError, match=match):
        dataset.__getitems__([7, 8])
    assert dataset[7]['data_samples'].gt_label == 1


def truncate(path):
    """Cut the second half of a file off."""
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


def spoil(path, damage):
    if damage == 'truncated':
        truncate(path)
    elif damage == 'missing':
        path.unlink()
    else:
        path.write_text('<html>404</html>')


def test_a_mistake_of_the_pipeline_is_no_bad_image(root):
    class Broken:
        def __call__(self, info):
            raise KeyError('mine')

    class Lost(Broken):
        def __call__(self, info):
            return None

    for transform, error in ((Broken, KeyError), (Lost, ValueError)):
        dataset = build(
            root,
            pipeline=[PIPELINE[0], transform()],
            on_bad_image='skip',
        )
        with pytest.raises(error):
            dataset.__getitems__([0, 1])
        assert dataset.skipped.total == 0


def test_a_skipped_image_is_not_replaced(root, logged):
    truncate(root / 'ant' / 'photo 3.jpg')
    dataset = build(root, on_bad_image='skip')
    for _ in range(2):
        batch = dataset.__getitems__([0, 3, 9, 3])
        found = [item['data_samples'].img_path for item in batch]
        assert [path.split('/')[-1] for path in found] == [
            'photo 0.jpg',
            'photo 2.jpg',
        ]
    assert dataset.skipped.total == 4
    assert dataset.skipped.indices == [3]
    (entry,) = logged  # each image once
    assert entry[0] == logging.WARNING
    assert 'ant/photo 3.jpg' in entry[1]
    assert 'Mend' not in entry[1]
    assert dataset.metainfo['class_counts'] == [7, 3, 2]


def test_an_image_asked_for_alone_cannot_be_skipped(root):
    truncate(root / 'ant' / 'photo 3.jpg')
    dataset = build(root, on_bad_image='skip')
    with pytest.raises(BadImageError, match='photo 3'):
        dataset[3]
    with pytest.raises(BadImageError, match='none of the 2 images'):
        dataset.__getitems__([3, 3])


@pytest.mark.parametrize(
    'method', ['fork', pytest.param('spawn', marks=pytest.mark.slow)]
)
def test_workers_skip_and_count_together(root, method, logged):
    for name in ('ant/photo 3', 'ant/photo 5', 'été/photo 0'):
        truncate(root / f'{name}.jpg')
    dataset = build(root, on_bad_image='skip')
    hook = SkippedImagesHook()
    runner = SimpleNamespace(
        train_dataloader=SimpleNamespace(dataset=dataset), epoch=0
    )
    hook.before_train(runner)
    loader = DataLoader(
        dataset,
        batch_size=4,
        num_workers=2,
        persistent_workers=True,
        collate_fn=default_collate,
        multiprocessing_context=method,
    )
    for epoch in range(2 if method == 'fork' else 1):
        batches = list(loader)
        assert [len(batch['inputs']) for batch in batches] == [3, 3, 3]
        assert [len(batch['data_samples']) for batch in batches] == [3, 3, 3]
        assert dataset.skipped.total == 3 * (epoch + 1)
        assert dataset.skipped.indices == [3, 5, 10]
        runner.epoch = epoch
        hook.after_train_epoch(runner)
        message = logged[-1][1]
        assert message.startswith(f'Epoch {epoch + 1}: ')
        assert 'were skipped: 3.' in message
        assert 'since the start: 3 (' in message
        assert 'été/photo 0.jpg' in message


def train_process(root):
    """One of two processes: an epoch of least squares on mean pixels."""
    dataset = build(root, on_bad_image='skip')
    loader = DataLoader(
        dataset,
        batch_size=3,
        sampler=DefaultSampler(dataset, shuffle=False),
        collate_fn=default_collate,
    )
    model = torch.nn.Linear(1, 1, bias=False).double()
    torch.nn.init.zeros_(model.weight)
    model = torch.nn.parallel.DistributedDataParallel(model)
    sizes, gradients = [], []
    for batch in loader:
        value = batch['inputs'].double().mean(dim=(1, 2, 3)) / 255
        label = torch.cat([s.gt_label for s in batch['data_samples']])
        model.zero_grad()
        loss = (model(value[:, None])[:, 0] - label).square().mean()
        loss.backward()
        sizes.append(len(value))
        gradients.append(model.module.weight.grad.item())
    hook = SkippedImagesHook()
    runner = SimpleNamespace(
        train_dataloader=SimpleNamespace(dataset=dataset), epoch=0
    )
    hook._before = 0
    messages = []
    import mmlt.engine.hooks.skipped_images_hook as module

    module.print_log = lambda text, **kwargs: messages.append(text)
    hook.after_train_epoch(runner)
    return sizes, gradients, messages


@needs_gloo
def test_two_processes_stay_in_step_with_batches_of_different_size(root):
    whole = build(root)
    values = [
        whole[i]['inputs'].double().mean().item() / 255 for i in range(12)
    ]
    truncate(root / 'ant' / 'photo 2.jpg')  # index 2: process 0, step 0
    found = in_processes(2, train_process, root)
    (sizes, gradients, messages), (others, same, messages_1) = found
    assert (sizes, others) == ([2, 3], [3, 3])
    assert gradients == same
    # convention: the mean over processes of the means over their images
    parts = [
        np.mean([-2 * values[i] * LABELS[i] for i in rows])
        for rows in ((0, 4), (1, 3, 5))
    ]
    assert gradients[0] == pytest.approx(np.mean(parts), rel=1e-12)
    parts = [
        np.mean([-2 * values[i] * LABELS[i] for i in rows])
        for rows in ((6, 8, 10), (7, 9, 11))
    ]
    assert gradients[1] == pytest.approx(np.mean(parts), rel=1e-12)
    assert messages == messages_1
    assert 'were skipped: 1.' in messages[0]
    assert 'photo 2.jpg' in messages[0]


@pytest.mark.parametrize(
    ('kwargs', 'match'),
    [
        (
            dict(on_bad_image='replace'),
            r"\['error', 'skip'\], but got 'replace'",
        ),
        (dict(on_bad_image='skip', test_mode=True), 'not comparable'),
        (dict(metainfo=None), "classes='classes.txt'"),
        (dict(metainfo=dict(classes=['ant'])), 'line 8 of .* label 1'),
    ],
)
def test_bad_settings_are_refused(root, kwargs, match):
    with pytest.raises(ValueError, match=match):
        build(root, **kwargs)


def test_windows_line_ends_reach_the_same_images(root):
    path = root / 'list.txt'
    unix = build(root)
    path.write_bytes(
        b'\xef\xbb\xbf' + path.read_bytes().replace(b'\n', b'\r\n')
    )
    windows = build(root)
    for i in range(12):
        assert windows.get_data_info(i) == unix.get_data_info(i)


def test_image_with_two_labels_is_refused(root):
    path = root / 'list.txt'
    first = path.read_text('utf-8').splitlines()[0].rsplit(None, 1)[0]
    path.write_text(f'{path.read_text("utf-8")}{first} 2\n', 'utf-8')
    with pytest.raises(ValueError, match='to have one label.*has 0 and 2'):
        build(root)


def test_repeated_images_and_empty_classes_are_logged(root, monkeypatch):
    path = root / 'list.txt'
    line = path.read_text('utf-8').splitlines()[0]
    path.write_text(f'{line}\n{line}\n', 'utf-8')
    said = []
    monkeypatch.setattr(
        'mmlt.datasets.long_tailed_list.print_log',
        lambda text, **how: said.append(text),
    )
    build(root)
    (text,) = said
    assert '1 lines repeat an image' in text
    assert '2 of 3 classes have no image (bee, été)' in text


@pytest.mark.parametrize('indices', [0, []])
def test_part_without_images_is_refused(root, indices):
    with pytest.raises(ValueError, match='leaves none'):
        build(root, indices=indices)


def test_pipe_in_place_of_an_image_is_not_waited_for(root):
    path = root / 'ant' / 'photo 0.jpg'
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(BadImageError, match='is a pipe, a device or a folder'):
        build(root)[0]
    assert image_problem(str(path)) == 'unreadable: it is no file'
    assert image_problem(str(root / 'ant')) == 'unreadable: it is no file'
