"""What a pipeline draws: from seed, epoch and place, whoever draws it."""

import pickle
import random

import numpy as np
import pytest
import torch
from mmengine.dataset import (
    ClassBalancedDataset,
    ConcatDataset,
    RepeatDataset,
    pseudo_collate,
)
from mmpretrain.datasets import CustomDataset
from mmpretrain.registry import TRANSFORMS
from scipy.stats import chi2
from torch.utils.data import DataLoader, Dataset

from mmlt.datasets import (
    BadImageError,
    DigitsLT,
    HeldOutSplit,
    LongTailedList,
    LongTailedSubset,
    LongTailSampler,
    batch_collate,
    seeded_batches,
)
from mmlt.datasets.seeded_batches import (
    SeededBatch,
    SeededBatchSampler,
    seed_images,
    seed_numbers,
)

CLASSES = ['ant', 'bee', 'été']
# crop: Python's and numpy's numbers; colors: torch's; the rest: numpy's
PIPELINE = [
    dict(type='LoadImageFromFile'),
    dict(type='RandomResizedCrop', scale=8),
    dict(type='NumpyToPIL', to_rgb=True),
    dict(type='torchvision/ColorJitter', brightness=0.4),
    dict(type='PILToNumpy', to_bgr=True),
    dict(
        type='RandAugment',
        policies='timm_increasing',
        num_policies=2,
        total_level=10,
        magnitude_level=9,
        magnitude_std=0.5,
    ),
    dict(type='RandomFlip', prob=0.5),
    dict(type='PackInputs'),
]


def draw():
    """One number of each of the three generators."""
    return [random.random(), np.random.rand(), torch.rand(()).item()]


class Numbers(Dataset):
    """Images that are the numbers drawn for them."""

    def __len__(self):
        return 10

    def __getitem__(self, index):
        return [index, *draw()]


def seeded(dataset, seed=0, epoch=0, batch_size=4, **kwargs):
    """A loader as LongTailHook leaves it, before an epoch."""
    loader = DataLoader(
        dataset,
        batch_size=batch_size,
        collate_fn=kwargs.pop('collate_fn', list),
        **kwargs,
    )
    seed_images(loader, seed).set_epoch(epoch)
    return loader


def epochs(dataset, count=2, **kwargs):
    """What each image of some epochs is."""
    loader = seeded(dataset, **kwargs)
    return [[item for batch in loader for item in batch] for _ in range(count)]


def pixels(items):
    return [item['inputs'] for item in items]


@pytest.fixture
def root(image_folder):
    """The images of three classes, and their list in the same folder."""
    lines = [
        f'{path.relative_to(image_folder).as_posix()} {label}'
        for label, name in enumerate(CLASSES)
        for path in sorted((image_folder / name).iterdir())
    ]
    (image_folder / 'list.txt').write_text('\n'.join(lines) + '\n', 'utf-8')
    return image_folder


def build(root, kind=LongTailedList, **kwargs):
    settings = dict(
        ann_file='list.txt',
        data_root=str(root),
        pipeline=PIPELINE,
        metainfo=dict(classes=CLASSES),
    )
    return kind(**{**settings, **kwargs})


WRAPPERS = {
    'alone': lambda files: files,
    'held out': lambda files: HeldOutSplit(files, fraction=0.2),
    'subset': lambda files: LongTailedSubset(files, imbalance_ratio=2),
    'both': lambda files: LongTailedSubset(
        HeldOutSplit(files, fraction=0.2), imbalance_ratio=2
    ),
    'concatenated': lambda files: ConcatDataset([files, files]),
    'repeated': lambda files: RepeatDataset(files, times=2),
    'balanced': lambda files: ClassBalancedDataset(files, oversample_thr=0.5),
}


@pytest.mark.parametrize(
    ('workers', 'persistent'), [(1, False), (2, False), (2, True)]
)
def test_workers_do_not_matter(workers, persistent):
    """Nor do the epochs before, in a run that begins with the second."""
    expected = epochs(Numbers(), 3)
    kwargs = dict(num_workers=workers, persistent_workers=persistent)
    assert epochs(Numbers(), 3, **kwargs) == expected
    assert epochs(Numbers(), 2, epoch=1, **kwargs) == expected[1:]


@pytest.mark.slow
def test_nor_does_how_a_worker_is_started():
    kwargs = dict(num_workers=1, persistent_workers=True)
    spawned = epochs(Numbers(), multiprocessing_context='spawn', **kwargs)
    assert spawned == epochs(Numbers())


