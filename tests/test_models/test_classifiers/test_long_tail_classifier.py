import pytest
import torch
import torch.nn.functional as F
from mmpretrain.models import LinearClsHead
from mmpretrain.registry import MODELS
from mmpretrain.structures import DataSample

from mmlt.functional import beta_weights
from mmlt.models import FCCNeck, LongTailClassifier
from mmlt.structures import BatchDataSample, MixedLabels, unpack_batch

COUNTS = [100, 30, 10]
GAP = dict(type='GlobalAveragePooling')
FCC = dict(type='FCCNeck', gamma=0.5)


@MODELS.register_module()
class OwnPrediction(LinearClsHead):
    """A head that always says 2, and only knows lists of samples."""

    def _get_predictions(self, cls_score, data_samples):
        for sample in data_samples:
            sample.set_pred_label(2)
        return data_samples


def build(**kwargs):
    cfg = dict(
        type='LongTailClassifier',
        backbone=dict(type='CIFARResNet', depth=20),
        neck=[GAP, FCC],
        head=dict(type='LinearClsHead', num_classes=3, in_channels=64),
    )
    model = MODELS.build({**cfg, **kwargs})
    for part in model.modules():
        if isinstance(part, FCCNeck):
            part.set_class_counts(COUNTS)
    return model


def batch(n=4, size=8):
    inputs = torch.randn(n, 3, size, size)
    labels = torch.arange(n) % 3
    return inputs, [BatchDataSample(gt_label=labels)]


def test_the_loss_is_that_of_scaled_features():
    model = build().double()
    for part in model.modules():
        if isinstance(part, FCCNeck):
            part.set_class_counts(COUNTS)  # tau in float64
    inputs, samples = batch()
    inputs = inputs.double()
    labels = samples[0].gt_label
    feats = model.backbone(inputs)[0].mean((2, 3))
    tau = torch.tensor([1.5, 1 + 1 / 3, 1 + 1 / 6], dtype=torch.float64)
    logits = model.head.fc(tau[labels][:, None] * feats)
    expected = torch.nn.functional.cross_entropy(logits, labels)
    loss = model.loss(inputs, samples)['loss']
    torch.testing.assert_close(loss, expected, rtol=1e-12, atol=0)


def test_one_batch_sample_gives_the_loss_of_a_list_of_samples():
    model = build()
    inputs, samples = batch()
    whole = model.loss(inputs, samples)['loss']
    listed = model.loss(inputs, unpack_batch(samples[0]))['loss']
    assert whole.item() == listed.item()


def test_one_batch_sample_gives_the_predictions_of_a_list_of_samples():
    model = build().eval()
    inputs, samples = batch()
    (whole,) = model.predict(inputs, samples)
    listed = model.predict(inputs, unpack_batch(batch()[1][0]))
    assert torch.equal(
        whole.pred_score, torch.stack([s.pred_score for s in listed])
    )
    assert torch.equal(
        whole.pred_label, torch.cat([s.pred_label for s in listed])
    )


def test_a_head_with_its_own_prediction_gets_single_samples():
    head = dict(type='OwnPrediction', num_classes=3, in_channels=64)
    model = build(head=head, neck=GAP).eval()
    inputs, samples = batch()
    out = model.predict(inputs, samples)
    assert [s.pred_label.tolist() for s in out] == [[2]] * 4
    assert [s.gt_label.tolist() for s in out] == [[0], [1], [2], [0]]


def test_without_a_neck_that_needs_labels_it_is_the_parents_classifier():
    ours = build(neck=GAP)
    parent = build(type='ImageClassifier', neck=GAP)
    parent.load_state_dict(ours.state_dict())
    inputs, samples = batch()
    listed = unpack_batch(samples[0])
    assert ours.loss(inputs, listed)['loss'].item() == (
        parent.loss(inputs, listed)['loss'].item()
    )


def test_a_plain_image_classifier_is_told_which_type_to_set():
    model = build(type='ImageClassifier')
    inputs, samples = batch()
    with pytest.raises(RuntimeError, match="type='LongTailClassifier'"):
        model.loss(inputs, samples)
    model.eval()
    assert len(model.predict(inputs, unpack_batch(samples[0]))) == 4


