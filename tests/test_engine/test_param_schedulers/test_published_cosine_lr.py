import math

import pytest
import torch
from mmengine.optim import CosineAnnealingLR, OptimWrapper
from mmpretrain.registry import PARAM_SCHEDULERS
from torch import nn

from mmlt.engine import PublishedCosineLR


def optimizer(rate=0.2):
    return torch.optim.SGD(nn.Linear(1, 1).parameters(), lr=rate)


def rates(epochs, rate=0.2, **settings):
    """Learning rate in each epoch."""
    sgd = optimizer(rate)
    scheduler = PublishedCosineLR(OptimWrapper(sgd), **settings)
    found = []
    for _ in range(epochs):
        found.append(sgd.param_groups[0]['lr'])
        sgd.step()
        scheduler.step()
    return found


@pytest.mark.filterwarnings('ignore:Detected call of')
@pytest.mark.parametrize(
    ('epochs', 'eta_min'), [(5, 0.0), (10, 0.0), (30, 0.0), (400, 1e-4)]
)
def test_equals_torch_stepped_before_each_epoch(epochs, eta_min):
    """The loop of the published code, with torch's scheduler."""
    sgd = optimizer()
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(
        sgd, epochs, eta_min=eta_min
    )
    expected = []
    for _ in range(epochs):
        scheduler.step()
        expected.append(sgd.param_groups[0]['lr'])
    found = rates(epochs, T_max=epochs, eta_min=eta_min)
    assert found == pytest.approx(expected, rel=1e-9, abs=1e-15)
    assert found[-1] == pytest.approx(eta_min, abs=1e-15)


def test_rates_of_lws():
    """Five epochs from 0.2 to 0: by hand."""
    root = math.sqrt(5)
    cosines = [(1 + root) / 4, (root - 1) / 4, (1 - root) / 4, -(1 + root) / 4]
    expected = [0.1 * (1 + c) for c in cosines] + [0]
    assert rates(5, T_max=5) == pytest.approx(expected, rel=1e-12, abs=1e-16)
    assert sum(expected) == pytest.approx(0.4)


@pytest.mark.parametrize(
    ('epochs', 'ratio'), [(5, 1.5), (10, 1.2222), (30, 1.0690), (90, 1.0225)]
)
def test_how_much_more_the_other_phase_learns(epochs, ratio):
    ours = rates(epochs, T_max=epochs, as_published=False)
    theirs = rates(epochs, T_max=epochs)
    assert sum(ours) / sum(theirs) == pytest.approx(ratio, abs=1e-4)


def test_otherwise_it_is_the_scheduler_of_mmengine():
    sgd = optimizer()
    scheduler = CosineAnnealingLR(OptimWrapper(sgd), T_max=30, eta_min=1e-4)
    expected = []
    for _ in range(30):
        expected.append(sgd.param_groups[0]['lr'])
        sgd.step()
        scheduler.step()
    found = rates(30, T_max=30, eta_min=1e-4, as_published=False)
    assert found == pytest.approx(expected, rel=1e-9)


def test_two_epochs_for_one_of_the_published_code():
    """90 epochs with the 45 rates of vMF's code."""
    found = rates(90, T_max=90, every=2)
    assert found[::2] == found[1::2]
    assert found[::2] == pytest.approx(rates(45, T_max=45), rel=1e-12)
    plain = rates(90, T_max=90, as_published=False)
    assert sum(plain) / sum(found) == pytest.approx(1.0341, abs=1e-4)


def test_the_rate_does_not_rise_again():
    found = rates(9, T_max=9, every=2)
    assert found[-1] == 0
    assert found == sorted(found, reverse=True)


def test_lowest_rate_as_a_share():
    found = rates(4, T_max=4, eta_min_ratio=0.1)
    assert found == pytest.approx(rates(4, T_max=4, eta_min=0.02))


def test_resumed_in_the_middle_it_goes_on():
    sgd = optimizer()
    scheduler = PublishedCosineLR(OptimWrapper(sgd), T_max=6)
    for _ in range(3):
        sgd.step()
        scheduler.step()
    again = optimizer()
    resumed = PublishedCosineLR(OptimWrapper(again), T_max=6)
    again.load_state_dict(sgd.state_dict())
    resumed.load_state_dict(scheduler.state_dict())
    found = []
    for _ in range(3):
        found.append(again.param_groups[0]['lr'])
        again.step()
        resumed.step()
    assert found == rates(6, T_max=6)[3:]


def test_a_conversion_to_iterations_is_refused():
    setting = dict(
        type='PublishedCosineLR',
        optimizer=OptimWrapper(optimizer()),
        T_max=4,
        convert_to_iter_based=True,
        epoch_length=10,
    )
    with pytest.raises(ValueError, match='to count epochs'):
        PARAM_SCHEDULERS.build(setting)


def test_every_is_an_epoch_at_least():
    with pytest.raises(ValueError, match='`every` to be an integer >= 1'):
        rates(4, T_max=4, every=0)
