import math

import mpmath
import pytest
import torch
import torch.nn.functional as F
from mmengine.optim import build_optim_wrapper
from mmpretrain.registry import MODELS
from mmpretrain.structures import DataSample
from torch import nn

from mmlt.functional import (
    class_feature_consistency,
    inter_class_discrepancy,
    vmf_mean_resultant,
)
from mmlt.models import CosineClsHead, VMFClsHead
from mmlt.structures import BatchDataSample, unpack_batch

COUNTS = [130, 40, 12, 5]
ICD = dict(type='InterClassDiscrepancyLoss')
CFC = dict(type='ClassFeatureConsistencyLoss')


def head(dtype=torch.float64, spread=True, dim=8, **kwargs):
    head = VMFClsHead(4, dim, **kwargs).to(dtype)
    head.set_class_counts(COUNTS)
    if spread:
        with torch.no_grad():
            head.kappa_raw += torch.tensor([5.0, -3.0, 0.5, 11.0])
    return head


def batch(dtype=torch.float64, n=7, dim=8):
    feats = torch.randn(n, dim, dtype=dtype).relu()
    return (feats,), [BatchDataSample(gt_label=torch.arange(n) % 4)]


def appendix_log_density(kappa, dim, cosine):
    """log C_d(kappa) + kappa cos + (d/2) log 2 pi, at 40 digits."""
    with mpmath.workdps(40):
        v, k = mpmath.mpf(dim) / 2 - 1, mpmath.mpf(kappa)
        b = v * mpmath.log(k) - mpmath.log(mpmath.besseli(v, k))
        return k * mpmath.mpf(cosine) + b


def appendix_probabilities(vmf, feats, prior):
    """Eq. 1 of the appendix, class by class, by mpmath."""
    mu = F.normalize(vmf.fc.weight, dim=1)
    cosines = F.normalize(feats[0], dim=1) @ mu.T
    rows = []
    for row in cosines.tolist():
        score = [
            appendix_log_density(k, vmf.in_channels, c) + mpmath.log(p)
            for k, c, p in zip(vmf.kappa.tolist(), row, prior, strict=True)
        ]
        total = sum(mpmath.exp(s) for s in score)
        rows.append([float(mpmath.exp(s) / total) for s in score])
    return torch.tensor(rows, dtype=torch.float64)


def test_training_probabilities_are_those_of_the_appendix():
    vmf, (feats, _) = head(), batch()
    expected = appendix_probabilities(vmf, feats, COUNTS)
    torch.testing.assert_close(
        vmf(feats).softmax(1), expected, rtol=1e-12, atol=0
    )


@pytest.mark.parametrize(
    ('test_prior', 'prior'),
    [
        ('balanced', [1, 1, 1, 1]),
        ('train', COUNTS),
        ([5, 1, 1, 3], [0.5, 0.1, 0.1, 0.3]),
    ],
)
def test_evaluation_probabilities_have_the_target_prior(test_prior, prior):
    vmf, (feats, _) = head(test_prior=test_prior).eval(), batch()
    expected = appendix_probabilities(vmf, feats, prior)
    torch.testing.assert_close(
        vmf(feats).softmax(1), expected, rtol=1e-12, atol=0
    )


def test_convention_the_mode_decides_which_logits():
    vmf, (feats, _) = head(), batch()
    difference = vmf.train()(feats) - vmf.eval()(feats)
    expected = torch.tensor(COUNTS).double().log().expand(7, 4)
    torch.testing.assert_close(difference, expected, rtol=1e-12, atol=0)


@pytest.mark.parametrize('init', [8.0, 16.0, 23.7])
def test_equal_kappa_is_the_balanced_cosine_classifier(init):
    feats = (torch.randn(500, 8, dtype=torch.float64),)
    samples = [BatchDataSample(gt_label=torch.arange(500) % 4)]
    vmf = head(spread=False, init_kappa=init)
    sigma = vmf.kappa[0].item()
    # by its formula
    cosine = F.normalize(feats[0]) @ F.normalize(vmf.fc.weight).T
    logits = sigma * cosine + torch.tensor(COUNTS).double().log()
    expected = F.cross_entropy(logits, samples[0].gt_label)
    loss = vmf.loss(feats, samples)['loss']
    torch.testing.assert_close(loss, expected, rtol=1e-12, atol=0)
    assert torch.equal(vmf.eval()(feats).argmax(1), cosine.argmax(1))
    # and as the head
    other = CosineClsHead(4, 8, scale=sigma, balanced=True).double()
    other.set_class_counts(COUNTS)
    other.load_state_dict(vmf.state_dict(), strict=False)
    assert torch.equal(other.eval()(feats), vmf(feats))
    assert torch.equal(other.train()(feats), vmf.train()(feats))


