from functools import partial
from types import SimpleNamespace

import pytest
import torch
from mmengine.dataset import default_collate
from mmengine.optim import OptimWrapper
from torch import nn

from mmlt.datasets import batch_collate
from mmlt.engine import AutocastOptimWrapper, SpeedSettingsHook
from mmlt.engine.hooks.speed_settings_hook import speed_settings


def runner(wrapper=OptimWrapper, collate=default_collate, **config):
    model = nn.Linear(2, 2)
    model.data_preprocessor = SimpleNamespace(
        channels_last=config.pop('channels_last', False)
    )
    optimizer = torch.optim.SGD(
        model.parameters(), lr=0.1, fused=config.pop('fused', None)
    )
    return SimpleNamespace(
        model=model,
        optim_wrapper=wrapper(optimizer=optimizer),
        train_dataloader=SimpleNamespace(collate_fn=partial(collate)),
        cfg=config,
        logger=SimpleNamespace(info=None),
    )


def test_a_plain_training_has_everything_off():
    settings = speed_settings(runner())
    assert settings.pop('device') == f'cpu, {torch.get_num_threads()} threads'
    assert settings.pop('forward pass') == 'float32'
    assert set(settings.values()) == {'off'}


@pytest.mark.parametrize(
    ('name', 'changes'),
    [
        ('channels-last', dict(channels_last=True)),
        ('fused optimizer', dict(fused=True)),
        ('torch.compile', dict(compile=dict(mode='default'))),
        ('whole batches', dict(collate=batch_collate)),
    ],
)
def test_each_setting_is_seen_alone(name, changes):
    settings = speed_settings(runner(**changes))
    assert [k for k, v in settings.items() if v == 'on'] == [name]


def test_the_precision_is_the_one_of_the_wrapper():
    bfloat16 = partial(AutocastOptimWrapper, dtype='bfloat16')
    assert speed_settings(runner(bfloat16))['forward pass'] == 'bfloat16'
    plain = partial(AutocastOptimWrapper, dtype=None)
    assert speed_settings(runner(plain))['forward pass'] == 'float32'


def test_the_hook_writes_one_line():
    lines = []
    run = runner(fused=True)
    run.logger.info = lines.append
    SpeedSettingsHook().before_train(run)
    assert len(lines) == 1
    assert lines[0].startswith('Speed: device: cpu')
    assert 'fused optimizer: on' in lines[0]
