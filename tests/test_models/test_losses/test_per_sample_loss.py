"""What every loss on logits and labels keeps, also those to come.

A new loss is found by its base class; it needs no line here.
"""

import inspect

import pytest
import torch
import torch.nn.functional as F
from mmpretrain.models import LinearClsHead
from mmpretrain.registry import MODELS

import mmlt.models
from mmlt.losses import BalancedSoftmaxLoss, LDAMLoss
from mmlt.models.losses.class_counts_loss import ClassCountsLoss
from mmlt.models.losses.per_sample_loss import PerSampleLoss
from mmlt.models.losses.reweighted_loss import ReweightedLoss
from mmlt.structures import BatchDataSample, MixedLabels

COUNTS = [130, 93, 66, 47, 34, 24, 17, 12, 9, 6, 5, 3]
LOSSES = sorted(
    name
    for name in mmlt.models.__all__
    if isinstance(kind := getattr(mmlt.models, name), type)
    and issubclass(kind, PerSampleLoss)
)
COUNTED = [
    n for n in LOSSES if issubclass(getattr(mmlt.models, n), ClassCountsLoss)
]
REWEIGHTED = [
    n for n in LOSSES if issubclass(getattr(mmlt.models, n), ReweightedLoss)
]
# what makes a loss one and the same function of every batch: without noise,
# and without a factor that has no gradient
STILL = {
    'GaussianCloudedLoss': dict(strength=0.0),
    'SyncSeesawLoss': dict(q=0.0),
}
# buffers beside the counts
BUFFERS = {'SyncSeesawLoss': {'seen'}}


def make(name, **settings):
    # in evaluation, where no loss counts its batches
    return MODELS.build(
        dict(type=name, **STILL.get(name, {}), **settings)
    ).eval()


def build(name, counts=COUNTS, **settings):
    loss = make(name, **settings)
    if hasattr(loss, 'set_class_counts'):
        loss.set_class_counts(counts)
    return loss


def batch(dtype=torch.float64, num_samples=8, num_classes=12):
    logits = torch.randn(num_samples, num_classes).to(dtype)
    # labels beyond ten: no order of labels as strings
    labels = torch.tensor([11, 10, 2, 1, 0, 9, 11, 3])[:num_samples]
    return logits, labels % num_classes


def mixed_labels(labels):
    weight = torch.linspace(0, 1, len(labels), dtype=torch.float64)
    return MixedLabels(labels, labels.flip(0), weight)


def test_there_are_losses():
    assert {'BalancedSoftmaxLoss', 'LDAMLoss', 'CDTLoss'} <= set(LOSSES)
    assert 'OneVsAllFocalLoss' in set(LOSSES) - set(COUNTED)


@pytest.mark.parametrize('name', LOSSES)
def test_signature_is_that_of_the_parent(name):
    loss = MODELS.get(name)
    parameters = inspect.signature(loss.forward).parameters.values()
    assert [p.name for p in parameters] == [
        'self',
        'cls_score',
        'label',
        'weight',
        'avg_factor',
        'reduction_override',
    ]
    assert [p.default for p in parameters][3:] == [None] * 3
    with pytest.raises(TypeError, match='eight'):
        build(name)(*batch(), eight=1)


@pytest.mark.parametrize('name', LOSSES)
def test_reductions_agree(name):
    loss, (z, y) = build(name), batch()
    each = loss(z, y, reduction_override='none')
    assert each.shape == (8,)
    total = loss(z, y, reduction_override='sum')
    torch.testing.assert_close(total, each.sum(), rtol=1e-14, atol=0)
    shares = loss.label_weights(y)
    divisor = 8 if shares is None else shares.sum()
    for mean in (loss(z, y), loss(z, y, avg_factor=8)):
        torch.testing.assert_close(mean, total / divisor, rtol=1e-12, atol=0)
    double = build(name, loss_weight=2.0, reduction='sum')
    torch.testing.assert_close(double(z, y), 2 * total, rtol=1e-14, atol=0)


