import numpy as np
import pytest
import torch

pytest.importorskip('mmseg')
from mmseg.evaluation import IoUMetric

from mmlt.dense import PixelMetrics, pixel_metrics
from mmlt.functional import calibration_error, log_counts

COUNTS = [900, 50, 300, 7, 20]
C = len(COUNTS)


def samples(number=4, shape=(9, 7)):
    """Predictions and labels, some of them ignored, one class never there."""
    generator = torch.Generator().manual_seed(1)
    found = []
    for _ in range(number):
        labels = torch.randint(0, 4, shape, generator=generator)
        logits = 2 * torch.randn(C, *shape, generator=generator)
        logits.scatter_add_(0, labels[None], torch.full((1, *shape), 1.5))
        labels[0, :3] = 255
        found.append(
            {
                'seg_logits': {'data': logits},
                'pred_sem_seg': {'data': logits.argmax(0)[None]},
                'gt_sem_seg': {'data': labels[None].byte()},
            }
        )
    return found


def result(metric, found):
    metric.dataset_meta = {'classes': [f'kind {c}' for c in range(C)]}
    for sample in found:
        metric.process({}, [sample])
    return metric.evaluate(len(found))


def pixels(found, shift=0.0):
    """Scores and labels of all labeled pixels."""
    scores = torch.cat([s['seg_logits']['data'].flatten(1).T for s in found])
    labels = torch.cat([s['gt_sem_seg']['data'].flatten() for s in found])
    known = labels != 255
    scores = scores[known] + shift * log_counts(COUNTS).float()
    return scores.softmax(1), labels[known].long()


def test_overlap_and_accuracy_are_those_of_mmsegmentation():
    ours = result(PixelMetrics(classwise=True), samples())
    theirs = IoUMetric(iou_metrics=['mIoU'], prefix='their')
    expected = result(theirs, samples())
    for name in ('mIoU', 'mAcc', 'aAcc'):
        # theirs are rounded to two digits
        got = ours[f'pixel/{name}']
        assert got == pytest.approx(expected[f'their/{name}'], abs=0.0051)
    assert np.isnan(ours['pixel/Acc/kind 4'])
    assert ours['pixel/IoU/kind 4'] == 0.0


@pytest.mark.parametrize(('name', 'shift'), [('', 0.0), ('train/', 1.0)])
def test_calibration_is_that_of_all_pixels_at_once(name, shift):
    metric = PixelMetrics(
        sizes=(1, 2, 2), shifts=dict(train=1.0), class_counts=COUNTS
    )
    got = result(metric, samples())
    probs, labels = pixels(samples(), shift)
    groups = {'': range(C), '_head': [0], '_body': [1, 2], '_tail': [3, 4]}
    for group, members in groups.items():
        mine = torch.isin(labels, torch.tensor(list(members)))
        expected = calibration_error(probs[mine], labels[mine]).item() * 100
        assert got[f'pixel/{name}ECE{group}'] == pytest.approx(
            expected, rel=1e-6
        )


def test_a_group_is_a_mean_over_its_classes():
    metric = PixelMetrics(sizes=(1, 2, 2), classwise=True, class_counts=COUNTS)
    got = result(metric, samples())
    body = [got[f'pixel/IoU/kind {c}'] for c in (1, 2)]
    assert got['pixel/IoU_body'] == pytest.approx(sum(body) / 2, rel=1e-12)
    # class 4 never occurs: of the tail it is left out of the accuracy
    assert got['pixel/Acc_tail'] == got['pixel/Acc/kind 3']


def test_a_shift_is_another_prior_of_the_same_predictions():
    shifted = samples()
    for sample in shifted:
        prior = log_counts(COUNTS).float()
        logits = sample['seg_logits']['data'].add_(prior[:, None, None])
        sample['pred_sem_seg']['data'] = logits.argmax(0)[None]
    metric = PixelMetrics(shifts=dict(train=1.0), class_counts=COUNTS)
    got, plain = result(metric, samples()), result(PixelMetrics(), shifted)
    for name in ('mIoU', 'mAcc', 'aAcc', 'ECE'):
        assert got[f'pixel/train/{name}'] == pytest.approx(
            plain[f'pixel/{name}'], rel=1e-9
        )


def test_an_image_that_a_sampler_repeats_counts_once(monkeypatch):
    metric = PixelMetrics()
    plain = result(metric, samples(3))
    found = samples(3)
    for sample in [*found, found[-1]]:
        metric.process({}, [sample])
    assert metric.evaluate(3) == plain


def test_an_image_without_labeled_pixels_changes_nothing():
    blank = samples(1)[0]
    blank['gt_sem_seg']['data'].fill_(255)
    metric = PixelMetrics()
    assert result(metric, [*samples(3), blank]) == result(metric, samples(3))


def test_what_is_wrong_is_said():
    with pytest.raises(RuntimeError, match='training pixels of 5 classes'):
        result(PixelMetrics(sizes=(1, 2, 2)), samples())
    wrong = samples(1)
    wrong[0]['gt_sem_seg']['data'][0, 4, 4] = 9
    with pytest.raises(ValueError, match='from 0 to 4, but got 9'):
        result(PixelMetrics(), wrong)
    single = samples(1)
    single[0]['seg_logits']['data'] = torch.randn(1, 9, 7)
    with pytest.raises(ValueError, match='two classes or more'):
        result(PixelMetrics(), single)
    with pytest.raises(ValueError, match='shifts'):
        PixelMetrics(shifts=dict(train=float('inf')))


def test_scores_of_another_prediction_are_refused():
    """mmsegmentation merges predictions of several views, and no scores."""
    found = samples(1)
    found[0]['pred_sem_seg']['data'] = found[0]['pred_sem_seg']['data'].roll(1)
    with pytest.raises(ValueError, match=r'of 63 pixels differ: test-time'):
        result(PixelMetrics(), found)
    del found[0]['pred_sem_seg']
    assert result(PixelMetrics(), found) == result(PixelMetrics(), samples(1))


def test_a_network_that_diverged_has_no_numbers():
    found = samples(1)
    found[0]['seg_logits']['data'][:, 5, 5] = float('nan')
    with pytest.raises(ValueError, match='Did the training diverge'):
        result(PixelMetrics(), found)


def test_sums_of_very_many_pixels_are_carried_over(monkeypatch):
    """As if every image had 2^26 times its pixels: an int64 has no room."""
    plain = result(PixelMetrics(), samples())
    sums = pixel_metrics.calibration_sums
    many = 2**26
    monkeypatch.setattr(
        pixel_metrics, 'calibration_sums', lambda *a: sums(*a) * many
    )
    metric = PixelMetrics()
    for _ in range(8):
        for sample in samples():
            metric.process({}, [sample])
    metric.dataset_meta = {}
    total = metric.sums['bins'][0].sum(0)
    assert total[0].sum() == 8 * many * len(pixels(samples())[1])
    assert total[0].max() > 2**32
    assert (metric.sums['bins'] >= 0).all()
    assert metric.read()['ECE'] == pytest.approx(plain['pixel/ECE'], rel=1e-9)
