import math

import pytest

from mmlt.runs.folder import read_work_dir
from mmlt.runs.log import device_of, logged, logs_of, minutes_of, read_curves

from .conftest import record


def test_what_was_in_the_folder_before_does_not_count(folder):
    record(folder, ('a' * 40, False, False, '20260102_105959'))
    run = read_work_dir(folder)
    assert run.minutes == 0.5
    assert run.curves['accuracy/top1'] == ([2], [60.0])


def test_a_last_line_that_is_cut_off_is_left_out(folder):
    file = folder / '20260102_110000' / 'vis_data' / 'scalars.json'
    whole = read_work_dir(folder).curves['loss']
    lines = file.read_text()
    file.write_text(lines + '\n{"loss": 7.0, "epo')
    assert read_work_dir(folder).curves['loss'] == whole
    file.write_text('{"loss": 7.0, "epo\n' + lines)
    with pytest.raises(
        ValueError, match='scalars.json to be JSON, but line 1'
    ):
        read_work_dir(folder)


def test_null_is_what_was_no_number(folder):
    """As mmlt writes it; mmengine writes NaN."""
    file = folder / '20260102_110000' / 'vis_data' / 'scalars.json'
    content = file.read_text()
    assert 'NaN' in content
    before = read_curves(folder)['shot/few']
    file.write_text(content.replace('NaN', 'null'))
    after = read_curves(folder)['shot/few']
    assert repr(after) == repr(before)
    assert math.isnan(after[1][-1])


def test_the_gpu_is_named(folder):
    for log in folder.glob('*/*.log'):
        log.write_text('    CUDA available: True\n    GPU 0,1: A100-SXM4\n')
    run = read_work_dir(folder)
    assert run.device == 'A100-SXM4'
    assert run.minutes == 0


def test_a_resumed_training_is_one_curve(folder):
    assert len(logs_of(folder, '*.log')) == 2
    assert len(list(logged(folder))) == 7
    curves = read_curves(folder)
    assert curves['accuracy/top1'] == ([1, 2], [30.0, 60.0])
    assert curves['loss'] == ([1, 2], [3.0, 0.75])
    assert minutes_of(folder) == 3.5
    assert device_of(folder) == 'CPU'


def test_the_minutes_of_a_first_stage_count(folder):
    stage = folder / 'stage1' / '20260102_090000'
    stage.mkdir(parents=True)
    (stage / 'a.log').write_text(
        '2026/01/02 09:00:00 - mmengine\n2026/01/02 09:02:00 - mmengine\n'
    )
    assert minutes_of(folder) == 5.5


def test_a_folder_without_a_log_says_nothing(tmp_path):
    assert read_curves(tmp_path) == {}
    assert minutes_of(tmp_path) == 0
    assert device_of(tmp_path) == ''
