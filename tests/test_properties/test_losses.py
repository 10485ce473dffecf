"""Every registered loss, and every head with losses of its own.

As in a training: the class counts come first, then batches of one and more
samples, hard, mixed or soft labels, in four dtypes.
"""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from mmpretrain.registry import MODELS
from mmpretrain.structures import DataSample

import mmlt.models.heads
import mmlt.models.losses
from mmlt.structures import MixedLabels

from .inputs import TRIED, inputs

DEFERRED = dict(
    begin=1,
    before=dict(type='BalancedSoftmaxLoss'),
    after=dict(type='ClassBalancedCELoss'),
)
# name of a loss on logits -> configs of it
ON_LOGITS = {
    'BalancedSoftmaxLoss': [{}],
    'CDTLoss': [{}, dict(gamma=1.0)],
    'ClassBalancedCELoss': [{}, dict(reweight='cost_sensitive')],
    'ClassBalancedFocalLoss': [{}, dict(gamma=0.0), dict(reweight=None)],
    'DeferredLoss': [DEFERRED],
    'DiVELoss': [{}, dict(temperature=0.1, power=1.0)],
    'GaussianCloudedLoss': [{}, dict(margin=2.0, focus=1.0)],
    'LDAMLoss': [{}, dict(reweight='class_balanced')],
    'LADELoss': [{}, dict(alpha=1.0, strength=0.5)],
    'LabelAwareSmoothLoss': [{}],
    'LogitAdjustedLoss': [{}, dict(tau=0.0), dict(tau=3.0)],
    'OneVsAllFocalLoss': [{}],
    'SharpnessWeightedLoss': [
        dict(loss=dict(type='LogitAdjustedLoss')),
        dict(loss=dict(type='BalancedSoftmaxLoss'), power=0.0),
    ],
    'SyncSeesawLoss': [{}, dict(p=2.0, q=0.0)],
    'VSLoss': [{}, dict(gamma=1.0, tau=3.0)],
}
ON_DIRECTIONS = {
    'InterClassDiscrepancyLoss',
    'ClassFeatureConsistencyLoss',
}
HARD_ALONE = {
    'SyncSeesawLoss',
    'GaussianCloudedLoss',
    'LADELoss',
    'LDAMLoss',
    'OneVsAllFocalLoss',
    'ClassBalancedFocalLoss',
    'DiVELoss',
}
LOSSES = [
    pytest.param(name, settings, id=f'{name}-{i}')
    for name, all_settings in ON_LOGITS.items()
    for i, settings in enumerate(all_settings)
]
REDUCTIONS = ('mean', 'sum', 'none')


def test_every_loss_is_tried():
    losses = {
        name
        for name in mmlt.models.losses.__all__
        if name in MODELS.module_dict
    }
    assert losses == set(ON_LOGITS) | ON_DIRECTIONS


def labels_for(x, name):
    """Labels of a kind that a loss takes."""
    kind = x.integer(0, 2)
    if kind == 0 and name not in HARD_ALONE:
        return x.probs(dtype=torch.float32)
    if kind == 1:
        weight = x.uniform(x.n, dtype=torch.float32)
        return MixedLabels(x.labels(), x.labels(), weight)
    return x.labels()


@pytest.mark.parametrize(('name', 'settings'), LOSSES)
def test_a_loss_is_finite_and_so_are_its_gradients(name, settings):
    @TRIED
    @given(inputs(), st.sampled_from(REDUCTIONS))
    def tried(x, reduction):
        loss = MODELS.build(dict(type=name, **settings))
        counts = x.counts()
        for part in loss.modules():
            if hasattr(part, 'set_class_counts'):
                part.set_class_counts(counts)
        if hasattr(loss, 'set_progress'):
            loss.set_progress(x.integer(0, 2), 3)
        logits = x.logits()
        if name == 'LDAMLoss':
            logits = x.uniform(x.n, x.c, low=-1, high=1, dtype=x.dtype)
        before = logits.clone()
        logits.requires_grad_()
        extra = {}
        if name == 'DiVELoss':
            extra['teacher_logits'] = x.logits()
        if reduction == 'mean' and x.integer(0, 1):
            extra['avg_factor'] = x.n
        label = labels_for(x, name)
        value = loss(logits, label, reduction_override=reduction, **extra)
        assert torch.equal(before, logits.detach())
        assert value.shape == ((x.n,) if reduction == 'none' else ())
        assert value.dtype == x.wide
        assert value.isfinite().all()
        # each reduction by N: a sum in float16 may be beyond 65,504
        (value.sum() / x.n).backward()
        assert logits.grad.dtype == x.dtype
        assert logits.grad.isfinite().all()

    tried()


