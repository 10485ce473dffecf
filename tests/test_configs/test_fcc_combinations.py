"""The table "With other methods" of configs/fcc/README.md, row by row."""

import ast
import inspect
import re
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from mmengine.config import Config
from mmpretrain.registry import DATA_SAMPLERS, MODELS
from torch import nn

from mmlt.datasets import DigitsLT
from mmlt.models import FCCNeck, LongTailClassifier
from mmlt.structures import BatchDataSample

ROOT = Path(__file__).parents[2]
NUM_CLASSES, CHANNELS, EXPERTS = 10, 8, 3
COUNTS = [200, 143, 103, 74, 53, 38, 27, 20, 14, 10]
LABELS = torch.tensor([0, 3, 5, 9, 1, 0, 7, 2])
EXPERT_HEADS = ('SADEClsHead', 'NCLClsHead')
SETTINGS = {
    'DeferredLoss': dict(
        before=dict(type='CrossEntropyLoss'),
        after=dict(type='CrossEntropyLoss', class_weight=[1.0, 2.0] * 5),
        begin=160,
    ),
    'LabelSmoothLoss': dict(label_smooth_val=0.1, num_classes=NUM_CLASSES),
}
KINDS = ('loss', 'head', 'frozen', 'sampler', 'begin', 'posthoc', 'mixing')
METHODS = """
    focal, CB-focal, CB-CE, CELS, CELAS, LDAM, CDT, BSCE, logit adjustment,
    cosine head, vMF head, class-balanced sampling, square-root sampling,
    progressive sampling, reverse sampling, DRW, DRS, cRT, LWS, tau-norm,
    mixup, manifold mixup, Remix, DiVE, SADE, NCL
"""


def table():
    text = (ROOT / 'configs/fcc/README.md').read_text()
    text = text.split('## With other methods')[1].split('\n## ')[0]
    rows = [line for line in text.splitlines() if line.startswith('| ')]
    cells = [[c.strip() for c in row.strip('|').split('|')] for row in rows]
    assert cells[0] == ['method', 'with FCC', 'why', 'built as']
    return [(method, claim, built) for method, claim, _, built in cells[1:]]


ROWS = table()


def parts_of(built):
    """``{'head': 'SADEClsHead', 'scale': None}`` of the last column."""
    parts = {}
    for pair in built.strip('`').split():
        key, value = pair.split('=')
        try:
            parts[key] = ast.literal_eval(value)
        except (ValueError, SyntaxError):
            parts[key] = value
    return parts


def find(registry, name):
    """The registered class, or a skipped test that names what is missing."""
    found = registry.get(name)
    if found is None:
        pytest.skip(f'{name} is not registered')
    return found


def config(name):
    find(MODELS, name)
    return dict(type=name, **SETTINGS.get(name, {}))


class Images(nn.Module):
    """A network of one layer: enough to send a gradient through."""

    def __init__(self, channels):
        super().__init__()
        self.conv = nn.Conv2d(3, channels, 3)

    def forward(self, x):
        return (F.relu(self.conv(x)),)


def build(parts, fcc, mode='train', seed=0):
    """A classifier as a row says, with an FCC that is on or not yet on."""
    torch.manual_seed(seed)
    head = config(parts.get('head', 'LinearClsHead'))
    head.update(num_classes=NUM_CLASSES, in_channels=CHANNELS)
    head['loss'] = config(parts.get('loss', 'CrossEntropyLoss'))
    head.update({k: v for k, v in parts.items() if k not in KINDS})
    extra = {}
    if 'frozen' in parts:
        accepted = inspect.signature(LongTailClassifier.__init__).parameters
        if 'frozen' not in accepted:
            pytest.skip('LongTailClassifier has no argument `frozen`')
        extra['frozen'] = parts['frozen'].split(',')
    if parts.get('mixing') == 'ManifoldMixup':
        extra['mixing'] = config('ManifoldMixup')
    experts = EXPERTS if head['type'] in EXPERT_HEADS else 1
    model = LongTailClassifier(
        Images(experts * CHANNELS),
        neck=[
            dict(type='GlobalAveragePooling'),
            dict(type='FCCNeck', gamma=0.5, begin=0 if fcc else 1000),
        ],
        head=head,
        **extra,
    ).double()
    tell(model, epoch=100)
    return model.train(mode == 'train')


def tell(model, epoch):
    for part in model.modules():
        if hasattr(part, 'set_class_counts'):
            part.set_class_counts(COUNTS)
        if hasattr(part, 'set_progress'):
            part.set_progress(epoch, 200)


def step(parts, fcc, labels=LABELS, epoch=100):
    """Loss and gradients of one training step, the same but for FCC."""
    model = build(parts, fcc)
    tell(model, epoch)
    torch.manual_seed(1)
    inputs = torch.randn(len(labels), 3, 6, 6, dtype=torch.float64)
    if parts.get('mixing') in ('BatchMixup', 'BatchRemix'):
        mixing = MODELS.build(config(parts['mixing']))
        tell(mixing, epoch)
        generator = torch.Generator().manual_seed(0)
        inputs, labels = mixing(inputs, labels, generator)
    losses = model.loss(inputs, [BatchDataSample(gt_label=labels)])
    loss = sum(v for k, v in losses.items() if 'loss' in k)
    loss.backward()
    grads = {
        name: p.grad for name, p in model.named_parameters() if p.requires_grad
    }
    return loss.detach(), grads


