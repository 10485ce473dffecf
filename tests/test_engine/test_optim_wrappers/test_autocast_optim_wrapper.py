from pathlib import Path

import pytest
import torch
from mmpretrain.registry import OPTIM_WRAPPERS
from torch import nn

from mmlt.engine import AutocastOptimWrapper
from mmlt.engine.optim_wrappers.autocast_optim_wrapper import (
    computes_bfloat16,
)


def wrapper(model, **kwargs):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    return AutocastOptimWrapper(optimizer=optimizer, **kwargs)


@pytest.mark.parametrize(
    ('dtype', 'expected'),
    [('bfloat16', torch.bfloat16), (None, torch.float32)],
)
def test_the_forward_pass_runs_in_the_dtype(dtype, expected):
    model = nn.Linear(4, 2)
    wrap = wrapper(model, dtype=dtype)
    with wrap.optim_context(model):
        out = model(torch.randn(3, 4))
    assert out.dtype == expected
    assert model(torch.randn(3, 4)).dtype == torch.float32


@pytest.mark.parametrize('native', [True, False])
def test_auto_follows_the_device(monkeypatch, native):
    module = 'mmlt.engine.optim_wrappers.autocast_optim_wrapper'
    monkeypatch.setattr(f'{module}.computes_bfloat16', lambda device: native)
    model = nn.Linear(4, 2)
    wrap = wrapper(model)
    with wrap.optim_context(model):
        out = model(torch.randn(3, 4))
    assert out.dtype == (torch.bfloat16 if native else torch.float32)
    assert wrap.precision('cpu') == ('bfloat16' if native else 'float32')


def test_this_processor_is_asked_for_its_instructions():
    flags = Path('/proc/cpuinfo')
    if not flags.exists():
        pytest.skip('no /proc/cpuinfo')
    text = flags.read_text()
    expected = 'avx512_bf16' in text or 'amx_tile' in text
    assert computes_bfloat16('cpu') == expected
    assert not computes_bfloat16('meta')


def test_parameters_and_gradients_stay_float32():
    model = nn.Linear(4, 2)
    before = model.weight.detach().clone()
    wrap = wrapper(model, dtype='bfloat16')
    with wrap.optim_context(model):
        loss = model(torch.randn(3, 4)).float().pow(2).mean()
    loss.backward()
    assert model.weight.grad.dtype == torch.float32
    wrap.step()
    assert model.weight.dtype == torch.float32
    assert not torch.equal(model.weight, before)


def test_off_it_is_the_parents_step_to_the_last_bit():
    from mmengine.optim import OptimWrapper

    steps = []
    for kind in (wrapper, None):
        torch.manual_seed(0)
        model = nn.Linear(4, 2)
        if kind:
            wrap = wrapper(model, dtype=None)
        else:
            optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
            wrap = OptimWrapper(optimizer=optimizer)
        with wrap.optim_context(model):
            loss = model(torch.ones(3, 4)).pow(2).mean()
        wrap.update_params(loss)
        steps.append(model.weight.detach())
    assert torch.equal(*steps)


def test_it_is_built_from_a_config():
    assert OPTIM_WRAPPERS.get('AutocastOptimWrapper') is AutocastOptimWrapper


def test_float16_is_refused_with_the_wrapper_that_can():
    with pytest.raises(ValueError, match="'float16'.*AmpOptimWrapper"):
        wrapper(nn.Linear(1, 1), dtype='float16')