@pytest.mark.parametrize('name', sorted(ON_DIRECTIONS))
def test_a_loss_on_directions_is_finite(name):
    @TRIED
    @given(inputs(classes=1000))
    def tried(x):
        loss = MODELS.build(dict(type=name))
        kappa = x.kappa(most=100.0).requires_grad_()
        mu = x.directions().requires_grad_()
        features = x.features().requires_grad_()
        value = loss(kappa, mu, features, x.labels())
        assert value.shape == ()
        assert value.isfinite()
        value.backward()
        for leaf in (kappa, mu, features):
            assert leaf.grad is None or leaf.grad.isfinite().all()

    tried()


VMF = dict(
    aux_losses=[
        dict(type='InterClassDiscrepancyLoss'),
        dict(type='ClassFeatureConsistencyLoss'),
    ]
)
# name of a head -> configs of it
HEADS = {
    'BalPoEClsHead': [{}, dict(taus=(-1.0, 1.0, 3.0), scale=None)],
    'CausalClsHead': [{}],
    'CosineClsHead': [{}],
    'DisAlignClsHead': [{}, dict(cosine_scale=16.0)],
    'LWSClsHead': [{}],
    'LogitAdjustedClsHead': [{}],
    'MDCSClsHead': [{}, dict(scale=None, warmup=0)],
    'MultiExpertClsHead': [{}, dict(scale=16.0)],
    'NCLClsHead': [{}],
    'RIDEClsHead': [{}, dict(scale=None, diversity_factor=0.45)],
    'SADEClsHead': [{}],
    'SHIKEClsHead': [{}, dict(scale=None)],
    'TauNormClsHead': [{}],
    'VMFClsHead': [{}, VMF],
}
# is calibrated after the training, and has no loss of its own
AFTER_TRAINING = {'CalibratedClsHead'}


def test_every_head_is_tried():
    heads = {
        name
        for name in mmlt.models.heads.__all__
        if name in MODELS.module_dict
    }
    assert heads == set(HEADS) | AFTER_TRAINING


@pytest.mark.parametrize(
    ('name', 'settings'),
    [
        pytest.param(name, settings, id=f'{name}-{i}')
        for name, all_settings in HEADS.items()
        for i, settings in enumerate(all_settings)
    ],
)
def test_the_losses_of_a_head_are_finite(name, settings):
    @TRIED
    @given(inputs(classes=1000, samples=16, dim=64))
    def tried(x):
        head = MODELS.build(
            dict(type=name, num_classes=x.c, in_channels=x.d, **settings)
        )
        if hasattr(head, 'set_class_counts'):
            head.set_class_counts(x.counts())
        experts = getattr(head, 'num_experts', 1)
        views = getattr(head, 'num_views', 1)
        features = x.normal(
            views * x.n,
            experts * x.d,
            scale=min(x.scale, 30),
            dtype=torch.float32,
        ).requires_grad_()
        samples = [DataSample().set_gt_label(int(y)) for y in x.labels()]
        half = x.dtype == torch.bfloat16
        with torch.autocast('cpu', torch.bfloat16, enabled=half):
            losses = head.loss((features,), samples)
        total = sum(v for k, v in losses.items() if 'loss' in k)
        assert total.isfinite()
        total.backward()
        assert features.grad.isfinite().all()
        for part, parameter in head.named_parameters():
            if parameter.grad is not None:
                assert parameter.grad.isfinite().all(), part

    tried()
