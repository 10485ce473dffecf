import hashlib
import os
import pickle
import tarfile
from pathlib import Path

import numpy as np
import pytest
import torch
from mmengine.dataset import default_collate
from torch.utils.data import DataLoader

from mmlt.datasets import CIFAR10LT, CIFAR100LT, batch_collate
from mmlt.datasets.plain_pickle import read_plain_pickle
from mmlt.functional import long_tailed_counts, long_tailed_indices
from mmlt.structures import BatchDataSample

# The official files, where a person has them (they never enter the
# repository): MMLT_DATA=data pytest tests/test_datasets
DATA = Path(os.environ.get('MMLT_DATA', 'data'))

# sha256 of the ascending official row numbers, little-endian int64: the
# selection of the field's own code (Cao et al., NeurIPS 2019), executed with
# row numbers in the place of images:
# https://github.com/kaidic/LDAM-DRW/blob/2536330f2afdaa65618323cb5a5850efccce762a/imbalance_cifar.py#L9-L49
ROWS = {
    ('cifar10', 100): (12406, 'f7669c469c9ddf9a'),
    ('cifar10', 50): (13996, '620184a2896675c8'),
    ('cifar100', 100): (10847, '644b6d28caa663f3'),
    ('cifar100', 50): (12608, '8382897eace08678'),
}
CLASSES = {'cifar10': CIFAR10LT, 'cifar100': CIFAR100LT}


def fake(root, **kwargs):
    settings = dict(imbalance_ratio=10, verify_md5=False, download=False)
    return CIFAR10LT(str(root), **{**settings, **kwargs})


@pytest.mark.parametrize('setting', ROWS)
def test_rows_of_the_real_files_are_those_of_the_field(setting):
    name, ratio = setting
    if not (DATA / name / CLASSES[name].base_folder).is_dir():
        pytest.skip(f'the official files are not in {DATA / name}')
    dataset = CLASSES[name](
        str(DATA / name), imbalance_ratio=ratio, download=False
    )
    size, digest = ROWS[setting]
    assert len(dataset) == size
    rows = dataset.rows.astype('<i8').tobytes()
    assert hashlib.sha256(rows).hexdigest().startswith(digest)


def test_training_split_is_long_tailed_and_test_split_is_not(fake_cifar10):
    train, test = fake(fake_cifar10), fake(fake_cifar10, split='test')
    expected = long_tailed_counts(10, 60, 10).tolist()
    assert train.metainfo['class_counts'] == expected
    assert np.bincount(train.get_gt_labels()).tolist() == expected
    assert test.metainfo['class_counts'] == [12] * 10


def test_images_and_labels_are_those_of_the_official_rows(fake_cifar10):
    dataset = fake(fake_cifar10)
    folder = fake_cifar10 / 'cifar-10-batches-py'
    entries = [
        pickle.loads((folder / f'data_batch_{i}').read_bytes())
        for i in range(1, 6)
    ]
    pixels = np.concatenate([e['data'] for e in entries])
    labels = np.concatenate([e['labels'] for e in entries])
    rows = long_tailed_indices(labels, long_tailed_counts(10, 60, 10))
    assert dataset.rows.tolist() == rows.tolist()
    assert dataset.labels.tolist() == labels[rows].tolist()
    # red, then green, then blue, row by row
    expected = pixels[rows].reshape(-1, 3, 32, 32)
    assert np.array_equal(dataset.images.numpy(), expected)
    assert dataset.images.is_contiguous(memory_format=torch.channels_last)


def test_ratio_none_keeps_all_images(fake_cifar10):
    assert len(fake(fake_cifar10, imbalance_ratio=None)) == 600


def test_classic_pipeline_serves_images_one_by_one(fake_cifar10):
    dataset = fake(fake_cifar10, pipeline=[dict(type='PackInputs')])
    item = dataset[7]
    assert torch.equal(item['inputs'], dataset.images[7])
    assert item['data_samples'].gt_label.tolist() == [dataset.labels[7]]
    loader = DataLoader(dataset, batch_size=4, collate_fn=default_collate)
    batch = next(iter(loader))
    assert batch['inputs'].shape == (4, 3, 32, 32)
    assert len(batch['data_samples']) == 4


