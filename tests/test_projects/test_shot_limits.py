"""Groups of the classes on data that are smaller than the published ones."""

import json

import pytest

from mmlt.cli.main import main
from mmlt.functional import shot_groups
from mmlt.projects.config_text import own_limits
from mmlt.runs.recipes import load_recipe


@pytest.mark.parametrize(
    ('counts', 'limits'),
    [
        ([500, 50, 5], None),  # each group has a class
        ([49, 30, 20, 10, 5, 1], dict(many=29, few=10)),
        ([24, 13, 7, 4, 3, 2, 1], dict(many=12, few=3)),
        ([400, 300, 200, 150], dict(many=399, few=200)),
        ([9, 9, 9], None),  # no limit tells them apart
        ([9, 3], None),
        ([17, 9, 5, 3, 1, 1, 1], dict(many=8, few=2)),
        ([9, 5, 5, 1], dict(many=8, few=5)),
    ],
)
def test_limits_where_a_published_group_is_empty(counts, limits):
    assert own_limits(counts) == limits
    if limits is not None:
        groups = shot_groups(counts, **limits)
        assert all(of.any() for of in groups.values())
        assert sum(int(of.sum()) for of in groups.values()) == len(counts)


@pytest.mark.parametrize('method', ['bsce', 'vmf'])
def test_the_config_has_them_and_the_metrics_of_its_recipe(
    photos, tmp_path, monkeypatch, capsys, method
):
    monkeypatch.chdir(tmp_path)
    words = ['new', 'own', '--images', 'photos', '--method', method]
    assert main([*words, '--processes', '1']) == 0
    limits = json.loads((tmp_path / 'own/images.json').read_text())[
        'shot_limits'
    ]
    assert limits == dict(many=8, few=2)
    said = capsys.readouterr().out
    assert 'many-shot have more than 8 training images' in said
    cfg = load_recipe(tmp_path / f'own/{method}.py')
    recipe = load_recipe(f'{method}/resnet18_images')
    for name in ('val_evaluator', 'test_evaluator'):
        found, base = cfg[name].metrics, recipe[name].metrics
        assert [m.type for m in found] == [m.type for m in base]
        for metric, plain in zip(found, base, strict=True):
            more = (
                limits
                if metric.type in ('ShotAccuracy', 'LongTailMetric')
                else {}
            )
            assert {**plain, **more} == dict(metric)