def check(claim, with_fcc, without):
    """FCC changes loss and gradients, or neither."""
    (loss, grads), (plain, others) = with_fcc, without
    assert grads.keys() == others.keys()
    assert grads
    if claim == 'no-op':
        torch.testing.assert_close(loss, plain, rtol=1e-12, atol=0)
        for name, grad in grads.items():
            torch.testing.assert_close(
                grad, others[name], rtol=1e-8, atol=1e-12
            )
        return
    assert claim == 'works'
    assert abs(loss / plain - 1) > 1e-4
    for name, grad in grads.items():
        change = (grad - others[name]).norm()
        assert change > 1e-4 * others[name].norm() > 0, name


@pytest.mark.parametrize(
    ('method', 'claim', 'built'), ROWS, ids=[row[0] for row in ROWS]
)
def test_row_is_true(method, claim, built):
    parts = parts_of(built)
    if 'recipe' in parts:
        check_recipe(claim, parts['recipe'])
    elif 'posthoc' in parts:
        check_posthoc(claim, parts['posthoc'])
    elif 'sampler' in parts:
        check_sampler(claim, parts['sampler'], parts.get('begin', 0))
    else:
        epochs = (159, 160) if parts.get('loss') == 'DeferredLoss' else (100,)
        for epoch in epochs:
            check(
                claim,
                step(parts, True, epoch=epoch),
                step(parts, False, epoch=epoch),
            )


def check_recipe(claim, path):
    """FCC in the teacher's neck, and not in the student's."""
    assert claim == 'teacher only'
    if not (ROOT / path).exists():
        pytest.skip(f'{path} is not there')
    find(MODELS, 'DistillClassifier')
    model = Config.fromfile(ROOT / path).model
    assert model.type == 'DistillClassifier'
    assert 'FCCNeck' in [neck.type for neck in model.teacher.neck]
    assert 'FCCNeck' not in [neck.type for neck in model.neck]
    fcc = model.teacher.neck[-1]
    assert (fcc.type, fcc.gamma) == ('FCCNeck', 0.5)


def check_posthoc(claim, name):
    """Trained with a linear head and FCC; at test FCC is off."""
    check(claim, step({}, True), step({}, False))
    logits = []
    for fcc in (True, False):
        trained = build({}, fcc)
        tested = build({'head': name}, fcc, mode='test', seed=5)
        tested.load_state_dict(trained.state_dict(), strict=False)
        torch.manual_seed(1)
        inputs = torch.randn(8, 3, 6, 6, dtype=torch.float64)
        logits.append(tested.head(tested.extract_feat(inputs)))
        feats = trained.eval().extract_feat(inputs)
        assert torch.equal(tested.extract_feat(inputs)[-1], feats[-1])
        assert not torch.equal(logits[-1], trained.head(feats))
    assert torch.equal(*logits)


def check_sampler(claim, strategy, begin):
    """Tau is that of the labels that the sampler draws."""
    dataset = DigitsLT(split='train', imbalance_ratio=20, pipeline=[])
    sampler = find(DATA_SAMPLERS, 'LongTailSampler')(
        dataset, strategy=strategy, begin=begin, seed=0
    )
    for epoch in (begin - 1, begin) if begin else (100,):
        sampler.set_progress(epoch, 200)
        rows = list(sampler)[:64]
        labels = torch.tensor(
            [dataset.get_data_info(i)['gt_label'] for i in rows]
        )
        assert len(labels.unique()) > 3
        neck = build({}, True).neck[1]
        feats = torch.rand(64, CHANNELS, dtype=torch.float64)
        tau = 1 + 0.5 * (1 - labels.double() / NUM_CLASSES)
        torch.testing.assert_close(neck(feats, labels), tau[:, None] * feats)
        check(
            claim,
            step({}, True, labels, epoch),
            step({}, False, labels, epoch),
        )


def test_every_compared_method_has_a_row():
    known = [row[0] for row in ROWS]
    for method in re.split(r',\s*', METHODS.strip()):
        assert method in known
    assert len(set(known)) == len(known)
    assert {row[1] for row in ROWS} == {'works', 'no-op', 'teacher only'}


def test_the_comparison_sees_a_difference_and_its_absence():
    """A linear head is no no-op, and a cosine head does not work."""
    for parts, claim in (({}, 'no-op'), ({'head': 'CosineClsHead'}, 'works')):
        with pytest.raises(AssertionError):
            check(claim, step(parts, True), step(parts, False))


@pytest.mark.parametrize(
    ('method', 'claim', 'built'),
    [row for row in ROWS if 'head=' in row[2]],
    ids=lambda x: x if '=' not in x else '',
)
def test_the_classifier_warns_where_fcc_is_a_no_op(
    method, claim, built, monkeypatch
):
    lines = []
    module = 'mmlt.models.classifiers.long_tail_classifier'
    monkeypatch.setattr(f'{module}.print_log', lambda t, **k: lines.append(t))
    model = build(parts_of(built), True)
    assert any(isinstance(part, FCCNeck) for part in model.neck)
    assert any('FCCNeck changes nothing' in t for t in lines) == (
        claim == 'no-op'
    )
