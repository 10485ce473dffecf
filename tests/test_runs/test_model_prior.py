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
    ],
)
def test_prior_of_a_recipe(recipe, options, prior):
    init_default_scope('mmpretrain')
    cfg = load_recipe(recipe, (), options)
    head = MODELS.build(cfg.model).head
    assert model_prior(cfg, head) == prior
