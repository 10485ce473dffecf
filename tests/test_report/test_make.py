import torch

from mmlt.report.make import feature_maps
from mmlt.structures import Predictions

from .conftest import record_of


def test_a_map_needs_three_images_of_the_chosen_classes():
    record = record_of(name='ce', seed=1, class_counts=[5, 4, 3, 2, 1])

    def maps(labels):
        labels = torch.tensor(labels)
        predictions = Predictions(
            logits=torch.zeros(len(labels), 5),
            labels=labels,
            class_counts=torch.tensor(record.class_counts),
            meta=dict(split='test'),
            features=torch.arange(len(labels) * 3.0).view(-1, 3).square(),
        )
        return feature_maps([(record, predictions)])

    # the first class, the middle one and the last are chosen
    assert maps([0, 1, 1, 1, 3, 4]) == {}
    assert maps([0, 0, 1, 1, 4])['ce']['pca']['labels'].tolist() == [0, 0, 4]
