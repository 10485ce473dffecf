import json

import numpy as np
import pytest
from mmengine.registry import DefaultScope
from PIL import Image

pytest.importorskip('mmseg')
from mmseg.registry import DATASETS

from mmlt.dense import pixel_counts as module
from mmlt.dense.pixel_counts import kept_pixel_counts, pixel_counts
from tests.test_distributed.processes import in_processes, needs_gloo

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


def test_joined_sets_are_counted_together(shapes):
    parts = [dataset(shapes, part) for part in ('train', 'val')]
    joined = dict(type='ConcatDataset', datasets=parts)
    expected = [
        sum(pair)
        for pair in zip(
            by_hand(shapes)[0], by_hand(shapes, 'val')[0], strict=True
        )
    ]
    for cfg in (joined, dict(type='RepeatDataset', times=2, dataset=joined)):
        assert pixel_counts(DATASETS.build(cfg)).tolist() == expected


def test_another_data_set_is_refused():
    with pytest.raises(TypeError, match=r'BaseSegDataset.*but got str'):
        list(module.data_sets_in('masks'))


def test_what_is_kept_is_of_the_same_ignored_label(shapes, tmp_path):
    file = tmp_path / 'kept.json'
    kept_pixel_counts(DATASETS.build(dataset(shapes, 'train')), file)
    other = DATASETS.build(dataset(shapes, 'train', ignore_index=0))
    with pytest.raises(ValueError, match='has 255'):
        kept_pixel_counts(other, file)


def counted(folder, file, classes):
    """Counts of one of several processes, or the words of its error."""
    from mmengine.dist import get_rank
    from mmseg.utils import register_all_modules

    register_all_modules(init_default_scope=False)
    with DefaultScope.overwrite_default_scope('mmseg'):
        own = DATASETS.build(dataset(folder, 'train', classes))
    try:
        # a file that only the first process can see
        return kept_pixel_counts(own, f'{file}{get_rank()}').tolist()
    except ValueError as error:
        return str(error)


@needs_gloo
def test_processes_agree_whether_masks_are_counted(shapes, tmp_path):
    file = tmp_path / 'kept.json'
    for _ in range(2):
        found = in_processes(2, counted, shapes, file, CLASSES)
        assert found == [by_hand(shapes)[0]] * 2
        assert [p.name for p in tmp_path.iterdir()] == ['kept.json0']


@needs_gloo
def test_a_wrong_mask_stops_every_process(shapes, tmp_path):
    """Class 3 is in the masks of the first process alone, of every fourth."""
    file = tmp_path / 'kept.json'
    first, second = in_processes(2, counted, shapes, file, CLASSES[:3])
    assert 'masks of 3 classes, but' in first
    assert 'another process found others' in second
