import pytest
from mmengine.dataset import ConcatDataset, RepeatDataset

from mmlt.datasets import DigitsLT
from mmlt.datasets.counting import class_counts_of


class Bare:
    """A dataset with labels and nothing else."""

    metainfo = {'classes': 'abc'}
    labels = [0, 2, 2]

    def get_cat_ids(self, i):
        return [self.labels[i]]

    def __len__(self):
        return len(self.labels)


def test_our_datasets_know_their_counts():
    dataset = DigitsLT()
    expected = dataset.metainfo['class_counts']
    assert class_counts_of(dataset).tolist() == expected


def test_other_datasets_are_counted_and_empty_classes_kept():
    assert class_counts_of(Bare()).tolist() == [1, 0, 2]


def test_concatenated_datasets_are_counted_together():
    parts = [DigitsLT(), DigitsLT(split='test')]
    counts = class_counts_of(ConcatDataset(parts, ignore_keys='class_counts'))
    both = [p.metainfo['class_counts'] for p in parts]
    assert counts.tolist() == [a + b for a, b in zip(*both, strict=True)]


def test_a_repeated_dataset_is_counted_once_per_image():
    # the counts say how many images there are, not how often one is drawn
    dataset = DigitsLT()
    counts = class_counts_of(RepeatDataset(dataset, times=3))
    assert counts.tolist() == dataset.metainfo['class_counts']


def test_refuses_a_dataset_that_names_no_classes():
    dataset = Bare()
    dataset.metainfo = {}
    with pytest.raises(ValueError, match='name its classes'):
        class_counts_of(dataset)


def test_refuses_labels_beyond_the_classes():
    dataset = Bare()
    dataset.labels = [0, 3]
    with pytest.raises(ValueError, match='image 1 has label 3'):
        class_counts_of(dataset)


def test_refuses_multi_label_images():
    dataset = Bare()
    dataset.get_cat_ids = lambda i: [0, 1]
    with pytest.raises(ValueError, match='one label per image'):
        class_counts_of(dataset)


def test_refuses_a_dataset_without_labels():
    class Unlabeled:
        metainfo = {'classes': 'ab'}

        def __len__(self):
            return 1

    with pytest.raises(ValueError, match='get_gt_labels'):
        class_counts_of(Unlabeled())


def test_a_subset_of_images_is_counted_anew():
    dataset = DigitsLT(split='test')
    part = dataset.get_subset([0, 1, 2])
    assert class_counts_of(part).sum() == 3
    assert part.__getitems__([2])['inputs'].shape == (1, 3, 8, 8)
    dataset.get_subset_(5)
    assert class_counts_of(dataset).sum() == len(dataset.images) == 5
