import math

import pytest
import torch

from mmlt.evaluation.area_rows import area_rows, scaling_factors
from mmlt.functional import compression_factors, misclassified_area
from mmlt.structures import Predictions

COUNTS = torch.tensor([200, 101, 100, 20])


def predictions(tau=None, bias=True):
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(80, 4, generator=generator)
    return Predictions(
        logits=logits,
        labels=torch.arange(4).repeat(20),
        class_counts=COUNTS,
        meta=dict(split='train', checkpoint='epoch_2.pth'),
        bias=torch.randn(4, generator=generator) if bias else None,
        tau=tau,
    )


def test_rows_are_the_percent_of_the_samples_of_each_group():
    made = predictions(tau=compression_factors(4, 1.0, counts=COUNTS))
    rows = {row['classes']: row for row in area_rows(made, per_class=True)}
    assert list(rows) == [
        *('all', 'many', 'medium', 'few'),
        *('class 0', 'class 1', 'class 2', 'class 3'),
    ]
    masks = misclassified_area(
        made.logits.double(), made.labels, made.tau, made.bias
    )
    members = {'all': [0, 1, 2, 3], 'many': [0, 1], 'medium': [2, 3]}
    members |= {f'class {c}': [c] for c in range(4)}
    for name, classes in members.items():
        mine = torch.isin(made.labels, torch.tensor(classes))
        assert rows[name]['images'] == 20 * len(classes)
        assert rows[name]['split'] == 'train'
        for key, mask in masks.items():
            expected = 100 * mask[mine].double().mean().item()
            assert rows[name][f'{key} (%)'] == pytest.approx(expected)
    assert rows['all']['changed (%)'] > 0
    assert rows['few']['images'] == 0
    assert math.isnan(rows['few']['changed (%)'])


def test_factors_are_those_of_the_training_or_of_a_named_strength():
    tau = torch.tensor([2.0, 1.5, 1.2, 1.0])
    assert torch.equal(scaling_factors(predictions(tau), None), tau)
    got = scaling_factors(predictions(tau), 0.5)
    assert torch.equal(got, compression_factors(4, 0.5, counts=COUNTS))


def test_a_network_without_compression_needs_a_strength():
    with pytest.raises(ValueError, match=r'epoch_2.pth was not.*--gamma'):
        area_rows(predictions())
    assert area_rows(predictions(), gamma=0.0)[0]['changed (%)'] == 0
