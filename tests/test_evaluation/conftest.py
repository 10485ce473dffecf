import pytest
import torch
from mmpretrain.structures import DataSample

from mmlt.structures import BatchDataSample


@pytest.fixture
def predictions():
    """103 random predictions of 5 classes: scores and labels."""
    scores = torch.randn(103, 5).mul(2).softmax(1)
    return scores, torch.randint(0, 5, (103,))


def batched(scores, labels, size):
    """Batches of one BatchDataSample, the last one incomplete."""
    for s, y in zip(scores.split(size), labels.split(size), strict=True):
        sample = BatchDataSample(gt_label=y)
        sample.pred_score, sample.pred_label = s, s.argmax(1)
        yield [sample]


def listed(scores, labels, size):
    """Batches of the parent's samples, one per image."""
    for s, y in zip(scores.split(size), labels.split(size), strict=True):
        yield [
            DataSample()
            .set_gt_label(label)
            .set_pred_score(score)
            .set_pred_label(score.argmax())
            for score, label in zip(s, y, strict=True)
        ]


def run(evaluator, batches, size):
    for samples in batches:
        evaluator.process(samples)
    return evaluator.evaluate(size)


def made_predictions(seed, classes, dtype, shape):
    """600 predictions of whole numbers divided once: no machine differs.

    'peaked' has sure ones and ties, 'flat' confidences below 1/512.
    """
    generator = torch.Generator().manual_seed(seed)

    def draw(low, high, *size):
        return torch.randint(low, high, size, generator=generator)

    low, high = {'peaked': (0, 10), 'flat': (1000, 1100)}[shape]
    mass = draw(low, high, 600, classes).double()
    if shape == 'peaked':
        mass = mass**3 + 1
    scores = (mass / mass.sum(1, keepdim=True)).to(getattr(torch, dtype))
    guess = draw(0, classes, 600)
    labels = torch.where(draw(0, 10, 600) < 6, scores.argmax(1), guess)
    return scores, labels
