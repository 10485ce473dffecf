"""The range test, on the digits."""

import math

import numpy as np
import pytest

from mmlt.runs.lr_find import RangeTestHook, find_learning_rate
from mmlt.runs.training import TrainingOptions
from tests.test_bad_inputs.in_process import isolated, run


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    # these take longer than the steps
    monkeypatch.setattr('mmengine.runner.runner.collect_env', dict)
    monkeypatch.setattr(
        'yapf.yapflib.yapf_api.FormatCode', lambda text, **_: (text, True)
    )


def test_the_loss_falls_at_some_rate_of_the_digits(tmp_path):
    options = TrainingOptions('ce/resnet20_digitslt', seed=0)
    with isolated(tmp_path):
        found = find_learning_rate(options, 1e-4, 1.0, 60)
    assert found.recipe == 0.05
    np.testing.assert_allclose(
        found.rates, np.geomspace(1e-4, 1, 60)[: len(found.rates)]
    )
    # at first the network knows nothing, and hardly moves
    assert found.smooth[2] == pytest.approx(math.log(10), abs=0.7)
    assert min(found.smooth) < found.smooth[2] - 0.3
    assert found.fastest <= found.lowest
    assert not list(tmp_path.iterdir())


def test_the_command_writes_the_picture_and_nothing_else(tmp_path):
    """Of a recipe whose parts need the class counts and the epoch."""
    words = ['lr-find', 'fcc/vmf_resnet20_digitslt', '--steps', '20']
    done = run([*words, '--out', 'lr.svg'], tmp_path)
    assert done.code == 0, done.errors
    lines = done.output.splitlines()
    table = lines.index('learning rate    loss')
    assert float(lines[table + 1].split()[0]) == 1e-5
    assert lines[-2] == 'Wrote lr.svg'
    assert lines[-1].startswith('The loss ')
    assert [path.name for path in tmp_path.rglob('*')] == ['lr.svg']
    assert 'learning rate' in (tmp_path / 'lr.svg').read_text()


@pytest.mark.parametrize(
    ('method', 'key'),
    [('crt', 'load_from'), ('dive', 'model.teacher_checkpoint')],
)
def test_a_second_stage_needs_the_network_of_the_first(method, key, tmp_path):
    done = run(['lr-find', f'{method}/resnet20_digitslt'], tmp_path)
    assert done.code == 1
    assert f'--cfg-options {key}=CHECKPOINT' in done.errors
    assert 'Traceback' not in done.errors


@pytest.mark.parametrize('enable', [True, False])
def test_the_rates_are_those_of_the_config(tmp_path, enable):
    """`auto_scale_lr` multiplies them in the test as in a training."""
    words = ['lr-find', 'ce/resnet20_digitslt', '--steps', '12']
    words += ['--low', '1e-4', '--high', '1e-2', '--cfg-options']
    words += [f'auto_scale_lr.enable={enable}']
    done = run([*words, 'auto_scale_lr.base_batch_size=512'], tmp_path)
    assert done.code == 0, done.errors
    said = 'multiplies them by 0.0625, here and in a training' in done.output
    assert said == enable


@pytest.mark.parametrize('accumulated', [1, 4])
def test_what_the_optimizer_gets_is_scaled_once(
    tmp_path, monkeypatch, accumulated
):
    given = []
    before = RangeTestHook.before_train_iter

    def watched(self, runner, *args, **kwargs):
        before(self, runner, *args, **kwargs)
        (group,) = runner.optim_wrapper.optimizer.param_groups
        given.append(group['lr'])

    monkeypatch.setattr(RangeTestHook, 'before_train_iter', watched)
    options = TrainingOptions(
        'ce/resnet20_digitslt',
        cfg_options={
            'auto_scale_lr.enable': True,
            'auto_scale_lr.base_batch_size': 512,
            'optim_wrapper.accumulative_counts': accumulated,
        },
        seed=0,
    )
    with isolated(tmp_path):
        found = find_learning_rate(options, 1e-4, 1e-2, 12)
    assert found.scale == 32 * accumulated / 512
    np.testing.assert_allclose(given, np.array(found.rates) * found.scale)
