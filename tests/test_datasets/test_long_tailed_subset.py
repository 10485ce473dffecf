import numpy as np
import pytest
from mmpretrain.datasets import CustomDataset
from mmpretrain.registry import DATASETS
from PIL import Image

from mmlt.datasets import DigitsLT, LongTailedSubset, batch_collate
from mmlt.datasets.counting import class_counts_of
from mmlt.functional import long_tailed_counts

FULL = dict(type='DigitsLT', imbalance_ratio=None, pipeline=[])


@pytest.fixture
def image_folder(tmp_path):
    """Three classes with 8, 20 and 12 images."""
    for name, count in (('a', 8), ('b', 20), ('c', 12)):
        (tmp_path / name).mkdir()
        for i in range(count):
            image = Image.new('RGB', (4, 4), (i, 0, 0))
            image.save(tmp_path / name / f'{i:02}.png')
    return CustomDataset(
        data_root=str(tmp_path), pipeline=[dict(type='LoadImageFromFile')]
    )


def test_selects_the_counts_of_the_profile():
    subset = LongTailedSubset(FULL, imbalance_ratio=10, max_count=100)
    counts = long_tailed_counts(10, 100, 10).tolist()
    assert subset.metainfo['class_counts'] == counts
    assert np.bincount(subset.get_gt_labels()).tolist() == counts
    assert len(subset) == sum(counts)


def test_any_dataset_of_the_parent_can_be_wrapped(image_folder):
    subset = LongTailedSubset(image_folder, 4, max_count=8)
    assert subset.metainfo['class_counts'] == [8, 4, 2]
    labels = [subset.get_cat_ids(i)[0] for i in range(len(subset))]
    assert [subset[i]['gt_label'] for i in range(len(subset))] == labels
    info = subset.get_data_info(9)
    assert info['sample_idx'] == 9
    assert info['gt_label'] == labels[9]


def test_without_max_count_the_profile_fits_every_class(image_folder):
    subset = LongTailedSubset(image_folder, 2)
    assert subset.metainfo['class_counts'] == [8, 5, 4]


def test_order_by_frequency_makes_the_largest_class_the_head(image_folder):
    subset = LongTailedSubset(image_folder, 4, order='frequency')
    assert subset.metainfo['class_counts'] == [5, 20, 10]


def test_order_by_frequency_follows_other_counts(image_folder):
    settings = dict(imbalance_ratio=2, order='frequency')
    subset = LongTailedSubset(image_folder, ranked_by=[1, 9, 9], **settings)
    assert subset.metainfo['class_counts'] == [8, 16, 11]
    with pytest.raises(ValueError, match='`ranked_by` of 3 classes'):
        LongTailedSubset(image_folder, ranked_by=[1, 9], **settings)
    with pytest.raises(ValueError, match="order='frequency'"):
        LongTailedSubset(image_folder, ranked_by=[1, 9, 9])


def test_batches_are_served_whole_where_the_dataset_can():
    subset = LongTailedSubset(FULL, imbalance_ratio=10)
    inner = DATASETS.build(FULL)
    batch = batch_collate(subset.__getitems__([0, 5]))
    rows = subset.rows[[0, 5]]
    assert (batch['inputs'] == inner.images[rows]).all()


def test_a_subset_of_a_long_tailed_set_keeps_its_metainfo():
    subset = LongTailedSubset(DigitsLT(), imbalance_ratio=2, max_count=6)
    assert subset.metainfo['classes'] == tuple('0123456789')
    assert class_counts_of(subset).tolist() == [6, 5, 5, 4, 4, 4, 3, 3, 3, 3]


def test_loading_can_wait():
    subset = LongTailedSubset(FULL, imbalance_ratio=10, lazy_init=True)
    assert 'class_counts' not in subset.metainfo
    assert len(subset) == sum(subset.metainfo['class_counts'])


def test_refuses_a_class_without_images(image_folder):
    image_folder._metainfo['classes'] = ('a', 'b', 'c', 'd')
    with pytest.raises(ValueError, match='class 3 has none'):
        LongTailedSubset(image_folder, 2)


@pytest.mark.parametrize(
    ('kwargs', 'match'),
    [
        (dict(imbalance_ratio=0.1), 'pass 10'),
        (dict(order='count'), r"\['index', 'frequency'\]"),
        (dict(max_count=139), 'class 8 to have|class 4 to have|at least'),
    ],
)
def test_refuses_bad_settings(kwargs, match):
    with pytest.raises(ValueError, match=match):
        LongTailedSubset(FULL, **{'imbalance_ratio': 1, **kwargs})