def test_gradients_of_the_appendix():
    """Eq. 2 to 4, whose left sides should read d log p."""
    vmf, (feats, samples) = head(), batch(n=1)
    label = samples[0].gt_label[0]
    kappa, mu = (t.detach().requires_grad_() for t in vmf.vmf_parameters())
    x = F.normalize(feats[0], dim=1)[0]
    vmf.vmf_parameters = lambda dtype=None: (kappa, mu)
    raw = vmf.kappa_raw
    vmf(feats).log_softmax(1)[0, label].backward()
    p = vmf(feats).softmax(1)[0].detach()
    a = vmf_mean_resultant(8, kappa.detach())
    sign = F.one_hot(label, 4) - p
    # score and bias see one kappa: their gradients meet in kappa_raw
    slope = torch.sigmoid(raw.detach())
    torch.testing.assert_close(
        kappa.grad + raw.grad / slope,
        sign * ((mu @ x).detach() - a),
        rtol=1e-11,
        atol=1e-15,
    )
    torch.testing.assert_close(
        mu.grad,
        sign[:, None] * kappa.detach()[:, None] * x,
        rtol=1e-11,
        atol=1e-15,
    )


class Total(nn.Module):
    """All losses of a head, as a function of its parameters."""

    def __init__(self, head):
        super().__init__()
        self.head = head

    def forward(self, x, samples):
        return sum(self.head.loss((x,), samples).values())


def test_gradcheck_of_the_loss():
    total = Total(head(aux_losses=[ICD, CFC]))
    feats, samples = batch()

    def loss(raw, weight, x):
        values = {'head.kappa_raw': raw, 'head.fc.weight': weight}
        return torch.func.functional_call(total, values, (x, samples))

    tensors = [
        t.detach().clone().requires_grad_()
        for t in (*total.head.parameters(), feats[0] + 0.1)
    ]
    assert [tuple(t.shape) for t in tensors] == [(4,), (4, 8), (7, 8)]
    assert torch.autograd.gradcheck(loss, tensors, rtol=1e-5)


def test_a_list_of_samples_and_one_batch_give_the_same():
    vmf = head(torch.float32, aux_losses=[ICD, CFC])
    feats, samples = batch(torch.float32)
    whole = vmf.loss(feats, samples)
    listed = vmf.loss(feats, unpack_batch(samples[0]))
    assert whole.keys() == {'loss', 'loss_icd', 'loss_cfc'}
    assert {k: v.item() for k, v in whole.items()} == {
        k: v.item() for k, v in listed.items()
    }


def test_predict_is_the_softmax_of_the_evaluation_logits():
    vmf, (feats, _) = head(torch.float32).eval(), batch(torch.float32)
    out = vmf.predict(feats)
    scores = torch.stack([sample.pred_score for sample in out])
    assert torch.equal(scores, vmf(feats).softmax(1))


def test_the_further_losses_are_the_functions():
    vmf = head(aux_losses=[ICD, CFC])
    feats, samples = batch()
    losses = vmf.loss(feats, samples)
    kappa, mu = vmf.vmf_parameters()
    assert losses['loss_icd'] == 0.2 * inter_class_discrepancy(kappa, mu)
    assert losses['loss_cfc'] == 0.2 * class_feature_consistency(
        kappa, mu, feats[0], samples[0].gt_label
    )


