"""The registered losses against the published code of FCC.

Repository lijian16/FCC, commit ba9e7d3 (22 May 2023), executed on CPU with the
counts of CIFAR-10-LT (ratio 100), the logits linspace(-2, 2, 40) as (4, 10)
and the labels 0, 3, 7, 9; printed to six digits after the point. The files in
https://github.com/lijian16/FCC/tree/ba9e7d3b8938c1cc092fc2546d9184ce4846ed1e/lib/loss:

    CE                   loss_base.py#L19-L27
    focal                loss_impl/focal_loss.py#L27-L41
    class-balanced       loss_impl/class_balanced_loss.py#L24-L93
    CSCE                 loss_impl/cost_sensitive_cross_entropy_loss.py#L18-L33
    CELS                 loss_impl/cross_entropy_label_smooth_loss.py#L22-L33
    CELAS                loss_impl/cross_entropy_label_aware_smooth_loss.py
                         #L19-L51
    CDT                  loss_impl/class_dependent_temperatures_loss.py#L19-L32
    balanced softmax     loss_impl/balanced_softmax_cross_entropy_loss.py
                         #L14-L26
    LDAM                 loss_impl/ldam_loss.py#L23-L65
    DiVE                 loss_impl/kld_loss.py#L22-L39

Second stages of DRW: after `update(epoch=161)` of the class (LDAM: 160).
Logit adjustment is not in that code: at tau 1 it is balanced softmax.
"""

import pytest
import torch
from mmpretrain.registry import MODELS

from mmlt.structures import BatchDataSample

COUNTS = [5000, 2997, 1796, 1077, 645, 387, 232, 139, 83, 50]
SENSITIVE = dict(reweight='cost_sensitive')
CELS = dict(head_smoothing=0.1, tail_smoothing=0.1)
VALUES = [
    (2.319959, dict(type='ClassBalancedCELoss', reweight=None)),
    (4.173016, dict(type='OneVsAllFocalLoss', gamma=2)),
    (14.653756, dict(type='ClassBalancedFocalLoss', gamma=1, beta=0.9999)),
    (5.722154, dict(type='ClassBalancedFocalLoss', gamma=1, beta=0.9)),
    (1.965502, dict(type='ClassBalancedCELoss', beta=0.9999)),
    (1.962858, dict(type='ClassBalancedCELoss', **SENSITIVE)),
    (2.322523, dict(type='LabelAwareSmoothLoss', **CELS)),
    (2.284756, dict(type='LabelAwareSmoothLoss')),
    (2.617983, dict(type='CDTLoss')),
    (3.017773, dict(type='BalancedSoftmaxLoss')),
    (3.017773, dict(type='LogitAdjustedLoss')),
    (21.935078, dict(type='LDAMLoss')),
    (14.10091, dict(type='LDAMLoss', reweight='class_balanced')),
    # second stages of DRW
    (2.89413, dict(type='ClassBalancedFocalLoss', gamma=2, **SENSITIVE)),
    (1.99612, dict(type='ClassBalancedCELoss', beta=0.999)),
]


def logits(dtype):
    return torch.linspace(-2, 2, 40, dtype=dtype).reshape(4, 10)


@pytest.mark.parametrize('dtype', [torch.float32, torch.float64])
@pytest.mark.parametrize(('value', 'cfg'), VALUES)
def test_loss_of_the_published_code(value, cfg, dtype):
    # through the head, which hands on avg_factor=4
    head = MODELS.build(dict(type='ClsHead', loss=cfg))
    if hasattr(head.loss_module, 'set_class_counts'):
        head.loss_module.set_class_counts(COUNTS)
    sample = BatchDataSample(gt_label=torch.tensor([0, 3, 7, 9]))
    got = head.loss((logits(dtype),), [sample])['loss']
    assert got.dtype == dtype
    assert got.item() == pytest.approx(value, abs=1e-5)


def test_ldam_on_a_quarter_of_the_logits():
    loss = MODELS.build(dict(type='LDAMLoss'))
    loss.set_class_counts(COUNTS)
    got = loss(logits(torch.float64) / 4, torch.tensor([0, 3, 7, 9]))
    assert got.item() == pytest.approx(13.247395, abs=1e-5)