def test_soft_labels_scale_by_the_weighted_tau():
    model = build()
    inputs, _ = batch(2)
    soft = torch.tensor([[0.5, 0.5, 0.0], [0.0, 0.0, 1.0]])
    samples = [
        DataSample().set_gt_label(0).set_gt_score(score) for score in soft
    ]
    feats = model.backbone(inputs)[0].mean((2, 3))
    tau = torch.tensor([(1.5 + 4 / 3) / 2, 7 / 6])
    logits = model.head.fc(tau[:, None] * feats)
    expected = torch.nn.functional.cross_entropy(logits, soft)
    loss = model.loss(inputs, samples)['loss']
    torch.testing.assert_close(loss, expected, rtol=1e-5, atol=0)


@pytest.fixture
def logged(monkeypatch):
    """What the classifier writes into the log."""
    lines = []
    module = 'mmlt.models.classifiers.long_tail_classifier'
    monkeypatch.setattr(
        f'{module}.print_log', lambda text, **kwargs: lines.append(text)
    )
    return lines


def test_a_head_that_normalizes_is_warned_about(logged):
    head = dict(type='ArcFaceClsHead', num_classes=3, in_channels=64)
    model = build(head=head)
    assert 'FCCNeck changes nothing before ArcFaceClsHead' in logged[0]
    # and it is true: the logits see the direction of a feature alone
    feats = (torch.randn(4, 64),)
    labels = torch.tensor([0, 1, 2, 0])
    scaled = model.neck[1].train()(feats, labels)
    model.head.eval()
    torch.testing.assert_close(model.head(scaled), model.head(feats))


def test_a_linear_head_is_not_warned_about(logged):
    build()
    assert logged == []


TINY = {
    'resnet50': dict(
        backbone=dict(type='ResNet', depth=50),
        neck=[GAP, FCC],
        in_channels=2048,
        size=32,
    ),
    'resnext50': dict(
        backbone=dict(type='ResNeXt', depth=50, groups=32, width_per_group=4),
        neck=[FCC, GAP],
        in_channels=2048,
        size=32,
    ),
    'vit': dict(
        backbone=dict(
            type='VisionTransformer',
            arch=dict(
                embed_dims=32,
                num_layers=2,
                num_heads=2,
                feedforward_channels=64,
            ),
            img_size=32,
            patch_size=16,
        ),
        neck=FCC,
        in_channels=32,
        size=32,
    ),
    'timm': dict(
        backbone=dict(type='TIMMBackbone', model_name='resnet10t'),
        neck=[GAP, FCC],
        in_channels=512,
        size=32,
    ),
}


@pytest.mark.parametrize('name', TINY)
def test_any_backbone_of_the_parent_or_timm_works(name):
    """Half the features at gamma -> 1: the loss is that of doubled ones."""
    if name == 'timm':
        pytest.importorskip('timm')
    cfg = dict(TINY[name])
    size, in_channels = cfg.pop('size'), cfg.pop('in_channels')
    kind = 'VisionTransformerClsHead' if name == 'vit' else 'LinearClsHead'
    head = dict(type=kind, num_classes=3, in_channels=in_channels)
    model = build(head=head, **cfg)
    inputs, samples = batch(3, size)
    labels = samples[0].gt_label

    logits = {}
    for module in model.modules():  # same features in both passes
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0
    for begin in (0, 1):
        for neck in model.modules():
            if isinstance(neck, FCCNeck):
                neck.begin = begin
                neck.set_progress(0, 1)
        feats = model.extract_feat(inputs, labels=labels)
        logits[begin] = model.head.pre_logits(feats)
    tau = torch.tensor([1.5, 1 + 1 / 3, 1 + 1 / 6])[labels]
    tau = tau.view(-1, *[1] * (logits[1].dim() - 1))
    torch.testing.assert_close(
        logits[0], tau * logits[1], rtol=1e-4, atol=1e-6
    )

    model.loss(inputs, samples)['loss'].backward()
    first = next(p for p in model.backbone.parameters() if p.requires_grad)
    assert first.grad is not None
    assert len(model.eval().predict(inputs, samples)[0].pred_label) == 3


def test_it_is_registered_under_its_name():
    assert MODELS.get('LongTailClassifier') is LongTailClassifier


def mixing_of(**kwargs):
    return dict(type='ManifoldMixup', **kwargs)


def in_float64(model):
    model = model.double()
    for part in model.modules():
        if hasattr(part, 'set_class_counts'):
            part.set_class_counts(COUNTS)  # tau in float64
    return model


def drawn(model, num=6):
    """Partners and weight of the next batch, without using them up."""
    again = MODELS.build(mixing_of())
    generator = again._epoch_generator.on('cpu')
    index = torch.randperm(num, generator=generator)
    return index, beta_weights(1.0, 1, generator).float().double()