def test_every_image_epoch_and_seed_has_its_own_numbers():
    items = [
        item
        for seed in (0, 1)
        for epoch in epochs(Numbers(), 3, seed=seed)
        for item in epoch
    ]
    for column in zip(*items, strict=True):
        assert len(set(column)) == (10 if column[0] == 0 else 60)
    # the three generators are not one
    assert len({number for item in items for number in item[1:]}) == 180


def test_batch_size_does_not_matter():
    assert epochs(Numbers(), batch_size=3) == epochs(Numbers(), batch_size=10)


def test_what_an_image_takes_is_not_missing_for_the_next():
    class Greedy(Numbers):
        def __getitem__(self, index):
            result = super().__getitem__(index)
            for _ in range(index):
                draw(), random.gauss(0, 1), np.random.randn(), torch.randn(1)
            return result

    assert epochs(Greedy()) == epochs(Numbers())


@pytest.mark.parametrize('name', WRAPPERS)
def test_files_in_any_wrapper(root, name):
    dataset = WRAPPERS[name](build(root))
    alone, workers = (
        [pixels(e) for e in epochs(dataset, num_workers=n)] for n in (0, 2)
    )
    assert len(alone[0]) == len(dataset)
    for epoch, other in zip(alone, workers, strict=True):
        assert all(map(torch.equal, epoch, other))
    assert not any(map(torch.equal, *alone))
    resumed = pixels(epochs(dataset, 1, epoch=1, num_workers=1)[0])
    assert all(map(torch.equal, alone[1], resumed))


def test_the_parents_dataset_gets_the_crops_of_ours(root):
    ours, parents = (
        pixels(epochs(build(root, kind), 1)[0])
        for kind in (LongTailedList, CustomDataset)
    )
    assert all(map(torch.equal, ours, parents))


def test_a_wrapper_does_not_change_the_crops(root):
    files = build(root)
    rows = HeldOutSplit(files, fraction=0.2)
    items = [
        seed_numbers(0, 0, place) or files[row]['inputs']
        for place, row in enumerate(rows.rows.tolist())
    ]
    assert all(map(torch.equal, items, pixels(epochs(rows, 1)[0])))


def test_an_image_drawn_twice_has_two_crops(root):
    sampler = LongTailSampler(build(root), 'class_balanced', seed=0)
    indices = list(sampler)
    items = pixels(epochs(build(root), 1, sampler=indices)[0])
    pairs = [
        (a, b)
        for b in range(len(indices))
        for a in range(b)
        if indices[a] == indices[b]
    ]
    assert len(pairs) >= 3
    assert not any(torch.equal(items[a], items[b]) for a, b in pairs)


def test_both_views_of_an_image_differ(root):
    load, *views, pack = PIPELINE
    pipeline = [load, dict(type='MultiView', num_views=2, transforms=[views])]
    first, second = (
        epochs(
            build(root, pipeline=[*pipeline, pack]), 1, num_workers=workers
        )[0]
        for workers in (0, 2)
    )
    for item, again in zip(first, second, strict=True):
        assert not torch.equal(*item['inputs'])
        assert all(map(torch.equal, item['inputs'], again['inputs']))


@pytest.mark.parametrize('wrapped', [False, True])
def test_a_damaged_image_leaves_the_crops_of_others(root, wrapped):
    def items():
        files = build(root, on_bad_image='skip')
        whole = LongTailedSubset(files, 1, max_count=2) if wrapped else files
        loader = seeded(whole, num_workers=1)
        return {
            item['data_samples'].img_path: item['inputs']
            for batch in loader
            for item in batch
        }

    whole = items()
    name = sorted(whole)[1]
    with open(name, 'r+b') as file:
        file.truncate(100)
    rest = items()
    assert rest.keys() == whole.keys() - {name}
    assert all(torch.equal(rest[key], whole[key]) for key in rest)


def test_processes_share_one_order(monkeypatch):
    """Process r of W has the places r, r + W, ...: what one would have."""

    def numbers(rank, world_size):
        monkeypatch.setattr(
            seeded_batches, 'get_dist_info', lambda: (rank, world_size)
        )
        order = range(12)[rank::world_size]
        items = epochs(Numbers12(), 1, batch_size=2, sampler=order)[0]
        return {item[0]: item[1:] for item in items}

    class Numbers12(Numbers):
        def __len__(self):
            return 12

    one = numbers(0, 1)
    for world_size in (2, 3):
        parts = [numbers(rank, world_size) for rank in range(world_size)]
        assert {k: v for part in parts for k, v in part.items()} == one
    assert len({number for three in one.values() for number in three}) == 36


