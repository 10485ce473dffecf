"""What a result depends on changes its hashes; nothing else does."""

import copy

import pytest
from mmengine.utils import import_modules_from_strings

from mmlt.reproduce import hashes
from mmlt.reproduce.hashes import (
    bare_source,
    code_hash,
    config_hash,
    training_modules,
)
from mmlt.runs.recipes import first_stage_recipe, load_recipe


@pytest.fixture(scope='module')
def recipe():
    cfg = load_recipe('fcc/resnet20_digitslt')
    import_modules_from_strings(**cfg.custom_imports)
    return cfg


def changed(cfg, **options):
    cfg = copy.deepcopy(cfg)
    cfg.merge_from_dict({k.replace('__', '.'): v for k, v in options.items()})
    return cfg


@pytest.mark.parametrize(
    'options',
    [
        {'work_dir': '/elsewhere'},
        {'train_dataloader__num_workers': 4},
        {'train_dataloader__dataset__data_root': '/data'},
        {'train_cfg__val_interval': 20},
        {'default_hooks__checkpoint__interval': 5},
        {'resume': True, 'load_from': 'epoch_3.pth'},
        {'log_level': 'WARNING'},
        {'train_dataloader__dataset__verify_md5': False},
        {'compile': True},
        {'auto_scale_lr__base_batch_size': 64},
    ],
    ids=str,
)
def test_where_a_run_lies_is_not_hashed(recipe, options):
    assert config_hash(changed(recipe, **options)) == config_hash(recipe)


@pytest.mark.parametrize(
    'options',
    [
        {'randomness__seed': 7},
        {'train_cfg__max_epochs': 39},
        {'model__neck__1__gamma': 0.25},
        {'train_dataloader__batch_size': 16},
        {'optim_wrapper__dtype': None},
        {'auto_scale_lr__enable': True},
        {'test_evaluator': [{'type': 'ShotAccuracy', 'many': 50}]},
    ],
    ids=str,
)
def test_what_a_number_depends_on_is_hashed(recipe, options):
    assert config_hash(changed(recipe, **options)) != config_hash(recipe)


def test_first_stage_counts(recipe):
    other = changed(recipe, train_cfg__max_epochs=3)
    hashed = {
        config_hash(recipe),
        config_hash(recipe, recipe),
        config_hash(recipe, other),
    }
    assert len(hashed) == 3


def test_where_a_first_stage_lies_is_not_hashed():
    cfg = load_recipe('dive/resnet20_digitslt')
    first = first_stage_recipe(cfg)
    named = changed(cfg, model__teacher_checkpoint='stage1/epoch_40.pth')
    assert config_hash(named, first) == config_hash(cfg, first)
    assert named.model.teacher_checkpoint == 'stage1/epoch_40.pth'
    # without a first stage it is all that is known of the teacher
    assert config_hash(named) != config_hash(cfg)


def test_recipe_and_its_composition_are_one_run():
    names = (
        ('fcc/resnet32_cifar100lt', []),
        ('ce/resnet32_cifar100lt', ['fcc']),
    )
    one, other = (load_recipe(*name) for name in names)
    assert config_hash(one) == config_hash(other)
    assert code_hash(one) == code_hash(other)


def test_share_of_the_schedule_is_the_epoch_that_it_stands_for():
    def hashed(begin):
        options = {'model.neck.1.begin': begin}
        return config_hash(load_recipe('fcc/resnet32_cifar100lt', (), options))

    # of 200 epochs
    assert hashed(0.25) == hashed(50) != hashed(51)
    assert hashed(0.25) != hashed(0.5)
    assert hashed(0.0) == hashed(0)


def test_modules_are_those_that_the_recipe_runs(recipe):
    found = training_modules(recipe)
    assert 'mmlt.models.necks.fcc_neck' in found
    # of the neck, though no config names it
    assert 'mmlt.functional.compression' in found
    # makes the numbers of a row
    assert 'mmlt.functional.classification_summary' in found
    for other in ('report', 'visualization', 'cli', 'environment'):
        assert not any(f'mmlt.{other}' in name for name in found)
    plain = load_recipe('ce/resnet20_digitslt')
    assert 'mmlt.models.necks.fcc_neck' not in training_modules(plain)


def test_code_hash_follows_the_code_alone(recipe, monkeypatch):
    before = code_hash(recipe)
    source = hashes._bare_source

    def other(name, wanted='mmlt.functional.compression'):
        return source(name) + ('\nx = 1' if name == wanted else '')

    monkeypatch.setattr(hashes, '_bare_source', other)
    assert code_hash(recipe) != before
    assert code_hash(load_recipe('ce/resnet20_digitslt'))
    monkeypatch.setattr(
        hashes, '_bare_source', lambda n: other(n, 'mmlt.functional.remix')
    )
    assert code_hash(recipe) == before


CODE = '''"""Head."""

import math  # why


class A:
    """What it is,

    in é lines.
    """

    def b(self):
        """Short."""
        # a comment
        return 'a # b', math.pi
'''
BARE = """import math
class A:
    def b(self):
        return 'a # b', math.pi"""


def test_bare_source_is_code_alone():
    assert bare_source(CODE) == BARE
    assert bare_source(BARE) == BARE


def test_strings_that_are_no_docstrings_stay():
    assert bare_source('x = 1\n"""text"""\n') == 'x = 1\n"""text"""'


def test_types_of_other_packages_count_not(recipe):
    cfg = changed(recipe, custom_hooks=[{'type': 'EMAHook'}])
    assert set(training_modules(cfg)) <= set(training_modules(recipe))
