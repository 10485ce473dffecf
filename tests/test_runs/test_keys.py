"""Names of settings: which are read, and which was meant."""

import pytest
from mmengine.config import Config

from mmlt.runs.keys import (
    SETTINGS,
    check_names,
    did_you_mean,
    nearest,
    override,
)
from tests.test_bad_inputs.in_process import isolated


@pytest.fixture
def a_new_log(tmp_path):
    """The log goes to the output as it is now."""
    with isolated(tmp_path):
        yield


def small():
    return Config(
        dict(
            data_root='data',
            train_cfg=dict(max_epochs=3),
            optim_wrapper=dict(optimizer=dict(type='SGD', lr=0.1)),
            model=dict(neck=[dict(type='A'), dict(type='B', gamma=1)]),
            val_cfg=None,
        )
    )


def test_options_that_fit_are_merged():
    cfg = small()
    override(
        cfg,
        {
            'train_cfg.max_epochs': 5,
            'model.neck.1.gamma': 2,
            'model.head.type': 'C',  # new in a dict: its part says if wrong
            'randomness.seed': 3,  # a setting that the config does not have
        },
    )
    assert cfg.train_cfg.max_epochs == 5
    assert cfg.model.neck[1] == dict(type='B', gamma=2)
    assert cfg.model.head.type == 'C'
    assert cfg.randomness.seed == 3


@pytest.mark.parametrize(
    ('key', 'said'),
    [
        ('train_confg.max_epochs', 'Did you mean `train_cfg`?'),
        ('TRAIN_CFG.max_epochs', 'Did you mean `train_cfg`?'),
        ('lr', 'Did you mean `optim_wrapper.optimizer.lr`?'),
        ('max_epochs', 'Did you mean `train_cfg.max_epochs`?'),
        ('gamma', 'Did you mean `model.neck.1.gamma`?'),
        ('qwerty', 'Settings are model, '),
        ('model.neck.2.gamma', 'N from 0 to 1'),
        ('model.neck.-1.gamma', 'N from 0 to 1'),
        ('train_cfg.max_epochs.x', 'but it is 3'),
        ('val_cfg.x', 'but it is None'),
    ],
)
def test_options_that_do_not_fit_are_refused(key, said):
    cfg = small()
    with pytest.raises(ValueError, match='^Expected ') as raised:
        override(cfg, {key: 1})
    assert said in str(raised.value)
    assert cfg.to_dict() == small().to_dict()


@pytest.mark.parametrize(
    'options',
    [
        {'compile.mode': 'reduce-overhead'},
        {'compile': {'mode': 'reduce-overhead'}},
    ],
)
def test_a_switch_becomes_what_it_switches_on(options):
    cfg = Config({'compile': False})
    override(cfg, options)
    assert cfg.compile == {'mode': 'reduce-overhead'}
    override(cfg, {'compile.dynamic': False})
    assert cfg.compile == {'mode': 'reduce-overhead', 'dynamic': False}
    override(cfg, {'compile': True})
    assert cfg.compile is True


def test_a_variable_of_a_file_cannot_be_changed_after_it(capsys, a_new_log):
    cfg = small()
    override(cfg, {'data_root': 'other'})
    assert '`data_root` is a variable' in capsys.readouterr().out


def test_variables_of_a_file_are_no_mistakes():
    check_names(
        dict(
            data_root='data',
            bgr_mean=[1, 2, 3],
            num_classes=10,
            train_pipeline=[],
            dataset_type='ImageNet',
            model_cfg=dict(type='A'),
            # almost `test_evaluator`, but it is part of another setting
            test_evaluators=dict(type='Accuracy', topk=(1,)),
            val_evaluator=[dict(type='Accuracy', topk=(1,))],
        ),
        'a.py',
    )


@pytest.mark.parametrize(
    ('name', 'meant'),
    [
        ('train_confg', 'train_cfg'),
        ('train_config', 'train_cfg'),
        ('optim_wraper', 'optim_wrapper'),
        ('custom_hook', 'custom_hooks'),
        ('parm_scheduler', 'param_scheduler'),
        ('modle', 'model'),
        ('Model', 'model'),
        ('overlay', 'overlays'),
        ('workdir', 'work_dir'),
    ],
)
def test_misspelled_settings_of_a_file_are_refused(name, meant):
    with pytest.raises(ValueError, match=f'Did you mean `{meant}`'):
        check_names({name: dict(a=1)}, 'a.py')


def test_settings_of_an_earlier_version_are_said(capsys, a_new_log):
    check_names(dict(lr_config=dict(policy='step')), 'a.py')
    said = capsys.readouterr().out
    assert '`lr_config` was a setting of mmclassification 0.x' in said
    assert 'param_scheduler' in said


def test_settings_are_those_that_runners_take_and_read():
    assert {'model', 'train_cfg', 'strategy', 'compile'} <= SETTINGS
    assert {'overlays', 'first_stage'} <= SETTINGS
    assert not {'self', 'cfg'} & SETTINGS


def test_nearest_has_limits():
    assert nearest('gama', ['gamma', 'begin']) == 'gamma'
    assert nearest('qwerty', ['gamma', 'begin']) == ''


def test_a_hint_is_given_where_a_name_is_near():
    known = ['train', 'test']
    assert did_you_mean('Trian', known) == 'Did you mean `train`? '
    assert did_you_mean('weigh', known) == ''
