import pytest
import torch
from mmpretrain.models import LinearClsHead
from mmpretrain.registry import MODELS

from mmlt.functional import logit_adjustment
from mmlt.models import LogitAdjustedClsHead

COUNTS = [90, 40, 5]


def case(**settings):
    parent = LinearClsHead(3, 6)
    parent.fc.bias.data.normal_()
    head = LogitAdjustedClsHead(3, 6, **settings)
    head.load_state_dict(parent.state_dict(), strict=False)
    head.set_class_counts(COUNTS)
    return parent, head, (torch.randn(5, 6),)


def test_at_test_the_prior_of_the_training_set_is_taken_out():
    parent, head, feats = case(tau=1.5)
    expected = logit_adjustment(parent(feats), COUNTS, 1.5)
    torch.testing.assert_close(head.eval()(feats), expected)


def test_in_training_it_is_the_parent():
    parent, head, feats = case()
    assert torch.equal(head.train()(feats), parent(feats))


def test_tau_zero_is_the_parent():
    parent, head, feats = case(tau=0)
    assert torch.equal(head.eval()(feats), parent(feats))


def test_it_prefers_rare_classes_more_than_the_parent_does():
    parent, head, feats = case()
    before = parent(feats).softmax(1)[:, 2]
    assert (head.eval()(feats).softmax(1)[:, 2] > before).all()


def test_prediction_is_that_of_the_adjusted_logits():
    _, head, feats = case()
    samples = head.eval().predict(feats)
    expected = head(feats).softmax(1)
    got = torch.stack([sample.pred_score for sample in samples])
    torch.testing.assert_close(got, expected)


def test_counts_are_needed_at_test_and_above_zero():
    head = LogitAdjustedClsHead(3, 6)
    feats = (torch.randn(5, 6),)
    head.train()(feats)
    with pytest.raises(RuntimeError, match='LogitAdjustedClsHead.*counts'):
        head.eval()(feats)
    with pytest.raises(ValueError, match='class 1 has 0 .1 such'):
        head.set_class_counts([5, 0, 2])
    with pytest.raises(ValueError, match='3 classes.*got 2'):
        head.set_class_counts([5, 2])


def test_a_negative_tau_is_refused():
    with pytest.raises(ValueError, match='`tau`.*got -1'):
        LogitAdjustedClsHead(3, 6, tau=-1)


def test_it_is_registered_under_its_name():
    assert MODELS.get('LogitAdjustedClsHead') is LogitAdjustedClsHead
