"""Parts that do not fit are refused before a training."""

import pytest

from mmlt.runs.recipes import load_recipe
from mmlt.runs.settings import check_settings

LDAM = dict(type='LDAMLoss')


@pytest.mark.parametrize(
    'loss',
    [
        LDAM,
        dict(type='DeferredLoss', before=dict(type='CDTLoss'), after=LDAM),
    ],
    ids=lambda loss: loss['type'],
)
def test_ldam_wants_cosines(loss):
    cfg = load_recipe('bsce/resnet18_images')
    cfg.model.head.loss = loss
    with pytest.raises(ValueError, match='cosines for LDAMLoss, .*LinearCls'):
        check_settings(cfg)


@pytest.mark.parametrize(
    'recipe', ['ldam/resnet18_images', 'drw/ldam_resnet18_images']
)
def test_the_recipes_have_them(recipe):
    check_settings(load_recipe(recipe))
