"""Every prediction says which image it is of."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import mmpretrain
import numpy as np
import pytest
import torch
from mmengine import load
from mmengine.config import Config
from mmengine.runner import Runner

from mmlt.posthoc.comparison import compare_on_halves
from mmlt.runs.dump import load_predictions
from mmlt.runs.predict import places_of_images, predict_split
from mmlt.structures import ImagePredictions
from tests.test_bad_inputs.in_process import run

TOOLS = Path(mmpretrain.__file__).parent / '.mim/tools/analysis_tools'


@pytest.fixture(scope='module')
def listed(photo_place):
    """Path and label on each line of the test list."""
    lines = (photo_place / 'ours/test.txt').read_text().splitlines()
    paths, labels = zip(*(line.rsplit(' ', 1) for line in lines), strict=True)
    return [str(photo_place / 'photos' / p) for p in paths], [
        *map(int, labels)
    ]


@pytest.fixture(scope='module')
def dumped(photo_place):
    out = photo_place / 'dumped.npz'
    done = run(['dump-predictions', 'run', '--out', out], photo_place)
    assert done.code == 0, done.errors
    return out


def test_a_file_of_predictions_has_the_paths_of_the_list(dumped, listed):
    paths, labels = listed
    found = load_predictions(dumped)
    assert found.image_paths == paths
    assert found.labels.tolist() == labels
    assert found.sample_idx.tolist() == list(range(len(labels)))
    with np.load(dumped, allow_pickle=False) as file:  # by anybody
        assert file['image_paths'].tolist() == paths


def test_halves_take_their_paths_with_them(dumped):
    found = load_predictions(dumped)
    double = {
        'logits': found.logits.repeat(2, 1),
        'labels': found.labels.repeat(2),
        'sample_idx': torch.arange(24),
        'image_paths': found.image_paths * 2,
    }
    rows, _ = compare_on_halves(replace(found, **double), ['none'])
    assert [row['calibrator'] for row in rows] == ['none']


def test_images_in_memory_have_a_place_and_no_path():
    cfg = Config.fromfile('configs/ce/resnet20_digitslt.py')
    loader = Runner.build_dataloader(cfg.test_dataloader)
    found = places_of_images(loader.dataset, len(loader.dataset))
    assert found.keys() == {'sample_idx'}
    # of a set that left images out, nothing is claimed
    assert places_of_images(loader.dataset, len(loader.dataset) - 1) == {}
    # nor of one that knows no more than its length
    assert places_of_images([3, 4], 2).keys() == {'sample_idx'}


def test_paths_of_other_samples_are_refused(dumped):
    found = load_predictions(dumped)
    for change in (
        {'image_paths': ['a.png']},
        {'sample_idx': torch.arange(3)},
    ):
        (name,) = change
        with pytest.raises(ValueError, match=f'`{name}` of 12 samples'):
            replace(found, **change)
    assert isinstance(found, ImagePredictions)


def test_a_held_out_part_has_its_own_places(photo_place):
    cfg = Config.fromfile(photo_place / 'run/ce.py')
    cfg.train_dataloader.dataset = dict(
        type='HeldOutSplit', fraction=0.3, dataset=cfg.train_dataloader.dataset
    )
    checkpoint = photo_place / 'run/epoch_1.pth'
    found = predict_split(cfg, checkpoint, 'held-out', device='cpu')
    every = predict_split(cfg, checkpoint, 'train', device='cpu')
    assert found.sample_idx.tolist() == list(range(len(found.labels)))
    assert not set(found.image_paths) & set(every.image_paths)
    for path, label in zip(found.image_paths, found.labels, strict=True):
        assert Path(path).parent.name == f'kind {label}'


@pytest.fixture(scope='module')
def tested(photo_place):
    out = photo_place / 'pred.pkl'
    done = run(
        [
            *('test', 'run/ce.py', 'run/epoch_1.pth', '--out', out),
            *('--work-dir', 'tested'),
        ],
        photo_place,
    )
    assert done.code == 0, done.errors
    return out


def test_the_pickle_of_a_test_has_them_too(tested, listed):
    rows = load(tested)
    assert [row['img_path'] for row in rows] == listed[0]
    assert [int(row['gt_label']) for row in rows] == listed[1]
    assert [row['sample_idx'] for row in rows] == list(range(len(rows)))


def test_analyze_results_of_mmpretrain_finds_the_images(photo_place, tested):
    done = subprocess.run(
        [
            *(sys.executable, TOOLS / 'analyze_results.py', 'run/ce.py'),
            *(tested, '--out-dir', 'analyzed', '--topk', '2', '-r', '20'),
        ],
        cwd=photo_place,
        capture_output=True,
        text=True,
    )
    assert not done.returncode, done.stderr
    wrong = list((photo_place / 'analyzed/fail').glob('*.png'))
    assert len(wrong) == 2
