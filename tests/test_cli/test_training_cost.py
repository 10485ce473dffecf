"""Numbers by hand."""

import pytest

from mmlt.cli.training_cost import (
    all_reduce_bytes,
    model_state_bytes,
    step_seconds,
)


def test_a_ring_sends_twice_the_gradient_in_the_limit():
    assert all_reduce_bytes(100, 1) == 0
    assert all_reduce_bytes(100, 2) == 100
    assert all_reduce_bytes(100, 4) == 150
    assert all_reduce_bytes(100, 10**9) == pytest.approx(200)


def test_a_ring_simulated_step_by_step():
    """Each of 4 devices sends one of 4 parts in each of 2 x 3 rounds."""
    devices, part = 4, 25
    sent = sum(part for _ in range(2 * (devices - 1)))
    assert all_reduce_bytes(devices * part, devices) == sent


def test_a_step():
    assert step_seconds(30, speed=10) == 3
    assert step_seconds(30, 10, sent_bytes=8, bandwidth=4) == 5
    assert step_seconds(30, 10, sent_bytes=8, bandwidth=4, overlap=True) == 3
    assert step_seconds(30, 10, sent_bytes=80, bandwidth=4, overlap=True) == 20


def test_state_of_a_model():
    assert model_state_bytes(10, 10) == 120
    assert model_state_bytes(10, 10, moments=0) == 80
    assert model_state_bytes(10, 10, moments=2) == 160
    assert model_state_bytes(10, 2) == 56


def test_wrong_settings_are_refused():
    with pytest.raises(ValueError, match='`num_devices` to be >= 1'):
        all_reduce_bytes(1, 0)
    with pytest.raises(ValueError, match='`speed` to be > 0'):
        step_seconds(1, 0)
    with pytest.raises(ValueError, match='`bandwidth` to be > 0'):
        step_seconds(1, 1, 1, 0)
