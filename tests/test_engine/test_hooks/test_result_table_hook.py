import math
from types import SimpleNamespace

from mmlt.engine import ResultTableHook
from mmlt.engine.hooks.result_table_hook import COLUMNS, result_table

METRICS = {
    'accuracy/top1': 71.954,
    'shot/many': 80.0,
    'shot/medium': 7.256,
    'shot/few': math.nan,
    'calibration/ece': 3.1,
    'calibration/mce': 20.0,
}


def test_table_has_a_column_per_measured_number():
    lines = result_table(METRICS, COLUMNS, 'after epoch 2').splitlines()
    assert lines[0] == 'Result after epoch 2 (percent)'
    assert lines[2].split() == ['top-1', 'many', 'medium', 'few', 'ECE']
    assert lines[3].split() == ['71.95', '80.00', '7.26', '-', '3.10']
    assert len(lines[2]) == len(lines[3])


def test_what_was_not_measured_is_left_out():
    lines = result_table({'accuracy/top1': 1.0}, COLUMNS, 'test').splitlines()
    assert lines[2].split() == ['top-1']


def test_the_hook_reports_the_last_epoch_not_the_best():
    lines = []
    runner = SimpleNamespace(
        epoch=0, logger=SimpleNamespace(info=lines.append)
    )
    hook = ResultTableHook()
    for epoch, accuracy in ((1, 50.0), (2, 40.0)):
        runner.epoch = epoch
        hook.after_val_epoch(runner, {'accuracy/top1': accuracy})
    hook.after_train(runner)
    assert 'after epoch 2' in lines[0]
    assert '40.00' in lines[0]


def test_without_an_evaluation_there_is_no_table():
    lines = []
    runner = SimpleNamespace(logger=SimpleNamespace(info=lines.append))
    ResultTableHook().after_train(runner)
    assert lines == []


def test_columns_are_an_option():
    hook = ResultTableHook(columns={'calibration/mce': 'MCE'})
    lines = []
    runner = SimpleNamespace(logger=SimpleNamespace(info=lines.append))
    hook.after_test_epoch(runner, METRICS)
    assert lines[0].splitlines()[2].split() == ['MCE']