@pytest.mark.parametrize('name', LOSSES)
def test_avg_factor_and_weight_are_as_of_the_parent(name):
    loss, (z, y) = build(name), batch()
    mean = loss(z, y)
    torch.testing.assert_close(loss(z, y, avg_factor=16), mean / 2)
    weight = torch.arange(8.0)
    each = loss(z, y, reduction_override='none')
    weighted = loss(z, y, weight=weight, reduction_override='none')
    torch.testing.assert_close(weighted, weight * each)
    torch.testing.assert_close(
        loss(z, y, weight=weight), mean * (weight * each).sum() / each.sum()
    )


@pytest.mark.parametrize('name', REWEIGHTED)
def test_equal_counts_leave_no_weights(name):
    z, y = batch()
    plain = build(name, [7] * 12, reweight=None)(z, y)
    for reweight in ('class_balanced', 'cost_sensitive'):
        loss = build(name, [7] * 12, reweight=reweight)
        torch.testing.assert_close(loss(z, y), plain, rtol=1e-12, atol=0)


@pytest.mark.parametrize('name', REWEIGHTED)
def test_beta_and_power_zero_leave_no_weights(name):
    z, y = batch()
    plain = build(name, reweight=None)(z, y)
    for settings in (
        dict(reweight='class_balanced', beta=0),
        dict(reweight='cost_sensitive', power=0),
    ):
        loss = build(name, **settings)
        torch.testing.assert_close(loss(z, y), plain, rtol=1e-12, atol=0)


@pytest.mark.parametrize('name', REWEIGHTED)
def test_unknown_weights_are_refused(name):
    with pytest.raises(ValueError, match="`reweight`.*got 'inverse'"):
        build(name, reweight='inverse')
    with pytest.raises(ValueError, match='`beta`.*got 1'):
        build(name, beta=1.0)
    with pytest.raises(ValueError, match='`power`.*got -1'):
        build(name, power=-1)


@pytest.mark.parametrize('name', LOSSES)
def test_mixed_labels_are_the_weighted_sum_of_the_two(name):
    loss, (z, y) = build(name), batch()
    mixed = mixed_labels(y)
    a, b = (
        loss(z, label, reduction_override='none')
        for label in (mixed.label_a, mixed.label_b)
    )
    expected = mixed.weight * a + (1 - mixed.weight) * b
    got = loss(z, mixed, reduction_override='none')
    torch.testing.assert_close(got, expected, rtol=1e-12, atol=0)
    mean = expected.mean()
    if loss.label_weights(y) is not None:
        shares = mixed.average(loss.label_weights)
        mean = expected.sum() / shares.sum()
    torch.testing.assert_close(loss(z, mixed), mean, rtol=1e-12, atol=0)
    one_sided = MixedLabels(y, y.flip(0), torch.ones(8))
    torch.testing.assert_close(
        loss(z, one_sided), loss(z, y), rtol=1e-12, atol=0
    )


@pytest.mark.parametrize('name', LOSSES)
def test_soft_labels_are_mixed_labels_or_refused(name):
    loss, (z, y) = build(name), batch()
    mixed = mixed_labels(y)
    soft = F.one_hot(mixed.label_a, 12) * mixed.weight[:, None]
    soft = soft + F.one_hot(mixed.label_b, 12) * (1 - mixed.weight)[:, None]
    if loss.accepts_soft_labels:
        torch.testing.assert_close(
            loss(z, soft), loss(z, mixed), rtol=1e-12, atol=0
        )
    else:
        with pytest.raises(TypeError, match=f'{name}.*MixedLabels'):
            loss(z, soft)


@pytest.mark.parametrize('name', LOSSES)
def test_heads_of_the_parent_hand_on_all_kinds_of_labels(name):
    head = LinearClsHead(12, 5, loss=dict(type=name, **STILL.get(name, {})))
    head.eval()
    if name in COUNTED:
        head.loss_module.set_class_counts(COUNTS)
    feats, labels = (torch.randn(8, 5),), batch()[1]
    for label in (labels, mixed_labels(labels)):
        sample = BatchDataSample(gt_label=label)
        got = head.loss(feats, [sample])['loss']
        torch.testing.assert_close(got, head.loss_module(head(feats), label))


