import pytest
import torch

from mmlt.functional import cdt_temperatures, vs_loss
from mmlt.models import CDTLoss, LogitAdjustedLoss, VSLoss

COUNTS = [64, 16, 4]


def case(kind, **settings):
    loss = kind(**settings)
    loss.set_class_counts(COUNTS)
    torch.manual_seed(0)
    z = torch.randn(5, 3, dtype=torch.float64)
    return loss(z, torch.tensor([0, 1, 2, 2, 0])), z


@pytest.mark.parametrize(('gamma', 'tau'), [(0.3, 1.0), (0.05, 0.75)])
def test_it_is_the_mean_of_the_function(gamma, tau):
    value, z = case(VSLoss, gamma=gamma, tau=tau)
    temperatures = cdt_temperatures(COUNTS, gamma)
    y = torch.tensor([0, 1, 2, 2, 0])
    expected = vs_loss(z, y, COUNTS, temperatures, tau).mean()
    torch.testing.assert_close(value, expected, rtol=1e-14, atol=0)


def test_its_limits_are_the_two_losses_it_joins():
    assert (
        case(VSLoss, gamma=0, tau=1.5)[0]
        == case(LogitAdjustedLoss, tau=1.5)[0]
    )
    assert case(VSLoss, gamma=0.4, tau=0)[0] == case(CDTLoss, gamma=0.4)[0]


@pytest.mark.parametrize('name', ['gamma', 'tau'])
def test_a_negative_setting_is_refused(name):
    with pytest.raises(ValueError, match=f'`{name}`.*got -0.2'):
        VSLoss(**{name: -0.2})