def test_without_a_pipeline_batches_are_served_whole(fake_cifar10):
    dataset = fake(fake_cifar10, pipeline=[])
    loader = DataLoader(
        dataset, batch_sampler=[[5, 0, 9], [3]], collate_fn=batch_collate
    )
    batches = list(loader)
    assert torch.equal(batches[0]['inputs'], dataset.images[[5, 0, 9]])
    (sample,) = batches[0]['data_samples']
    assert isinstance(sample, BatchDataSample)
    assert sample.gt_label.tolist() == dataset.labels[[5, 0, 9]].tolist()
    assert len(batches[1]['inputs']) == 1


def test_workers_serve_the_same_batches(fake_cifar10):
    dataset = fake(fake_cifar10, pipeline=[])
    batches = [
        list(
            DataLoader(
                dataset,
                batch_size=50,
                num_workers=workers,
                collate_fn=batch_collate,
            )
        )
        for workers in (0, 2)
    ]
    for a, b in zip(*batches, strict=True):
        assert torch.equal(a['inputs'], b['inputs'])
        labels = [x['data_samples'][0].gt_label for x in (a, b)]
        assert torch.equal(*labels)


def test_missing_files_are_named(tmp_path):
    with pytest.raises(FileNotFoundError, match='data_batch_1.*download'):
        CIFAR10LT(str(tmp_path), download=False)
    assert list(tmp_path.iterdir()) == []


def test_a_failed_download_says_where_the_files_belong(tmp_path, monkeypatch):
    monkeypatch.setattr(
        CIFAR10LT, 'url', (tmp_path / 'not-there.tar.gz').as_uri()
    )
    with pytest.raises(FileNotFoundError, match='download of file.*failed'):
        CIFAR10LT(str(tmp_path / 'cifar10'))


def entry(name, kind=tarfile.REGTYPE, target=''):
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


@pytest.mark.parametrize(
    'entries',
    [
        [entry('../outside')],
        [entry('a/../../outside')],
        [entry('link', tarfile.SYMTYPE, '..'), entry('link/outside')],
        [entry('link', tarfile.LNKTYPE, '../kept'), entry('outside')],
        [entry('device', tarfile.CHRTYPE)],
    ],
    ids=['parent', 'detour', 'symbolic link', 'hard link', 'device'],
)
def test_an_archive_cannot_leave_its_folder(entries, tmp_path, monkeypatch):
    archive = tmp_path / 'hostile.tar.gz'
    with tarfile.open(archive, 'w:gz') as tar:
        for info in entries:
            tar.addfile(info)
    (tmp_path / 'kept').write_text('kept')
    monkeypatch.setattr(CIFAR10LT, 'url', archive.as_uri())
    monkeypatch.setattr(CIFAR10LT, 'tgz_md5', None)
    with pytest.raises(FileNotFoundError, match='download of .* failed'):
        CIFAR10LT(str(tmp_path / 'data'))
    assert not [*tmp_path.rglob('*outside')]
    assert (tmp_path / 'kept').read_text() == 'kept'


def test_a_download_is_unpacked_and_used(fake_cifar10, tmp_path, monkeypatch):
    archive = tmp_path / 'cifar-10-python.tar.gz'
    with tarfile.open(archive, 'w:gz') as tar:
        folder = 'cifar-10-batches-py'
        tar.add(fake_cifar10 / folder, arcname=folder)
    digest = hashlib.md5(archive.read_bytes()).hexdigest()
    monkeypatch.setattr(CIFAR10LT, 'url', archive.as_uri())
    monkeypatch.setattr(CIFAR10LT, 'tgz_md5', digest)
    dataset = fake(tmp_path / 'new', download=True)
    assert len(dataset) == sum(long_tailed_counts(10, 60, 10))