def test_the_further_losses_see_the_kappa_of_the_score():
    """The loss reaches the one parameter of kappa by the chain rule."""
    vmf = head(aux_losses=[dict(ICD, loss_weight=1)])
    feats, samples = batch()
    vmf.loss(feats, samples)['loss_icd'].backward()
    kappa, mu = (t.detach().requires_grad_() for t in vmf.vmf_parameters())
    inter_class_discrepancy(kappa, mu).backward()
    expected = kappa.grad * torch.sigmoid(vmf.kappa_raw.detach())
    torch.testing.assert_close(
        vmf.kappa_raw.grad, expected, rtol=1e-12, atol=0
    )


def test_soft_labels_train_but_have_no_class_feature_consistency():
    samples = [
        DataSample().set_gt_score(torch.tensor([0.5, 0.5, 0, 0]))
        for _ in range(7)
    ]
    feats, _ = batch()
    loss = head().loss(feats, samples)['loss']
    logits = head().train()(feats)
    assert loss.isfinite()
    assert logits.shape == (7, 4)
    with pytest.raises(TypeError, match='Mixed labels have no class mean'):
        head(aux_losses=[CFC]).loss(feats, samples)


def test_mpmath_numerics_agree():
    torch_head = head(aux_losses=[ICD])
    oracle = head(aux_losses=[ICD], numerics='mpmath')
    oracle.load_state_dict(torch_head.state_dict())
    feats, samples = batch()
    for vmf in (torch_head, oracle):
        sum(vmf.loss(feats, samples).values()).backward()
    torch.testing.assert_close(
        oracle(feats), torch_head(feats), rtol=1e-13, atol=0
    )
    torch.testing.assert_close(
        oracle.kappa_raw.grad, torch_head.kappa_raw.grad, rtol=1e-11, atol=0
    )


def test_bfloat16_autocast_keeps_float32_logits_and_finite_gradients():
    vmf = head(torch.float32, dim=64, aux_losses=[ICD, CFC])
    feats, samples = batch(torch.float32, dim=64)
    full = vmf(feats)
    with torch.autocast('cpu', torch.bfloat16):
        logits = vmf(feats)
        losses = vmf.loss(feats, samples)
    assert torch.equal(logits, full)
    sum(losses.values()).backward()
    for parameter in vmf.parameters():
        assert parameter.grad.isfinite().all()
        assert parameter.grad.any()
    # features that autocast left in bfloat16
    rounded = vmf((feats[0].bfloat16(),))
    assert rounded.dtype == torch.float32
    torch.testing.assert_close(rounded, full, rtol=0, atol=0.1)


def test_initial_values():
    assert torch.equal(VMFClsHead(4, 8).kappa, torch.full((4,), 16.0))
    for value in (8.0, 24.0, 32.0):
        kappa = VMFClsHead(4, 8, init_kappa=value).kappa
        assert torch.equal(kappa, torch.full((4,), value))
    kappa = VMFClsHead(4000, 8, init_kappa_std=1).kappa
    assert kappa.mean().item() == pytest.approx(16, abs=0.08)
    assert kappa.std().item() == pytest.approx(1, abs=0.06)
    bound = 1 / math.sqrt(8)
    assert VMFClsHead(4, 8).fc.weight.abs().max() <= bound


def test_kappa_stays_positive_whatever_the_step():
    vmf = head(torch.float32)
    with torch.no_grad():
        vmf.kappa_raw.fill_(-50.0)
    assert (vmf.kappa > 0).all()
    feats, samples = batch(torch.float32)
    vmf.loss(feats, samples)['loss'].backward()
    assert vmf.kappa_raw.grad.isfinite().all()


def test_own_learning_rate_and_no_decay_by_paramwise_cfg():
    model = nn.Module()
    model.head = head(torch.float32)
    wrapper = build_optim_wrapper(
        model,
        dict(
            type='OptimWrapper',
            optimizer=dict(type='SGD', lr=0.1, weight_decay=5e-4),
            paramwise_cfg=dict(
                custom_keys={'head.kappa': dict(lr_mult=3, decay_mult=0.0)}
            ),
        ),
    )
    groups = {
        id(group['params'][0]): group
        for group in wrapper.optimizer.param_groups
    }
    kappa = groups[id(model.head.kappa_raw)]
    assert kappa['lr'] == pytest.approx(0.3)
    assert kappa['weight_decay'] == 0
    weight = groups[id(model.head.fc.weight)]
    assert (weight['lr'], weight['weight_decay']) == (0.1, 5e-4)


