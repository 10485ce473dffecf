"""A metric that is watched is one that the validation has."""

import pytest

from mmlt.runs.preflight import complete_config
from mmlt.runs.recipes import load_recipe
from mmlt.runs.remarks import remarks
from mmlt.runs.watched_metrics import (
    check_watched_metrics,
    validation_metrics,
)


def config(save_best=None, monitor=None, **changes):
    cfg = load_recipe('bsce/resnet18_images')
    cfg.default_hooks.checkpoint.save_best = save_best
    if monitor is not None:
        stop = dict(type='ResumableEarlyStoppingHook', monitor=monitor)
        cfg.custom_hooks.append({**stop, **changes})
    return cfg


def test_names_are_those_of_the_log():
    found = validation_metrics(config())
    # those of the log of a training (docs/metrics.md)
    assert found == [
        'accuracy/top1',
        'shot/many',
        'shot/medium',
        'shot/few',
        'calibration/ece',
        'calibration/mce',
        'macro/accuracy',
    ]
    for name in [*found, 'auto', None, ['macro/accuracy', 'shot/few']]:
        check_watched_metrics(config(name))
    for name in found:
        check_watched_metrics(config(monitor=name))


@pytest.mark.parametrize('wrong', ['accuracy/top_1', ['accuracy/top_1']])
def test_a_misspelled_one_is_refused_before_the_training(wrong):
    with pytest.raises(
        ValueError,
        match=r'checkpoint.save_best` to be a metric .* Did you mean '
        '`accuracy/top1`. There are accuracy/top1, shot/many',
    ):
        complete_config(config(wrong))
    with pytest.raises(
        ValueError,
        match=r'custom_hooks.\d+.monitor` .* Did you mean `macro/accuracy`',
    ):
        complete_config(config(monitor='macro/acuracy'))


def test_where_a_name_cannot_be_known_nothing_is_refused():
    cfg = config('my/metric')
    cfg.val_evaluator.metrics.append(dict(type='SingleLabelMetric'))
    check_watched_metrics(cfg)
    cfg = config('accuracy/top1_thr-0.50')
    cfg.val_evaluator.metrics[0].thrs = (0.5, 0.9)
    check_watched_metrics(cfg)


def test_prefixes_and_ranks_are_followed():
    cfg = config()
    cfg.val_evaluator.metrics = [
        dict(type='Accuracy', topk=(1, 5), prefix='a'),
        dict(type='Accuracy', topk=3),
    ]
    assert validation_metrics(cfg) == ['a/top1', 'a/top5', 'accuracy/top3']


def test_an_early_stop_that_cannot_come_is_said():
    cfg = config(monitor='macro/accuracy', patience=10)
    cfg.train_cfg.max_epochs, cfg.train_cfg.val_interval = 10, 5
    (text,) = [t for t in remarks(cfg) if 'EarlyStopping' in t]
    assert 'patience=10) has 2 evaluations in 10 epochs' in text
    cfg.train_cfg.max_epochs = 55
    assert not [t for t in remarks(cfg) if 'EarlyStopping' in t]