def test_a_damaged_file_is_named_and_kept(fake_cifar10):
    path = fake_cifar10 / 'cifar-10-batches-py' / 'data_batch_1'
    before = path.read_bytes()
    with pytest.raises(RuntimeError, match=r'data_batch_1.*md5.*Delete it'):
        fake(fake_cifar10, verify_md5=True)
    assert path.read_bytes() == before


def test_labels_out_of_range_are_refused(fake_cifar10):
    path = fake_cifar10 / 'cifar-10-batches-py' / 'data_batch_1'
    entry = pickle.loads(path.read_bytes())
    entry['labels'][3] = 10
    path.write_bytes(pickle.dumps(entry))
    with pytest.raises(ValueError, match='image 3 has label 10'):
        fake(fake_cifar10)


@pytest.mark.parametrize('protocol', range(6))
def test_pickles_of_every_protocol_are_read(fake_cifar10, protocol):
    path = fake_cifar10 / 'cifar-10-batches-py' / 'data_batch_1'
    entry = pickle.loads(path.read_bytes())
    entry['data'] = np.asfortranarray(entry['data'])  # as the official ones
    path.write_bytes(pickle.dumps(entry, protocol))
    read = read_plain_pickle(path)
    assert np.array_equal(read['data'], entry['data'])
    assert read['data'].dtype == np.uint8
    assert read['labels'] == entry['labels']


def spoiled(change):
    """Bytes of a file whose content a function changes."""

    def spoil(data):
        entry = pickle.loads(data)
        change(entry)
        return pickle.dumps(entry)

    return spoil


WRONG = {
    'cut short': (lambda b: b[: len(b) // 2], 'to be a whole pickle, but'),
    'empty': (lambda b: b'', 'to be a whole pickle, but Ran out of input'),
    'a text': (lambda b: b'xyz', 'to be a whole pickle, but'),
    'a list': (lambda b: pickle.dumps([1]), '`data` and .* it has list'),
    'no data': (spoiled(lambda e: e.pop('data')), 'but it has labels'),
    'no labels': (spoiled(lambda e: e.pop('labels')), 'but it has data'),
    'fewer labels': (
        spoiled(lambda e: e['labels'].pop()),
        r'`labels` in .* to be 120 class numbers.*got \(119,\) of int64',
    ),
    'fractions': (
        spoiled(lambda e: e['labels'].__setitem__(0, 2.7)),
        'class numbers.* of float64',
    ),
    'floats': (
        spoiled(lambda e: e.update(data=e['data'] / 255)),
        r'\(N, 3072\) bytes, but got \(120, 3072\) of float64',
    ),
    'fewer pixels': (
        spoiled(lambda e: e.update(data=e['data'][:, :-1])),
        r'\(N, 3072\) bytes, but got \(120, 3071\) of uint8',
    ),
    'objects': (
        spoiled(lambda e: e.update(data=np.array([{}]))),
        r"holds numpy.dtype\('O8'\), which is not run",
    ),
    'code': (
        spoiled(lambda e: e.update(note=os.getcwd)),
        'holds posix.getcwd, which is not run',
    ),
}


@pytest.mark.parametrize('kind', WRONG)
def test_a_file_that_is_not_of_cifar_is_named(fake_cifar10, kind):
    change, words = WRONG[kind]
    path = fake_cifar10 / 'cifar-10-batches-py' / 'data_batch_1'
    path.write_bytes(change(path.read_bytes()))
    with pytest.raises(ValueError, match=f'data_batch_1.*{words}|{words}'):
        fake(fake_cifar10)


@pytest.mark.parametrize(
    ('kwargs', 'match'),
    [
        (dict(split='val'), r"\['train', 'test'\]"),
        (dict(imbalance_ratio=0.01), 'n_min/n_max; pass 100'),
        (dict(profile='linear'), 'profile'),
        (dict(imbalance_ratio=1000), 'would have none'),
    ],
)
def test_refuses_bad_settings(fake_cifar10, kwargs, match):
    with pytest.raises(ValueError, match=match):
        fake(fake_cifar10, **kwargs)


def test_refuses_to_work_without_a_folder():
    with pytest.raises(ValueError, match='data_root'):
        CIFAR10LT()
