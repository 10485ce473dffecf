from dataclasses import replace

import pytest
import torch

from mmlt.structures import Predictions


def some(**changes):
    return replace(
        Predictions(
            logits=torch.zeros(4, 3),
            labels=torch.zeros(4).long(),
            class_counts=torch.ones(3).long(),
            meta=dict(split='test'),
        ),
        **changes,
    )


@pytest.mark.parametrize(
    ('changes', 'words'),
    [
        (dict(labels=torch.zeros(3)), r'but got \(4, 3\) and \(3,\)'),
        (dict(logits=torch.zeros(4)), r'but got \(4,\) and \(4,\)'),
        (dict(class_counts=torch.ones(2)), '`class_counts` of 3 classes'),
        (dict(kappa=torch.ones(3, 1)), r'`kappa` of 3 .* shape \(3, 1\)'),
        (dict(overlap_matrix=torch.ones(3, 2)), r'shape \(3, 3\), but got'),
        (dict(class_names=['a']), '3 classes, but got 1 names'),
        (dict(meta=dict(split='holdout')), "`split` .* got 'holdout'"),
    ],
)
def test_parts_that_do_not_fit_together_are_named(changes, words):
    with pytest.raises(ValueError, match=words):
        some(**changes)


def test_the_source_is_the_checkpoint_without_the_machine():
    meta = dict(
        split='test', checkpoint='/home/me/ce/a.pth', checkpoint_hash='12'
    )
    assert some(meta=meta).source == 'ce/a.pth (12)'
    assert some().source == '? (?)'