def test_the_main_process_keeps_its_numbers():
    random.gauss(0, 1), np.random.randn()  # each keeps a second number
    state = seeded_batches.states()
    seed = torch.initial_seed()
    expected = [*draw(), random.gauss(0, 1), np.random.randn()]
    seeded_batches.restore(*state)
    batches = iter(SeededBatchSampler([[0, 1], [2]], seed=7))
    assert [[i for i in batch] for batch in batches] == [[0, 1], [2]]
    assert torch.initial_seed() == seed
    assert [*draw(), random.gauss(0, 1), np.random.randn()] == expected


def test_a_batch_travels_without_a_draw():
    batch = SeededBatch([5, 3], 1, 2, [8, 9])
    first = draw()
    random.seed(0), np.random.seed(0), torch.manual_seed(0)
    expected = draw()
    random.seed(0), np.random.seed(0), torch.manual_seed(0)
    again = pickle.loads(pickle.dumps(batch))
    assert type(again) is SeededBatch
    assert (again[:], again.key) == ([5, 3], (1, 2, [8, 9]))
    assert type(again[:]) is list
    assert draw() == expected != first


def test_whole_batches_seed_nothing(monkeypatch):
    calls = []
    monkeypatch.setattr(
        seeded_batches, 'seed_numbers', lambda *key: calls.append(key)
    )
    for dataset in (
        DigitsLT(pipeline=[]),
        HeldOutSplit(DigitsLT(pipeline=[])),
    ):
        batch = next(iter(seeded(dataset, collate_fn=batch_collate)))
        assert batch['inputs'].shape == (4, 3, 8, 8)
    assert not calls
    images = DigitsLT(pipeline=[dict(type='PackInputs')])
    next(iter(seeded(images, collate_fn=pseudo_collate, seed=3, epoch=5)))
    assert calls == [(3, 5, place) for place in range(4)]


def test_the_loader_says_of_itself_what_it_did():
    loader = DataLoader(Numbers(), batch_size=4, drop_last=True, shuffle=True)
    sampler = loader.sampler
    batches = seed_images(loader, 0)
    assert seed_images(loader, 5) is batches  # once
    assert batches.seed == 5
    assert len(loader) == len(list(loader)) == 2
    assert loader.sampler is loader.batch_sampler.sampler is sampler
    assert loader.batch_sampler.batch_size == 4
    assert loader.batch_sampler.drop_last
    with pytest.raises(AttributeError, match='no_such_name'):
        batches.no_such_name  # noqa: B018


def test_what_has_no_batches_is_left_alone():
    loader = DataLoader(Numbers(), batch_size=None)
    assert seed_images(loader, 0) is None
    assert loader.batch_sampler is None
    assert seed_images([1, 2], 0) is None


def test_an_error_reaches_the_caller(root):
    (root / 'ant' / 'photo 1.jpg').unlink()
    with pytest.raises(BadImageError, match='photo 1'):
        epochs(build(root))


def test_crops_are_uniform_over_images_and_epochs():
    """Chi-square of crop corners: each alone, and with its neighbors."""
    crop = TRANSFORMS.build(dict(type='RandomCrop', crop_size=8))
    image = {'img': np.zeros((13, 13, 3), np.uint8)}

    class Corners(Numbers):
        def __len__(self):
            return 600

        def __getitem__(self, index):
            y, x = crop.rand_crop_params(image['img'])[:2]
            return [y, x, int(6 * random.random()), int(6 * torch.rand(()))]

    values = np.asarray(epochs(Corners(), 12, batch_size=600))
    assert values.shape == (12, 600, 4)
    pairs = [
        (values[..., i], values[..., j]) for i in range(4) for j in range(i)
    ]
    for i in range(4):
        part = values[..., i]
        pairs += [(part[:, 1:], part[:, :-1]), (part[1:], part[:-1])]
        pairs.append((part, values[:, ::-1, (i + 1) % 4]))
    for first, second in pairs:
        counts = np.bincount((6 * first + second).ravel(), minlength=36)
        expected = counts.sum() / 36
        statistic = ((counts - expected) ** 2).sum() / expected
        # 18 tables: a fair one is outside once in 2,700 such tests
        assert chi2.sf(statistic, 35) > 1e-5
        assert chi2.cdf(statistic, 35) > 1e-5