@pytest.mark.parametrize('name', LOSSES)
def test_gradcheck(name):
    loss, (z, y) = build(name), batch()
    z.requires_grad_()
    assert torch.autograd.gradcheck(lambda z: loss(z, y), z)
    mixed = mixed_labels(y)
    assert torch.autograd.gradcheck(lambda z: loss(z, mixed), z)


@pytest.mark.parametrize('name', LOSSES)
def test_dtype_is_that_of_the_logits(name):
    loss = build(name)
    for dtype in (torch.float32, torch.float64):
        z, y = batch(dtype)
        assert loss(z, y).dtype == dtype
        assert loss(z, mixed_labels(y)).dtype == dtype


@pytest.mark.parametrize('dtype', [torch.float16, torch.bfloat16])
@pytest.mark.parametrize('name', LOSSES)
def test_half_precision_is_computed_in_float32(name, dtype):
    loss, (z, y) = build(name), batch(dtype)
    expected = loss(z.float(), y)
    assert torch.equal(loss(z, y), expected)
    with torch.autocast('cpu', torch.bfloat16):
        assert torch.equal(loss(z, y), expected)
        assert loss(z.double(), y).dtype == torch.float64
    z.requires_grad_()
    (grad,) = torch.autograd.grad(loss(z, y), z)
    assert grad.dtype == dtype
    assert grad.isfinite().all()


@pytest.mark.parametrize('dtype', [torch.float32, torch.bfloat16])
@pytest.mark.parametrize('size', [1e4, 1e30])
@pytest.mark.parametrize('name', LOSSES)
def test_huge_logits_have_a_finite_loss_and_gradient(name, size, dtype):
    loss, (z, y) = build(name), batch(dtype)
    if name == 'LADELoss':  # squares them: 1e60 is infinite in float32
        size = min(size, 1e15)
    z = (z * size).requires_grad_()
    for label in (y, mixed_labels(y)):
        value = loss(z, label)
        assert value.isfinite()
        (grad,) = torch.autograd.grad(value, z)
        assert grad.isfinite().all()


@pytest.mark.parametrize('name', LOSSES)
def test_one_class_and_one_image(name):
    loss = build(name, [5])
    z = torch.zeros(1, 1, requires_grad=True)
    value = loss(z, torch.tensor([0]))
    assert value.isfinite()
    assert torch.autograd.grad(value, z)[0].isfinite().all()


@pytest.mark.parametrize('name', LOSSES)
def test_convention_any_integer_labels_will_do(name):
    loss, (z, y) = build(name), batch()
    for dtype in (torch.int32, torch.uint8):
        assert torch.equal(loss(z, y.to(dtype)), loss(z, y))


@pytest.mark.parametrize('name', LOSSES)
def test_what_does_not_fit_is_refused(name):
    loss, (z, y) = build(name), batch()
    with pytest.raises(ValueError, match=f'{name} .*7 labels'):
        loss(z, y[:7])
    with pytest.raises(ValueError, match=f'{name}.*logits'):
        loss(z[0], y)
    with pytest.raises(ValueError, match=f'{name}.*8, 3'):
        loss(z, torch.rand(8, 3))
    with pytest.raises(ValueError, match=r'got .8, 1.. Pass `labels.squeeze'):
        loss(z, y[:, None])
    with pytest.raises(ValueError, match="`reduction_override`.*'average'"):
        loss(z, y, reduction_override='average')
    with pytest.raises(ValueError, match="`avg_factor`.*8 with 'sum'"):
        loss(z, y, avg_factor=8, reduction_override='sum')
    with pytest.raises(ValueError, match="`reduction`.*'batchmean'"):
        build(name, reduction='batchmean')
    with pytest.raises(TypeError, match="`loss_weight`.*'1'"):
        build(name, loss_weight='1')


@pytest.mark.parametrize('training', [False, True])
@pytest.mark.parametrize('name', LOSSES)
def test_labels_that_are_no_classes_are_named(name, training):
    loss, (z, y) = build(name).train(training), batch()
    if name == 'LDAMLoss':  # on cosines
        z = z.clamp(-1, 1)
    for wrong in (12, -1):
        other = y.clone()
        other[3] = wrong
        rule = f'Expected `label` from 0 to 11, but got {wrong} at index 3'
        for label in (other, MixedLabels(other, y, torch.ones(8))):
            with pytest.raises(ValueError, match=rule) as caught:
                loss(z, label)
            assert f'{name} have 12 classes' in str(caught.value)


