import copy

import pytest
import torch
from mmpretrain.registry import MODELS

from mmlt.functional import contrastive_loss
from mmlt.structures import BatchDataSample, unpack_batch

COUNTS = [30, 10, 3]
CONTRAST = dict(type='MomentumContrast', in_channels=64, dim=8, queue_size=10)


def build(num_experts=2, **kwargs):
    cfg = dict(
        type='NCLClassifier',
        backbone=dict(type='CIFARResNet', depth=20),
        num_experts=num_experts,
        neck=[dict(type='GlobalAveragePooling')],
        head=dict(
            type='NCLClsHead',
            num_classes=3,
            in_channels=64,
            num_experts=num_experts,
        ),
    )
    model = MODELS.build({**cfg, **copy.deepcopy(kwargs)})
    for part in model.modules():
        if hasattr(part, 'set_class_counts'):
            part.set_class_counts(COUNTS)
    return model


def batch(n=4):
    labels = torch.arange(n) % 3
    return torch.randn(n, 3, 8, 8), [BatchDataSample(gt_label=labels)]


def total(losses):
    return sum(losses.values())


def test_the_loss_is_that_of_whole_networks_on_one_batch():
    model = build()
    inputs, samples = batch()
    twin = copy.deepcopy(model)
    logits = torch.stack(
        [
            classifier(net(inputs)[0].mean((2, 3)))
            for net, classifier in zip(
                twin.backbone.networks, twin.head.classifiers, strict=True
            )
        ]
    )
    expected = twin.head.expert_losses(logits, samples[0].gt_label)
    losses = model.loss(inputs, samples)
    for key, value in expected.items():
        torch.testing.assert_close(losses[key], value)
    listed = model.loss(inputs, unpack_batch(samples[0]))
    torch.testing.assert_close(total(listed), total(losses))


def test_fcc_scales_every_network():
    model = build(
        neck=[
            dict(type='GlobalAveragePooling'),
            dict(type='FCCNeck', gamma=0.5),
        ]
    )
    inputs, samples = batch()
    labels = samples[0].gt_label
    maps = copy.deepcopy(model.backbone)(inputs)[0].mean((2, 3))
    tau = torch.tensor([1.5, 1 + 1 / 3, 1 + 1 / 6])[labels]
    expected = model.head.loss((tau[:, None] * maps,), samples)
    losses = model.loss(inputs, samples)
    for key, value in expected.items():
        torch.testing.assert_close(losses[key], value)


def test_ensemble_and_one_expert_predict():
    model = build().eval()
    inputs, samples = batch()
    logits = model.head.expert_logits(model.extract_feat(inputs))
    score = model.predict(inputs, samples)[0].pred_score
    torch.testing.assert_close(score, logits.mean(0).softmax(1))
    model.head.expert = 1
    score = model.predict(inputs, batch()[1])[0].pred_score
    torch.testing.assert_close(score, logits[1].softmax(1))


@pytest.mark.parametrize('contrast', [None, CONTRAST])
def test_every_trained_parameter_gets_a_gradient(contrast):
    model = build(contrast=contrast)
    inputs, samples = batch()
    if contrast:
        inputs = (inputs, inputs.flip(3))
    total(model.loss(inputs, samples)).backward()
    for name, parameter in model.named_parameters():
        slow = name.startswith('contrast.key_')
        assert (parameter.grad is None) == slow, name
        assert parameter.requires_grad != slow, name


def test_contrast_is_that_of_the_slow_networks_keys():
    model = build(contrast=CONTRAST)
    model.contrast.momentum = 0.9
    inputs, samples = batch()
    view = inputs.flip(3)
    queue = model.contrast.queue.clone()
    twin = copy.deepcopy(model)
    slow = copy.deepcopy(twin.contrast)
    with torch.no_grad():  # the slow networks differ from the fast ones
        for parameter in (*slow.key_encoder.parameters(),):
            parameter.add_(0.01)
        model.contrast.load_state_dict(slow.state_dict())
        pairs = (
            (slow.key_encoder, twin.backbone),
            (slow.key_projections, slow.projections),
        )
        for a, b in pairs:
            for old, new in zip(a.parameters(), b.parameters(), strict=True):
                old.copy_(0.9 * old + 0.1 * new)
    expected, keys = 0, []
    for e in range(2):
        q = twin.contrast.projections[e](
            twin.backbone.networks[e](inputs)[0].mean((2, 3))
        )
        k = slow.key_projections[e](
            slow.key_encoder.networks[e](view)[0].mean((2, 3))
        )
        keys.append(torch.nn.functional.normalize(k, dim=1))
        expected += contrastive_loss(q, k, queue[e], 0.2).mean()
    loss = model.loss((inputs, view), samples)['loss_contrast']
    torch.testing.assert_close(loss, expected)
    # the keys stand where the oldest were
    keys = torch.stack(keys)
    torch.testing.assert_close(model.contrast.queue[:, :4], keys)
    assert torch.equal(model.contrast.queue[:, 4:], queue[:, 4:])
    assert model.contrast.position.item() == 4


def test_slow_networks_begin_as_copies():
    model = build(contrast=CONTRAST)
    model.init_weights()
    for slow, fast in (
        (model.contrast.key_encoder, model.backbone),
        (model.contrast.key_projections, model.contrast.projections),
    ):
        for a, b in zip(slow.parameters(), fast.parameters(), strict=True):
            assert torch.equal(a, b)


def test_the_branch_travels_in_the_checkpoint_and_training_goes_on():
    inputs, samples = batch()
    views = (inputs, inputs.flip(3))
    model, other = build(contrast=CONTRAST), build(contrast=CONTRAST)
    model.loss(views, samples)
    other.load_state_dict(model.state_dict())
    for _ in range(2):
        a, b = (total(m.loss(views, samples)) for m in (model, other))
        assert a.item() == b.item()
    assert torch.equal(model.contrast.queue, other.contrast.queue)


def test_autocast_is_finite_and_the_queue_stays_float32():
    model = build(contrast=CONTRAST)
    inputs, samples = batch()
    with torch.autocast('cpu', dtype=torch.bfloat16):
        loss = total(model.loss((inputs, inputs.flip(3)), samples))
    loss.backward()
    assert loss.isfinite()
    assert model.contrast.queue.dtype == torch.float32


def test_one_view_is_not_enough_for_the_contrast():
    inputs, samples = batch()
    with pytest.raises(TypeError, match='TwoViewDataPreprocessor'):
        build(contrast=CONTRAST).loss(inputs, samples)