@pytest.mark.parametrize('necks', [[GAP, FCC], [FCC, GAP]])
def test_fcc_scales_features_mixed_at_pool_by_tau_of_the_mixed_labels(necks):
    """The mixture comes before FCC, in either order of the necks."""
    model = in_float64(build(neck=necks, mixing=mixing_of()))
    inputs, samples = batch(6)
    inputs, labels = inputs.double(), samples[0].gt_label
    index, weight = drawn(model)
    feats = model.backbone(inputs)[0].mean((2, 3))
    tau = torch.tensor([1.5, 1 + 1 / 3, 1 + 1 / 6], dtype=torch.float64)
    factor = weight * tau[labels] + (1 - weight) * tau[labels[index]]
    mixed = weight * feats + (1 - weight) * feats[index]
    logits = model.head.fc(factor[:, None] * mixed)
    first = F.cross_entropy(logits, labels)
    second = F.cross_entropy(logits, labels[index])
    expected = weight * first + (1 - weight) * second
    loss = model.loss(inputs, samples)['loss']
    torch.testing.assert_close(loss[None], expected, rtol=1e-12, atol=0)


@pytest.mark.parametrize('location', ['layer1', 'layer2', 'layer3'])
@pytest.mark.parametrize('necks', [[GAP], [GAP, FCC]])
def test_a_stage_of_the_backbone_is_mixed(location, necks):
    model = in_float64(build(neck=necks, mixing=mixing_of(location=location)))
    inputs, samples = batch(6)
    inputs, labels = inputs.double(), samples[0].gt_label
    index, weight = drawn(model)
    x = F.relu(model.backbone.bn1(model.backbone.conv1(inputs)))
    for name in ('layer1', 'layer2', 'layer3'):
        x = getattr(model.backbone, name)(x)
        if name == location:
            x = weight * x + (1 - weight) * x[index]
    feats = x.mean((2, 3))
    if len(necks) == 2:
        tau = torch.tensor([1.5, 1 + 1 / 3, 1 + 1 / 6], dtype=torch.float64)
        factor = weight * tau[labels] + (1 - weight) * tau[labels[index]]
        feats = factor[:, None] * feats
    logits = model.head.fc(feats)
    first = F.cross_entropy(logits, labels)
    second = F.cross_entropy(logits, labels[index])
    expected = weight * first + (1 - weight) * second
    loss = model.loss(inputs, samples)['loss']
    torch.testing.assert_close(loss[None], expected, rtol=1e-12, atol=0)


def test_mixing_at_layer3_is_mixing_at_pool():
    """Nothing between them bends: the pooling is linear."""
    losses = []
    for location in ('layer3', 'pool'):
        torch.manual_seed(0)
        model = in_float64(build(mixing=mixing_of(location=location)))
        inputs, samples = batch(6)
        losses.append(model.loss(inputs.double(), samples)['loss'])
    torch.testing.assert_close(*losses, rtol=1e-12, atol=0)


def test_images_one_by_one_are_mixed_like_a_batch():
    torch.manual_seed(0)
    inputs, samples = batch(6)
    losses = []
    for given in (samples, unpack_batch(samples[0])):
        torch.manual_seed(0)
        model = build(mixing=mixing_of())
        losses.append(model.loss(inputs, given)['loss'].item())
    assert losses[0] == losses[1]


def test_only_training_mixes():
    torch.manual_seed(0)
    mixed = build(mixing=mixing_of()).eval()
    plain = build().eval()
    plain.load_state_dict(mixed.state_dict())
    inputs, samples = batch()
    assert mixed.loss(inputs, samples)['loss'].item() == (
        plain.loss(inputs, samples)['loss'].item()
    )
    scores = [
        model.predict(inputs, batch()[1])[0].pred_score
        for model in (mixed, plain)
    ]
    assert torch.equal(*scores)


def test_images_mixed_before_are_fed_through_as_they_are():
    """Mixed labels of the preprocessor reach FCC and the loss."""
    model = in_float64(build())
    inputs, samples = batch(6)
    label_b, weight = torch.tensor([2, 1, 0, 0, 1, 2]), torch.rand(6).double()
    label_a = samples[0].gt_label
    sample = BatchDataSample(gt_label=MixedLabels(label_a, label_b, weight))
    feats = model.backbone(inputs.double())[0].mean((2, 3))
    tau = torch.tensor([1.5, 1 + 1 / 3, 1 + 1 / 6], dtype=torch.float64)
    factor = weight * tau[label_a] + (1 - weight) * tau[label_b]
    logits = model.head.fc(factor[:, None] * feats)
    first = F.cross_entropy(logits, label_a, reduction='none')
    second = F.cross_entropy(logits, label_b, reduction='none')
    expected = (weight * first + (1 - weight) * second).mean()
    loss = model.loss(inputs.double(), [sample])['loss']
    torch.testing.assert_close(loss, expected, rtol=1e-12, atol=0)


