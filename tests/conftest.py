import os
import pickle
import tarfile
from pathlib import Path

# one thread per process: the networks of the tests are tiny
os.environ.setdefault('OMP_NUM_THREADS', '1')

import numpy as np
import pytest
import torch
from mmengine.registry import init_default_scope
from PIL import Image

import mmlt.datasets
import mmlt.engine
import mmlt.evaluation
import mmlt.models  # noqa: F401

ROOT = Path(__file__).parents[1]


def pytest_addoption(parser):
    parser.addoption(
        '--runslow', action='store_true', help='run the slow tests too'
    )


def pytest_collection_modifyitems(config, items):
    # the keywords of an item have the names of its folders, too
    for item in items:
        slow = item.get_closest_marker('slow')
        if slow and not config.getoption('--runslow'):
            item.add_marker(pytest.mark.skip(reason='slow: --runslow'))
        if item.get_closest_marker('gpu') and not torch.cuda.is_available():
            item.add_marker(pytest.mark.skip(reason='no GPU here'))


@pytest.fixture(autouse=True)
def _seeded():
    init_default_scope('mmpretrain')
    torch.manual_seed(0)
    np.random.seed(0)


@pytest.fixture(scope='session')
def photo_place(tmp_path_factory):
    """A folder with ``photos``, the project ``ours`` and its ``run``.

    What a test adds to the run, others find: see ``make_photo_run``.
    """
    from tests.photo_run import make_photo_run

    folder = tmp_path_factory.mktemp('photos')
    make_photo_run(folder)
    return folder


@pytest.fixture
def fake_cifar10(tmp_path):
    """A folder in the official layout with 60 images per class, random.

    The md5 sums are not the published ones: pass ``verify_md5=False``.
    """
    return write_fake_cifar(
        tmp_path / 'cifar10',
        'cifar-10-batches-py',
        [f'data_batch_{i}' for i in range(1, 6)] + ['test_batch'],
        'labels',
    )


def write_fake_cifar(root, folder, names, key, num_classes=10):
    rng = np.random.RandomState(0)
    (root / folder).mkdir(parents=True)
    for name in names:
        labels = np.repeat(np.arange(num_classes), 12)
        rng.shuffle(labels)
        data = rng.randint(0, 256, (len(labels), 3072), dtype=np.uint8)
        (root / folder / name).write_bytes(
            pickle.dumps({'data': data, key: labels.tolist()})
        )
    return root


@pytest.fixture(scope='session')
def published_lists(tmp_path_factory):
    """Folder of the published lists, where MMLT_SHARED_DATA has them."""
    shared = Path(
        os.environ.get('MMLT_SHARED_DATA', ROOT.parent / 'shared' / 'data')
    )
    archive = shared / 'lt_lists.tar.xz'
    if not archive.is_file():
        pytest.skip(f'no published lists here: {archive}')
    folder = tmp_path_factory.mktemp('lists')
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter='data')
    return folder


@pytest.fixture
def image_folder(tmp_path):
    """Three classes of small JPEGs: 7, 3 and 2 of them."""
    rng = np.random.RandomState(0)
    for name, count in (('ant', 7), ('bee', 3), ('été', 2)):
        (tmp_path / 'images' / name).mkdir(parents=True)
        for i in range(count):
            pixels = rng.randint(0, 256, (24, 20, 3), dtype=np.uint8)
            path = tmp_path / 'images' / name / f'photo {i}.jpg'
            Image.fromarray(pixels).save(path)
    return tmp_path / 'images'
