import pytest
import torch
from mmpretrain.models import LinearClsHead
from mmpretrain.registry import MODELS
from mmpretrain.structures import DataSample

from mmlt.functional import aligned_logits, alignment_confidence
from mmlt.models import CosineClsHead, DisAlignClsHead, LongTailClassifier
from mmlt.models.heads import head_to_linear, head_to_vmf
from mmlt.structures import BatchDataSample, MixedLabels

LOSS = dict(type='ClassBalancedCELoss', reweight='cost_sensitive', power=1.2)
NEW = {'scale', 'offset', 'direction', 'threshold'}


def first_stage(kind):
    """A trained head, and the one that goes on from it, float64."""
    if kind == 'linear':
        before, head = LinearClsHead(3, 8), DisAlignClsHead(3, 8)
    else:
        before = CosineClsHead(3, 8, scale=16.0)
        head = DisAlignClsHead(3, 8, cosine_scale=16.0)
    before, head = before.double(), head.double()
    missing, extra = head.load_state_dict(before.state_dict(), strict=False)
    assert set(missing) == NEW
    assert extra == ([] if kind == 'linear' else ['class_counts'])
    return before, head


def features(n=7):
    return (torch.randn(n, 8, dtype=torch.float64).relu(),)


def moved(head):
    """The head with random values of what it learns."""
    with torch.no_grad():
        for name in NEW:
            parameter = getattr(head, name)
            parameter.copy_(torch.randn_like(parameter))
    return head


@pytest.mark.parametrize('kind', ['linear', 'cosine'])
def test_it_begins_with_the_logits_of_the_first_stage(kind):
    before, head = first_stage(kind)
    feats = features()
    assert torch.equal(head(feats), before(feats))


def test_logits_are_those_of_the_function():
    before, head = first_stage('linear')
    feats = features()
    head = moved(head)
    confidence = alignment_confidence(
        feats[-1], head.direction, head.threshold
    )
    expected = aligned_logits(
        before(feats), confidence, head.scale, head.offset
    )
    assert torch.equal(head(feats), expected)


def test_of_a_cosine_classifier_the_length_of_a_feature_counts_nowhere():
    _, head = first_stage('cosine')
    head, feats = moved(head), features()
    longer = (5 * feats[0],)
    torch.testing.assert_close(head(longer), head(feats))
    assert head.normalizes_features
    assert not DisAlignClsHead(3, 8).normalizes_features


@pytest.mark.parametrize('scale', [None, 16.0])
def test_only_the_four_new_parts_learn(scale):
    model = classifier(cosine_scale=scale)
    before = {k: v.clone() for k, v in model.state_dict().items()}
    sgd = torch.optim.SGD(
        [p for p in model.parameters() if p.requires_grad],
        lr=0.1,
        weight_decay=0.1,
    )
    model.train()
    images = torch.randn(8, 3, 16, 16)
    for _ in range(2):
        sgd.zero_grad()
        samples = [BatchDataSample(gt_label=torch.arange(8) % 4)]
        model.loss(images, samples)['loss'].backward()
        sgd.step()
    learned = {
        k
        for k, v in model.state_dict().items()
        if (v != before[k]).any() and 'running' not in k and 'num_b' not in k
    }
    assert learned == {f'head.{name}' for name in NEW}


def classifier(**settings):
    head = dict(
        type='DisAlignClsHead',
        num_classes=4,
        in_channels=64,
        loss=LOSS,
        **settings,
    )
    model = MODELS.build(
        dict(
            type='LongTailClassifier',
            backbone=dict(type='CIFARResNet', depth=20),
            neck=[dict(type='GlobalAveragePooling')],
            head=head,
            frozen=['backbone', 'head.fc'],
        )
    )
    assert type(model) is LongTailClassifier
    model.head.loss_module.set_class_counts([40, 20, 8, 4])
    return model


def test_its_loss_divides_by_the_weights_of_the_batch():
    model = classifier()
    head, labels = model.head, torch.tensor([0, 1, 3, 0])
    feats = (torch.randn(4, 64),)
    samples = [DataSample().set_gt_label(int(c)) for c in labels]
    weights = 1 / torch.tensor([40.0, 20.0, 8.0, 4.0]) ** 1.2
    expected = torch.nn.functional.cross_entropy(
        head(feats), labels, weight=weights
    )
    torch.testing.assert_close(head.loss(feats, samples)['loss'], expected)


def test_mixed_labels_are_the_weighted_sum_of_the_losses_of_both():
    head = classifier().head
    z, a, b = torch.randn(4, 4), torch.arange(4), torch.arange(4).flip(0)
    weight = torch.tensor([0.3, 0.6, 1.0, 0.0])
    loss = head.loss_module
    mixed = loss(z, MixedLabels(a, b, weight), reduction_override='none')
    by_hand = weight * loss(z, a, reduction_override='none')
    by_hand += (1 - weight) * loss(z, b, reduction_override='none')
    torch.testing.assert_close(mixed, by_hand)


def test_it_is_not_read_as_a_linear_classifier():
    """Its logits are not one product with the feature."""
    for head in (DisAlignClsHead(3, 8), DisAlignClsHead(3, 8, 16.0)):
        with pytest.raises(TypeError, match='not known to be one'):
            head_to_linear(head.eval())
        with pytest.raises(TypeError, match='DisAlignClsHead'):
            head_to_vmf(head)


def test_rare_classes_gain_without_the_parents_runner():
    """Bare PyTorch: functions, four tensors, plain gradient descent."""
    counts = [200, 20, 4]
    generator = torch.Generator().manual_seed(0)
    centers = torch.eye(3, 6) * 1.5
    x, y = [], []
    for label, n in enumerate(counts):
        x.append(centers[label] + torch.randn(n, 6, generator=generator))
        y += [label] * n
    x, y = torch.cat(x).relu(), torch.tensor(y)
    fc = torch.nn.Linear(6, 3)
    sgd = torch.optim.SGD(fc.parameters(), lr=0.5)
    for _ in range(200):
        sgd.zero_grad()
        torch.nn.functional.cross_entropy(fc(x), y).backward()
        sgd.step()
    with torch.no_grad():
        z = fc(x)
    leaves = [torch.ones(3), torch.zeros(3), torch.full((6,), 0.1)]
    leaves = [leaf.requires_grad_() for leaf in [*leaves, torch.zeros(1)]]
    scale, offset, direction, threshold = leaves
    weights = 1 / torch.tensor(counts) ** 1.2
    sgd = torch.optim.SGD(leaves, lr=0.5)
    for _ in range(200):
        sgd.zero_grad()
        confidence = alignment_confidence(x, direction, threshold)
        aligned = aligned_logits(z, confidence, scale, offset)
        loss = torch.nn.functional.cross_entropy(aligned, y, weight=weights)
        loss.backward()
        sgd.step()
    rare = y == 2
    before, after = (z.argmax(1) == y)[rare], (aligned.argmax(1) == y)[rare]
    assert after.sum() > before.sum()


def test_settings_out_of_range_are_refused():
    with pytest.raises(ValueError, match='`cosine_scale`.*got -1'):
        DisAlignClsHead(3, 8, cosine_scale=-1.0)
    with pytest.raises(ValueError, match='num_classes'):
        DisAlignClsHead(0, 8)
    assert MODELS.get('DisAlignClsHead') is DisAlignClsHead