def test_an_error_that_is_not_of_the_labels_is_left_alone():
    class Broken(PerSampleLoss):
        def per_sample(self, logits, labels):
            raise RuntimeError('of its own')

    with pytest.raises(RuntimeError, match='of its own'):
        Broken()(*batch())


@pytest.mark.parametrize('name', LOSSES)
def test_settings_that_there_are_not_are_named(name):
    with pytest.raises(TypeError) as caught:
        build(name, loss_wieght=2.0)
    text = str(caught.value)
    assert f'Expected settings of {name}, which are ' in text
    assert text.endswith(
        'reduction, loss_weight, but got `loss_wieght`. '
        'Did you mean `loss_weight`?'
    )
    assert '**' not in text
    assert 'args' not in text


def test_settings_of_the_bases_are_named_too():
    with pytest.raises(TypeError) as caught:
        LDAMLoss(margin=3)
    assert str(caught.value) == (
        'Expected settings of LDAMLoss, which are max_margin, scale, '
        'reweight, beta, power, reduction, loss_weight, but got `margin`. '
        'Did you mean `max_margin`?'
    )


@pytest.mark.parametrize('name', COUNTED)
def test_counts_in_the_place_of_a_setting_lead_to_their_method(name):
    with pytest.raises(TypeError, match=f'{name}.*`set_class_counts') as one:
        build(name, class_counts=COUNTS)
    assert 'but got `class_counts`' in str(one.value)
    with pytest.raises(ValueError, match='`reduction`.*`set_class_counts'):
        build(name, reduction=COUNTS)


@pytest.mark.parametrize('name', COUNTED)
def test_counts_are_needed_and_fit_and_are_above_zero(name):
    z, y = batch()
    loss = make(name)
    with pytest.raises(RuntimeError, match=f'{name}.*LongTailHook'):
        loss(z, y)
    with pytest.raises(ValueError, match=f'{name}.*class 1 has 0 .2 such'):
        loss.set_class_counts([5, 0, 0, 2])
    loss.set_class_counts(COUNTS[:10])
    with pytest.raises(ValueError, match=f'{name}.*10 classes.*got 12'):
        loss(z, y)


@pytest.mark.parametrize('name', COUNTED)
def test_counts_travel_in_the_state(name):
    z, y = batch()
    trained = build(name)
    state = trained.state_dict()
    assert set(state) == {'class_counts'} | BUFFERS.get(name, set())
    fresh, other = make(name), build(name, [7] * 12)
    for loss in (fresh, other):
        loss.load_state_dict(state)
        assert torch.equal(loss(z, y), trained(z, y))


@pytest.mark.parametrize('name', LOSSES)
def test_each_is_registered_under_its_name(name):
    assert MODELS.get(name) is getattr(mmlt.models, name)


def test_a_new_loss_says_its_formula_alone():
    class Brier(PerSampleLoss):
        def per_sample(self, logits, labels):
            target = F.one_hot(labels, logits.shape[1])
            return (logits.softmax(1) - target).square().sum(1)

    z, y = batch()
    mixed = mixed_labels(y)
    got = Brier()(z, mixed, avg_factor=8)
    assert got.shape == ()
    with pytest.raises(TypeError, match='to have `per_sample'):
        PerSampleLoss()(z, y)


@pytest.mark.gpu
@pytest.mark.parametrize('name', LOSSES)
def test_on_a_gpu(name):
    loss, (z, y) = build(name), batch()
    expected = loss(z, y)
    got = loss.cuda()(z.cuda(), y.cuda())
    assert got.is_cuda
    torch.testing.assert_close(got.cpu(), expected, rtol=1e-12, atol=0)


def test_no_tensor_is_said():
    z, y = torch.zeros(2, 3), torch.tensor([0, 1])
    loss = BalancedSoftmaxLoss()
    loss.set_class_counts([5, 3, 1])
    for wrong in ((z.numpy(), y), (z, y.numpy()), (z, [0, 1])):
        with pytest.raises(TypeError, match='to get tensors, but got a '):
            loss(*wrong)
