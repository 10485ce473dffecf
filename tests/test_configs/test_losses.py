"""The recipes of the losses: the published settings, and nothing besides."""

import pytest
from mmpretrain.registry import MODELS

from .recipes import CONFIGS, load

DATA = ('cifar10lt', 'cifar10lt-ir50', 'cifar100lt', 'cifar100lt-ir50')
METHODS = (
    'focal',
    'cbfocal',
    'cbce',
    'cels',
    'celas',
    'cdt',
    'bsce',
    'la',
    'vs',
)
DEFERRED = ('bsce', 'cdt', 'cbce', 'focal', 'cbfocal', 'ldam', 'cels', 'celas')


def load_on(method, network, data):
    """The recipe of a loss; 'drw/bsce' is a recipe or an overlay of one."""
    data, _, ratio = data.partition('-')
    overlays = ['ratio50'] if ratio else []
    name = f'{method}/{network}_{data}'
    if method.startswith('drw/'):
        loss = method.removeprefix('drw/')
        name = f'{method}_{network}_{data}'
        if not (CONFIGS / f'{name}.py').exists():
            name, overlays = f'{loss}/{network}_{data}', ['drw', *overlays]
    own = f'{name}-ir50'
    if ratio and (CONFIGS / f'{own}.py').exists():
        name, overlays = own, []
    cfg = load(name, *overlays)
    cfg.pop('applied_overlays', None)
    return cfg


@pytest.mark.parametrize('data', [*DATA, 'digitslt'])
@pytest.mark.parametrize('method', [*METHODS, *(f'drw/{m}' for m in DEFERRED)])
def test_it_differs_from_cross_entropy_by_the_loss_alone(method, data):
    net = 'resnet20' if data == 'digitslt' else 'resnet32'
    twin = 'ldam' if method == 'drw/ldam' else 'ce'
    ours, twin = (load_on(m, net, data) for m in (method, twin))
    for cfg in (ours, twin):
        cfg.model.head.pop('loss')
    assert ours.to_dict() == twin.to_dict()


@pytest.mark.parametrize('data', DATA)
def test_ldam_has_a_cosine_head_of_scale_one(data):
    ours, twin = (load_on(m, 'resnet32', data) for m in ('ldam', 'ce'))
    head = ours.model.pop('head')
    before = twin.model.pop('head')
    assert ours.to_dict() == twin.to_dict()
    assert (head.type, head.scale) == ('CosineClsHead', 1)
    assert head.num_classes == before.num_classes
    assert head.loss.to_dict() == dict(
        type='LDAMLoss', max_margin=0.5, scale=30.0, loss_weight=1.0
    )
    built = MODELS.build(head)
    built.init_weights()
    squares = built.fc.weight.square().sum(1).mean().item()
    assert squares == pytest.approx(64 / head.num_classes, rel=0.1)


# appendix of FCC and the published configs, per data set; VS: README
# of its code, scripts/cifar.sh of scongl/Focal-SAM@86c13c6
@pytest.mark.parametrize(
    ('name', 'settings'),
    [
        ('focal', [dict(gamma=2)] * 4),
        ('cbce', [dict(beta=b) for b in (0.9999, 0.9999, 0.9, 0.9)]),
        (
            'cbfocal',
            [
                dict(beta=0.9999, gamma=1),
                dict(beta=0.9999, gamma=2),
                dict(beta=0.9, gamma=1),
                dict(beta=0.99, gamma=1),
            ],
        ),
        ('cels', [dict(head_smoothing=0.1, tail_smoothing=0.1)] * 4),
        ('celas', [dict(head_smoothing=0.4, tail_smoothing=0.1)] * 4),
        ('cdt', [dict(gamma=0.2)] * 4),
        ('la', [dict(tau=1)] * 4),
        (
            'vs',
            [dict(gamma=0.2, tau=1.2)] * 2 + [dict(gamma=0.05, tau=0.75)] * 2,
        ),
        ('bsce', [dict()] * 4),
    ],
)
def test_settings_are_the_published_ones(name, settings):
    for data, expected in zip(DATA, settings, strict=True):
        loss = load_on(name, 'resnet32', data).model.head.loss
        deferred = (
            load_on(f'drw/{name}', 'resnet32', data).model.head.loss
            if (name in DEFERRED)
            else None
        )
        for key, value in expected.items():
            assert loss[key] == value
        if deferred is None:
            continue
        assert deferred.begin == 0.8
        built = MODELS.build(deferred)
        plain = MODELS.build(loss)
        for key, value in expected.items():
            assert getattr(built.after, key) == value
        if name == 'focal':
            assert built.after.reweight == 'cost_sensitive'
            assert built.after.power == 1
        else:
            assert type(built.after) is type(plain)
        if 'focal' in name:
            assert type(built.before).__name__ == 'OneVsAllFocalLoss'
            assert built.before.gamma == built.after.gamma
        else:
            assert type(built.before).__name__ == 'CrossEntropyLoss'


@pytest.mark.parametrize('data', DATA)
def test_deferred_ldam_is_ldam_and_then_has_weights(data):
    loss = MODELS.build(load_on('drw/ldam', 'resnet32', data).model.head.loss)
    assert loss.begin == 0.8
    for part in (loss.before, loss.after):
        assert (part.max_margin, part.scale) == (0.5, 30)
    assert loss.before.reweight is None
    assert (loss.after.reweight, loss.after.beta) == ('class_balanced', 0.9999)


@pytest.mark.parametrize('data', ['cifar10lt', 'cifar100lt', 'digitslt'])
def test_post_hoc_adjustment_is_cross_entropy_with_another_head(data):
    net = 'resnet20' if data == 'digitslt' else 'resnet32'
    name = f'{net}_{data}'
    ours, twin = load(f'ce/{name}', 'post-hoc-la'), load(f'ce/{name}')
    ours.pop('applied_overlays')
    assert ours.model.head.pop('type') == 'LogitAdjustedClsHead'
    assert ours.model.head.pop('tau') == 1
    assert twin.model.head.pop('type') == 'LinearClsHead'
    assert ours.to_dict() == twin.to_dict()
