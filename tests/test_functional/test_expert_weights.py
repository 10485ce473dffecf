import pytest
import torch

from mmlt.functional import learn_expert_weights, view_agreement


def views(steady=0, n=64, c=5, generator=None):
    """Two views on which one expert is sure and the others guess."""
    first, second = 0.5 * torch.randn(2, 3, n, c, generator=generator)
    same = 6 * torch.eye(c)[torch.arange(n) % c]
    first[steady] = second[steady] = same
    return first, second


@pytest.mark.parametrize('steady', [0, 1, 2])
def test_the_expert_that_says_the_same_twice_gets_the_weight(steady):
    data = [views(steady) for _ in range(5)]
    history = learn_expert_weights(lambda: data, 3, epochs=5, lr=0.3)
    assert history[0].tolist() == pytest.approx([1 / 3] * 3)
    assert history[-1].argmax() == steady
    before, after = (
        sum(view_agreement(a, b, w.float()) for a, b in data)
        for w in (history[0], history[-1])
    )
    assert after > before
    for weights in history:
        assert weights.sum().item() == pytest.approx(1)
        assert (weights > 0).all()


def test_steps_are_those_of_nesterov_sgd():
    """Two steps by hand: m = 0.9 m + g; w -= lr (g + 0.9 m)."""
    data = [views() for _ in range(2)]
    history = learn_expert_weights(
        lambda: data, 3, epochs=1, lr=0.1, weight_decay=0.01
    )
    raw = torch.full((3,), 1 / 3, dtype=torch.float64)
    buffer = torch.zeros(3, dtype=torch.float64)
    for first, second in data:
        point = raw.clone().requires_grad_()
        value = view_agreement(first, second, point.softmax(0).float())
        (gradient,) = torch.autograd.grad(-value, point)
        gradient = gradient + 0.01 * raw
        buffer = 0.9 * buffer + gradient
        raw = raw - 0.1 * (gradient + 0.9 * buffer)
    torch.testing.assert_close(
        history[-1], raw.softmax(0), rtol=1e-6, atol=1e-8
    )


def test_it_stops_when_an_expert_is_out():
    data = [views() for _ in range(5)]
    history = learn_expert_weights(
        lambda: data, 3, epochs=50, lr=0.3, least_weight=0.2
    )
    assert 2 < len(history) < 51
    assert history[-1].min() < 0.2
    assert all(w.min() >= 0.2 for w in history[:-1])


def test_settings_out_of_range():
    for args, match in (((3, 0), '`epochs`'), ((1, 5), 'two experts')):
        with pytest.raises(ValueError, match=match):
            learn_expert_weights(lambda: [], *args)
