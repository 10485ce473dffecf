"""Labels of data sets of any kind."""

import numpy as np
import pytest
import torch
from torch.utils.data import ConcatDataset, Dataset, Subset, TensorDataset
from torchvision.datasets import FakeData, ImageFolder

from mmlt.datasets import LongTailSampler
from mmlt.datasets.labels import dataset_labels

LABELS = [2, 0, 0, 1, 0, 2]


class Targets(Dataset):
    """As torchvision's data sets are."""

    def __init__(self, targets):
        self.targets = targets

    def __len__(self):
        return len(self.targets)

    def __getitem__(self, index):
        return torch.zeros(2), self.targets[index]


@pytest.mark.parametrize(
    'dataset',
    [
        LABELS,
        tuple(LABELS),
        np.array(LABELS),
        np.array(LABELS, dtype=np.uint8),
        torch.tensor(LABELS),
        Targets(LABELS),
        Targets(torch.tensor(LABELS)),
        TensorDataset(torch.randn(6, 2), torch.tensor(LABELS)),
        Subset(Targets([1, *LABELS]), [1, 2, 3, 4, 5, 6]),
        Subset(Subset(Targets([1, *LABELS]), range(1, 7)), torch.arange(6)),
        ConcatDataset([Targets(LABELS[:2]), Targets(LABELS[2:])]),
    ],
    ids=lambda d: type(d).__name__,
)
def test_labels_of_every_kind_of_data_set(dataset):
    found = dataset_labels(dataset)
    assert found.dtype == np.int64
    assert found.tolist() == LABELS
    drawn = list(LongTailSampler(dataset, seed=0))
    assert len(drawn) == 6
    assert drawn == list(LongTailSampler(LABELS, seed=0))


def test_folder_of_images_of_torchvision(tmp_path):
    image = FakeData(1, (3, 4, 4))[0][0]
    for name in ('cat/1.png', 'cat/2.png', 'dog/3.png'):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        image.save(path)
    assert dataset_labels(ImageFolder(tmp_path)).tolist() == [0, 0, 1]


@pytest.mark.parametrize(
    'dataset',
    [
        FakeData(3),
        Targets([0.5, 1.0]),
        Targets([[0, 1], [1, 0]]),
        Subset(FakeData(3), [0, 1]),
        TensorDataset(torch.randn(3, 2)),
        Targets(['cat', 'dog']),
    ],
    ids=lambda d: type(d).__name__,
)
def test_unknown_labels_are_asked_for(dataset):
    with pytest.raises(ValueError, match='a list of N integers'):
        dataset_labels(dataset)


def test_part_of_random_split_is_drawn_by_its_own_classes():
    whole = Targets([0] * 90 + [1] * 10)
    part, _ = torch.utils.data.random_split(
        whole, [0.5, 0.5], torch.Generator().manual_seed(0)
    )
    drawn = [part[i][1] for i in LongTailSampler(part, seed=0)]
    # a class is drawn as often as another, from 50 images; 4 sigma
    assert abs(sum(drawn) - 25) < 15


@pytest.mark.parametrize(
    ('labels', 'got'),
    [
        ([], 'an empty list'),
        ([0.5, 1], 'a list with 0.5, of the type float'),
        (['a', 'b'], "a list with 'a', of the type str"),
        (torch.ones(2), r'a Tensor of shape \(2,\) and torch.float32'),
        (np.zeros((2, 3), int), r'a ndarray of shape \(2, 3\) and int64'),
    ],
)
def test_what_is_no_label_is_said(labels, got):
    with pytest.raises(ValueError, match=f'integers, but got {got}. Number'):
        dataset_labels(labels)
