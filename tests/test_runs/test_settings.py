"""The table of rules for values of settings."""

import pytest
from mmengine.config import Config

import mmlt.datasets  # noqa: F401
from mmlt.runs.recipes import load_recipe
from mmlt.runs.rules import RULES
from mmlt.runs.settings import (
    check_evaluation,
    check_needed,
    check_settings,
    values_of,
)

# a value that each rule takes, and one that it refuses
EXAMPLES = {
    'an integer >= 0': (0, -1),
    'an integer >= 1': (1, 0),
    'an integer >= 1, or -1 (never)': (-1, 0),
    'an integer >= 1, or -1 (all)': (-1, -2),
    'a finite number >= 0': (0.0, float('inf')),
    'a finite number > 0': (1e-9, 0),
    'a number in [0, 1)': (0.9, 1),
    'a number in (0, 1]': (1.0, 0),
    'True or False': (True, 1),
    'two numbers in [0, 1)': ((0.9, 0.999), (0.9, 1.0)),
    'a list of integers >= 1': ([1, 2], [0.5]),
    'an integer in [0, 4294967296)': (2**32 - 1, 2**32),
    'a list of numbers, one per channel': ([0, 1.5], ['a']),
    'a list of numbers > 0, one per channel': ([1], [0]),
    'the path of a folder': ('a', ''),
    'a dict of settings': ({}, 5),
    'a dict or a list of them': ([{}], 5),
    'True, False or a dict': (dict(mode='default'), 5),
    'the path of a checkpoint': ('epoch_1.pth', 5),
    "'none' or 'pytorch' or 'slurm' or 'mpi'": ('mpi', 'foo'),
    "'torch' or 'mmcv'": ('torch', 'foo'),
    'one of DEBUG, INFO, WARNING, ERROR, CRITICAL, or an integer': (
        'INFO',
        'FOO',
    ),
    "a list of dict(type='...')": ([dict(type='A')], [dict(a=1)]),
    'False: the last images would not be counted': (False, True),
}


def test_every_rule_takes_and_refuses():
    assert {rule.words for rule in RULES.values()} == set(EXAMPLES)
    for rule in RULES.values():
        right, wrong = EXAMPLES[rule.words]
        assert rule.holds(right), rule.words
        assert not rule.holds(wrong), rule.words
        assert not rule.holds('abc') or 'path' in rule.words
        assert rule.step.endswith('.')


def test_true_is_no_number():
    with pytest.raises(ValueError, match='batch_size` to be an integer'):
        check_settings(Config(dict(train_dataloader=dict(batch_size=True))))


def test_the_value_of_a_pattern():
    cfg = Config(dict(a=[dict(b=1), dict(c=2), dict(b=3)], d=dict(b=4)))
    assert list(values_of(cfg, 'a.*.b')) == [('a.0.b', 1), ('a.2.b', 3)]
    assert list(values_of(cfg, 'd.*.b')) == [('d.b', 4)]
    assert list(values_of(cfg, 'x.b')) == []


def test_one_scheduler_and_several_have_the_same_rules():
    wrong = dict(type='MultiStepLR', milestones='abc')
    for schedulers, key in ((wrong, ''), ([wrong], '.0')):
        with pytest.raises(ValueError, match=f'scheduler{key}.milestones`'):
            check_settings(Config(dict(param_scheduler=schedulers)))


def test_a_value_of_none_is_as_if_it_were_not_there():
    check_settings(Config(dict(randomness=dict(seed=None), val_cfg=None)))


def test_a_checkpoint_hook_takes_its_own_arguments():
    names = dict(save_best='auto', rule='greater', by_epoch=True)
    hook = dict(type='CheckpointHook', save_optimizer=False, **names)
    check_settings(Config(dict(default_hooks=dict(checkpoint=hook))))


def test_parts_of_a_scope_are_known():
    """Lamb is an optimizer of mmpretrain alone."""
    cfg = load_recipe('ce/resnet20_digitslt')
    cfg.optim_wrapper.optimizer = dict(type='Lamb', lr=0.1)
    check_settings(cfg)


def test_what_a_training_needs():
    cfg = Config(dict(model=dict(type='A')))
    with pytest.raises(ValueError, match='has no `train_cfg`'):
        check_needed(cfg, ('model', 'train_cfg'), 'a training')
    check_needed(cfg, ('model',), 'a training')


def test_what_must_be_there_is_not_none():
    cfg = Config(dict(train_dataloader=dict(sampler=None)))
    with pytest.raises(ValueError, match='sampler` to be a dict'):
        check_settings(cfg)


def test_an_evaluation_is_there_or_not():
    cfg = load_recipe('ce/resnet20_digitslt')
    cfg.val_cfg = cfg.val_evaluator = None
    with pytest.raises(ValueError, match='but val_evaluator and val_cfg is'):
        check_evaluation(cfg)
    cfg.val_dataloader = None
    check_evaluation(cfg)


def test_a_default_hook_may_be_left_out_but_not_one_that_is_none_such():
    check_settings(Config(dict(default_hooks=dict(visualization=None))))
    with pytest.raises(ValueError, match='Did you mean `default_hooks.logg'):
        check_settings(Config(dict(default_hooks=dict(loger=None))))