def test_a_bare_loop_trains_kappa_and_direction():
    torch.manual_seed(0)
    vmf = VMFClsHead(4, 8)
    vmf.set_class_counts(COUNTS)
    x = torch.randn(64, 8) + 2 * torch.eye(4, 8).repeat(16, 1)
    y = torch.arange(4).repeat(16)
    optimizer = torch.optim.SGD(vmf.parameters(), lr=0.5)
    before = F.cross_entropy(vmf((x,)), y).item()
    for _ in range(30):
        optimizer.zero_grad()
        F.cross_entropy(vmf((x,)), y).backward()
        optimizer.step()
    assert F.cross_entropy(vmf((x,)), y).item() < before / 2
    assert vmf.kappa.std() > 0


def test_a_checkpoint_carries_kappa_and_counts():
    vmf, (feats, _) = head(torch.float32), batch(torch.float32)
    other = VMFClsHead(4, 8)
    other.load_state_dict(vmf.state_dict())
    assert torch.equal(other(feats), vmf(feats))
    assert set(vmf.state_dict()) == {
        'fc.weight',
        'kappa_raw',
        'class_counts',
    }


def test_a_class_without_images_is_named():
    vmf = VMFClsHead(4, 8)
    with pytest.raises(ValueError, match='class 2 has 0'):
        vmf.set_class_counts([3, 1, 0, 5])


def test_counts_that_were_never_set_are_asked_for():
    vmf, (feats, _) = VMFClsHead(4, 8), batch(torch.float32)
    with pytest.raises(RuntimeError, match='VMFClsHead to know the class'):
        vmf(feats)
    vmf.eval()(feats)  # the balanced prior needs none


@pytest.mark.parametrize(
    ('settings', 'match'),
    [
        (dict(in_channels=1), r'`in_channels` of VMFClsHead.*>= 2.* got 1'),
        (dict(num_classes=0), '`num_classes` of VMFClsHead.* got 0'),
        (dict(init_kappa=-1.0), '`init_kappa`.*got -1'),
        (dict(init_kappa=0), '`init_kappa` to be a finite number > 0'),
        (dict(init_kappa=math.nan), '`init_kappa`.*got nan'),
        (dict(init_kappa_std=3), 'eighth of `init_kappa`, 2, but got 3'),
        (dict(init_kappa_std=-1), '`init_kappa_std`.*got -1'),
        (dict(test_prior='uniform'), "`test_prior`.*got 'uniform'"),
        (dict(test_prior=[1, 2]), '`test_prior` to be 4 numbers'),
        (dict(test_prior=[1, 2, 0, 1]), '`test_prior` to be 4 numbers'),
        (dict(numerics='numpy'), "`numerics`.*got 'numpy'"),
    ],
)
def test_bad_settings_are_refused(settings, match):
    with pytest.raises(ValueError, match=match):
        VMFClsHead(**{'num_classes': 4, 'in_channels': 8, **settings})


def test_further_losses_need_names_of_their_own():
    with pytest.raises(TypeError, match='aux_losses.*CrossEntropyLoss'):
        VMFClsHead(4, 8, aux_losses=[dict(type='CrossEntropyLoss')])
    with pytest.raises(ValueError, match="'loss_icd' twice"):
        VMFClsHead(4, 8, aux_losses=[ICD, ICD])
    two = [ICD, dict(ICD, loss_name='loss_icd_constant', decay_power=0)]
    vmf = head(aux_losses=two)
    assert vmf.loss(*batch()).keys() == {
        'loss',
        'loss_icd',
        'loss_icd_constant',
    }


def test_it_compiles_in_one_graph():
    vmf, (feats, _) = head(torch.float32), batch(torch.float32)
    compiled = torch.compile(vmf, backend='eager', fullgraph=True)
    torch.testing.assert_close(compiled(feats), vmf(feats))


def test_it_is_registered_under_its_name():
    assert MODELS.get('VMFClsHead') is VMFClsHead
    assert VMFClsHead.normalizes_features
