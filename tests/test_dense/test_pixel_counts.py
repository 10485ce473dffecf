import json

import numpy as np
import pytest
from PIL import Image

pytest.importorskip('mmseg')
from mmseg.registry import DATASETS

from mmlt.dense import pixel_counts as module
from mmlt.dense.pixel_counts import kept_pixel_counts, pixel_counts

from .conftest import CLASSES, dataset


def by_hand(folder, part='train'):
    masks = [
        np.array(Image.open(p)) for p in (folder / 'ann' / part).iterdir()
    ]
    found = np.bincount(np.concatenate(masks, axis=None), minlength=256)
    return found[: len(CLASSES)].tolist(), int(found[255])


def test_ignored_pixels_do_not_count(shapes):
    expected, ignored = by_hand(shapes)
    assert ignored
    counts = pixel_counts(DATASETS.build(dataset(shapes, 'train')))
    assert counts.tolist() == expected
    assert counts[3] < counts[2] < counts[0]


def test_a_repeated_set_is_counted_once(shapes):
    cfg = dict(type='RepeatDataset', times=3, dataset=dataset(shapes, 'train'))
    assert pixel_counts(DATASETS.build(cfg)).tolist() == by_hand(shapes)[0]


def test_labels_are_those_that_the_training_sees(shapes):
    """`reduce_zero_label`: ground is ignored, and all others move down."""
    cfg = dataset(shapes, 'train', CLASSES[1:], reduce_zero_label=True)
    cfg['pipeline'][1]['reduce_zero_label'] = True
    expected = by_hand(shapes)[0][1:]
    assert pixel_counts(DATASETS.build(cfg)).tolist() == expected


def test_a_label_that_is_no_class_is_named(shapes):
    cfg = dataset(shapes, 'train', CLASSES[:3])
    with pytest.raises(
        ValueError, match=r'masks of 3 classes, but .*png has 3'
    ):
        pixel_counts(DATASETS.build(cfg))


def test_a_pipeline_without_masks_is_refused(shapes):
    cfg = dataset(shapes, 'train')
    del cfg['pipeline'][1]
    with pytest.raises(ValueError, match='LoadImageFromFile, PackSegInputs'):
        pixel_counts(DATASETS.build(cfg))


def test_masks_are_counted_once_and_again_when_they_change(
    shapes, tmp_path, monkeypatch
):
    calls = []
    monkeypatch.setattr(
        module, 'pixel_counts', lambda d: calls.append(d) or pixel_counts(d)
    )
    file, own = (
        tmp_path / 'kept.json',
        DATASETS.build(dataset(shapes, 'train')),
    )
    expected = by_hand(shapes)[0]
    assert kept_pixel_counts(own, file).tolist() == expected
    assert kept_pixel_counts(own, file).tolist() == expected
    assert len(calls) == 1
    assert json.loads(file.read_text())['pixels']['cross'] == expected[3]
    # other masks, and a file that is damaged
    other = DATASETS.build(dataset(shapes, 'val'))
    assert kept_pixel_counts(other, file).tolist() == by_hand(shapes, 'val')[0]
    file.write_text('{')
    assert kept_pixel_counts(own, file).tolist() == expected
    assert len(calls) == 3
