"""What a resumed training has from its checkpoint."""

import pytest

from mmlt.runs.recipes import load_recipe
from mmlt.runs.resumed_settings import check_resumed_settings


def saved(recipe):
    return dict(cfg=load_recipe(recipe).pretty_text)


def test_rho_is_the_saved_one():
    """It stands in the state of the optimizer."""
    cfg = load_recipe('focal_sam/resnet20_digitslt')
    rho = cfg.optim_wrapper.rho
    cfg.optim_wrapper.rho = 3 * rho
    begun = saved('focal_sam/resnet20_digitslt')
    check_resumed_settings(cfg, begun, 'epoch_1.pth')
    assert cfg.optim_wrapper.rho == rho


@pytest.mark.parametrize(
    ('begun', 'now'), [('ce', 'focal_sam'), ('focal_sam', 'ce')]
)
def test_rho_is_the_new_one_where_there_was_none(begun, now):
    cfg = load_recipe(f'{now}/resnet20_digitslt')
    rho = cfg.optim_wrapper.get('rho')
    begun = saved(f'{begun}/resnet20_digitslt')
    cfg.optim_wrapper.optimizer.lr = 7.0  # something that is not read
    check_resumed_settings(cfg, begun, 'epoch_1.pth')
    assert cfg.optim_wrapper.optimizer.lr != 7.0
    assert cfg.optim_wrapper.get('rho') == rho
