"""A part that acts by the epoch says, once, that nobody tells it."""

import logging

import pytest
import torch

import mmlt.models.progress
from mmlt.models import BatchMinorityCutMix, FCCNeck

LABELS = torch.tensor([0, 1, 1, 0])


def neck(begin=0.25):
    part = FCCNeck(0.5, begin=begin)
    part.set_class_counts([10, 3])
    return part, lambda: part(torch.randn(4, 2), LABELS)


def cutmix():
    part = BatchMinorityCutMix()
    images, generator = torch.randn(4, 3, 8, 8), torch.Generator()
    return part, lambda: part(images, LABELS, generator)


@pytest.fixture
def said(monkeypatch):
    lines = []
    monkeypatch.setattr(
        mmlt.models.progress,
        'print_log',
        lambda text, logger, level: lines.append((level, text)),
    )
    return lines


@pytest.mark.parametrize(
    ('make', 'meanwhile'),
    [(neck, 'scales no feature'), (cutmix, 'pastes nothing')],
)
def test_a_part_that_waits_for_its_epoch_says_that_it_is_not_told(
    said, make, meanwhile
):
    part, step = make()
    step(), step()
    assert len(said) == 1
    level, text = said[0]
    assert level == logging.WARNING
    assert text.startswith(
        f'{type(part).__name__} was not told the epoch and {meanwhile}. '
    )
    assert '`set_progress(epoch, max_epochs)`' in text


@pytest.mark.parametrize('make', [neck, cutmix])
def test_nothing_is_said_before_its_epoch_has_come(said, make):
    part, step = make()
    part.set_progress(0, 20)
    step()
    assert not said


def test_nothing_is_said_where_the_epoch_does_not_matter(said):
    part, step = neck(begin=0)
    step()
    part.eval()
    step()
    assert not said
