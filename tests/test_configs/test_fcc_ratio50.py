"""FCC's published CIFAR configs at ratio 50, by overlays."""

import pytest

from mmlt.runs.recipes import applied_overlays, first_stage_recipe

from .recipes import CIFAR10, CIFAR100, load

STRATEGIES = ('class-balanced', 'progressive', 'square-root')
# https://github.com/lijian16/FCC/tree/ba9e7d3b8938c1cc092fc2546d9184ce4846ed1e/configs/FCC/cifar
# its folder -> recipe without the data, overlays beside `fcc ratio50`
PUBLISHED = {
    'baseline': ('ce/', ()),
    **{
        f're_weighting/{loss}': (f'{loss}/', ())
        for loss in ('cbce', 'cels', 'focal')
    },
    **{f're_sampling/{s}': (f'resampling/{s}_', ()) for s in STRATEGIES},
    **{
        f'two_stage/drs/{s}': (f'resampling/{s}_', ('drs',))
        for s in STRATEGIES
    },
    **{
        f'two_stage/drw/{loss}': (f'{loss}/', ('drw',))
        for loss in ('bsce', 'cdt')
    },
    # its weights are never deferred there: configs/drw/README.md
    'two_stage/drw/celas': ('celas/', ()),
}
CASES = [
    (method, overlays, data, gamma)
    for method, overlays in PUBLISHED.values()
    for data, gamma in ((CIFAR10, 0.5), (CIFAR100, 1.0))
]
CASES += [
    ('celas/', ('drw',), CIFAR10, 0.5),
    ('celas/', ('drw',), CIFAR100, 1.0),
]
# DiVE has CIFAR-10-LT alone
CASES += [('dive/teacher_', (), CIFAR10, 0.5)]


@pytest.mark.parametrize(('method', 'overlays', 'data', 'gamma'), CASES)
def test_fcc_at_ratio_50_is_its_twin_at_100(method, overlays, data, gamma):
    """Ratio, gamma and first epoch of the published configs; no more."""
    ours = load(f'{method}{data}', *overlays, 'fcc', 'ratio50')
    assert ours.model.neck[-1] == dict(type='FCCNeck', gamma=gamma, begin=0.25)
    assert ours.train_cfg.max_epochs * 0.25 == 50
    assert ours.train_dataloader.dataset.pop('imbalance_ratio') == 50
    assert applied_overlays(ours) == [*overlays, 'fcc', 'ratio50']
    twin = load(f'{method}{data}', *overlays, 'fcc')
    assert twin.train_dataloader.dataset.pop('imbalance_ratio') == 100
    ours.pop('applied_overlays'), twin.pop('applied_overlays')
    assert ours.to_dict() == twin.to_dict()


def test_the_student_of_dive_at_ratio_50():
    """FCC in the teacher alone, as configs/FCC/cifar/DiVE/cifar10_im50."""
    cfg = load('fcc/dive_resnet32_cifar10lt', 'ratio50')
    assert cfg.train_dataloader.dataset.imbalance_ratio == 50
    assert [part.type for part in cfg.model.neck] == ['GlobalAveragePooling']
    teacher = cfg.model.teacher.neck[-1]
    assert (teacher.type, teacher.gamma) == ('FCCNeck', 0.5)
    first = first_stage_recipe(cfg)
    assert first.model.neck == cfg.model.teacher.neck
    assert first.train_dataloader.dataset.imbalance_ratio == 50


def test_the_published_ones_are_all_there():
    """28 yaml files: 13 for each data set, and two of DiVE."""
    published = [case for case in CASES if case[:2] != ('celas/', ('drw',))]
    assert len(published) - 1 == 2 * len(PUBLISHED) == 26
