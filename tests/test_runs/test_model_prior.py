"""Which prior the probabilities of a network hold follows from its recipe."""

import pytest
from mmengine.registry import init_default_scope
from mmpretrain.registry import MODELS

from mmlt.runs.predict import model_prior
from mmlt.runs.recipes import load_recipe


@pytest.mark.parametrize(
    ('recipe', 'options', 'prior'),
    [
        ('ce/resnet20_digitslt', {}, 'train'),
        ('bsce/resnet20_digitslt', {}, 'uniform'),
        ('la/resnet20_digitslt', {}, 'uniform'),
        ('la/resnet20_digitslt', {'model.head.loss.tau': 0.5}, 'unknown'),
        ('vmf/resnet20_digitslt', {}, 'uniform'),
        (
            'bsce/resnet20_digitslt',
            {'train_dataloader.sampler.type': 'LongTailSampler'},
            'unknown',
        ),
        # a cosine that was not trained by plain cross-entropy
        ('ldam/resnet20_digitslt', {}, 'unknown'),
        ('drw/ldam_resnet20_digitslt', {}, 'unknown'),
        ('gcl/resnet20_digitslt', {}, 'unknown'),
        ('vmf/resnet20_digitslt', {'model.head.balanced': False}, 'train'),
        # experts, whose heads change the logits
        ('balpoe/resnet20_digitslt', {}, 'uniform'),
        (
            'balpoe/resnet20_digitslt',
            {'model.head.taus': [0.0, 1.25, 2.5]},
            'unknown',
        ),
        ('ncl/resnet20_digitslt', {}, 'uniform'),
        ('shike/resnet20_digitslt', {}, 'uniform'),
        ('shike/stage1_resnet20_digitslt', {}, 'unknown'),
        ('mdcs/resnet20_digitslt', {}, 'unknown'),
        ('ride/resnet20_digitslt', {}, 'unknown'),
        ('sade/resnet20_digitslt', {}, 'unknown'),
        # what moves the weights or the labels, or is trained elsewhere
        ('tau_norm/resnet20_digitslt', {}, 'unknown'),
        ('remix/resnet20_digitslt', {}, 'unknown'),
        ('mixup/resnet20_digitslt', {}, 'train'),
        ('gpaco/resnet20_digitslt', {}, 'unknown'),
        ('proco/resnet20_digitslt', {}, 'uniform'),
    ],
)
def test_prior_of_a_recipe(recipe, options, prior):
    init_default_scope('mmpretrain')
    cfg = load_recipe(recipe, (), options)
    head = MODELS.build(cfg.model).head
    assert model_prior(cfg, head) == prior


def test_a_prior_that_is_taken_out_at_test_is_not_taken_out_again():
    init_default_scope('mmpretrain')
    cfg = load_recipe('ce/resnet20_digitslt', ['post-hoc-la'])
    assert model_prior(cfg, MODELS.build(cfg.model).head) == 'uniform'
    cfg.model.head.tau = 0.5
    assert model_prior(cfg, MODELS.build(cfg.model).head) == 'unknown'