def test_refuses_to_mix_images_and_features():
    model = build(mixing=mixing_of())
    inputs, samples = batch()
    labels = samples[0].gt_label
    mixed = MixedLabels(labels, labels, torch.ones(4))
    with pytest.raises(TypeError, match='MixedLabels. Mix once'):
        model.loss(inputs, [BatchDataSample(gt_label=mixed)])


def test_refuses_a_mixture_of_images_and_an_unknown_place():
    with pytest.raises(TypeError, match='ManifoldMixup, but got BatchMixup'):
        build(mixing=dict(type='BatchMixup'))
    with pytest.raises(ValueError, match="got 'layer9'.*layer1"):
        build(mixing=mixing_of(location='layer9'))


def test_refuses_mixing_in_a_subclass_that_would_not_mix():
    class Other(LongTailClassifier):
        def loss(self, inputs, data_samples):
            return super().loss(inputs, data_samples)

    model = build()
    with pytest.raises(TypeError, match='a Other, whose loss does not mix'):
        Other(model.backbone, mixing=MODELS.build(mixing_of()))


def test_mixing_adds_nothing_to_the_checkpoint():
    keys = build(mixing=mixing_of()).state_dict().keys()
    assert keys == build().state_dict().keys()


def test_backbones_of_the_parent_are_mixed_by_the_same_names():
    model = build(
        backbone=dict(type='ResNet', depth=18),
        head=dict(type='LinearClsHead', num_classes=3, in_channels=512),
        mixing=mixing_of(location='layer2'),
    )
    inputs, samples = batch(4, 32)
    model.loss(inputs, samples)['loss'].backward()
    assert model.backbone.conv1.weight.grad.isfinite().all()


def trained_step(model):
    """What one step of SGD with weight decay changed."""
    before = {n: p.clone() for n, p in model.state_dict().items()}
    sgd = torch.optim.SGD(model.parameters(), lr=0.1, weight_decay=0.1)
    inputs, samples = batch()
    model.train()
    model.loss(inputs, samples)['loss'].backward()
    sgd.step()
    return {
        n
        for n, p in model.state_dict().items()
        if not torch.equal(p, before[n])
    }


def test_a_frozen_part_keeps_its_parameters_but_not_its_statistics():
    changed = trained_step(build(frozen=['backbone']))
    assert {'head.fc.weight', 'head.fc.bias'} <= changed
    rest = changed - {'head.fc.weight', 'head.fc.bias'}
    assert rest
    assert all(
        n.startswith('backbone.') and ('running' in n or 'tracked' in n)
        for n in rest
    )


def test_norm_eval_keeps_the_statistics_too():
    model = build(frozen=['backbone'], norm_eval=True)
    assert trained_step(model) == {'head.fc.weight', 'head.fc.bias'}
    assert model.training
    assert model.head.training
    # the statistics of training are used, as in evaluation
    inputs, _ = batch()
    in_training = model.backbone(inputs)[-1]
    model.eval()
    torch.testing.assert_close(model.backbone(inputs)[-1], in_training)


def test_norm_eval_leaves_what_is_not_frozen_alone():
    model = build(frozen=['head'], norm_eval=True).train()
    changed = trained_step(model)
    assert any('running_mean' in n for n in changed)
    assert not any(n.startswith('head.') for n in changed)


def test_freezing_changes_no_key_of_the_checkpoint():
    plain, frozen = build(), build(frozen=['backbone', 'head.fc'])
    assert plain.state_dict().keys() == frozen.state_dict().keys()
    assert not any(p.requires_grad for p in frozen.head.fc.parameters())


@pytest.mark.parametrize(
    ('name', 'message'),
    [
        (
            'bckbone',
            "got 'bckbone'. Choose among the parts: .*backbone, neck, head",
        ),
        (
            'head.fcc',
            "got 'head.fcc'. Choose among the parts of head: .*head.fc",
        ),
    ],
)
def test_a_wrong_part_to_freeze_names_the_parts(name, message):
    with pytest.raises(ValueError, match=message):
        build(frozen=[name])
