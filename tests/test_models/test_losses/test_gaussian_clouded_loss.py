import pytest
import torch

from mmlt.functional import cloud_amplitudes, gaussian_clouded_loss
from mmlt.models import GaussianCloudedLoss
from mmlt.models.losses import gaussian_clouded_loss as module
from mmlt.structures import MixedLabels
from tests.golden_cases import COUNTS, LABELS

LOGITS = 8 * torch.tensor(
    [[0.6, 0.1, -0.2, 0.05], [0, 0.5, 0.2, -0.1], [-0.3, 0.1, 0.2, 0.4]]
)


def build(**settings):
    loss = GaussianCloudedLoss(**settings)
    loss.set_class_counts(COUNTS)
    return loss


@pytest.fixture
def drawn(monkeypatch):
    """The noise that was drawn, in order."""
    found = []
    draw = module.cloud_noise

    def keep(*args):
        found.append(draw(*args))
        return found[-1]

    monkeypatch.setattr(module, 'cloud_noise', keep)
    return found


def test_it_is_the_function_of_the_noise_it_drew(drawn):
    settings = dict(strength=6.0, margin=2.0, focus=1.0)
    value = build(**settings)(LOGITS, LABELS)
    (noise,) = drawn
    assert noise.shape == LOGITS.shape
    losses = gaussian_clouded_loss(
        LOGITS, LABELS, cloud_amplitudes(COUNTS), noise, **settings
    )
    torch.testing.assert_close(value, losses.mean())


def test_mixed_labels_are_the_weighted_mean_each_with_its_noise(drawn):
    second = torch.tensor([1, 3, 0])
    mixed = MixedLabels(LABELS, second, torch.full((3,), 0.7))
    value = build()(LOGITS, mixed)
    noises = drawn[-2:]
    assert not torch.equal(*noises)
    amplitudes = cloud_amplitudes(COUNTS)
    first, other = (
        gaussian_clouded_loss(LOGITS, labels, amplitudes, noise).mean()
        for labels, noise in zip((LABELS, second), noises, strict=True)
    )
    torch.testing.assert_close(value, 0.7 * first + 0.3 * other)


class TestTheNoiseOfAnEpoch:
    def values(self, loss, epoch, state=None, batches=3):
        loss.set_progress(epoch, 10)
        loss.set_random_state(state)
        return [loss(LOGITS, LABELS).item() for _ in range(batches)]

    def test_it_is_another_in_every_batch_and_epoch(self):
        loss = build()
        values = self.values(loss, 0) + self.values(loss, 1)
        assert len(set(values)) == 6

    def test_a_resumed_run_draws_the_same(self):
        whole = build()
        self.values(whole, 0)
        expected = self.values(whole, 1)
        torch.rand(5)  # whatever else was drawn
        assert self.values(build(), 1) == expected

    def test_also_in_the_middle_of_an_epoch(self):
        whole = build()
        expected = self.values(whole, 1)
        part = build()
        self.values(part, 1, batches=1)
        state = part.random_state()
        assert self.values(build(), 1, state, batches=2) == expected[1:]

    def test_it_is_that_of_the_seed(self):
        seed = torch.initial_seed()
        try:
            torch.manual_seed(1)
            first = self.values(build(), 1)
            torch.manual_seed(2)
            assert self.values(build(), 1) != first
        finally:
            torch.manual_seed(seed)


def test_without_mmengine_it_is_that_of_torch(monkeypatch):
    monkeypatch.setattr(module, 'has_trainer', lambda: False)
    loss = build()
    loss.set_progress(1, 10)
    loss.set_random_state(loss.random_state())
    torch.manual_seed(3)
    first = loss(LOGITS, LABELS)
    torch.manual_seed(3)
    assert loss(LOGITS, LABELS) == first
    assert loss(LOGITS, LABELS) != first


def test_soft_labels_are_refused():
    with pytest.raises(TypeError, match='one class per label'):
        build()(LOGITS, torch.full((3, 4), 0.25))


@pytest.mark.parametrize('name', ['strength', 'margin', 'focus'])
def test_a_negative_setting_is_refused(name):
    with pytest.raises(ValueError, match=f'`{name}`.*got -1'):
        GaussianCloudedLoss(**{name: -1})
