import os
import subprocess
import sys

import pytest
import torch

from mmlt.models import epoch_generator
from mmlt.models.epoch_generator import EpochGenerator


def draw(seed=0, epoch=0, purpose=''):
    torch.manual_seed(seed)
    numbers = EpochGenerator(purpose)
    numbers.set_epoch(epoch)
    generator = numbers.on('cpu')
    return torch.rand(4, generator=generator).tolist()


def test_seed_epoch_and_purpose_decide():
    assert draw() == draw()
    others = [draw(1), draw(epoch=1), draw(purpose='a'), draw(purpose='b')]
    assert len({tuple(x) for x in [draw(), *others]}) == 5


def test_what_was_drawn_before_does_not_matter():
    numbers = EpochGenerator()
    torch.rand(7, generator=numbers.on('cpu'))
    torch.rand(3)
    numbers.set_epoch(2)
    later = torch.rand(4, generator=numbers.on('cpu'))
    assert later.tolist() == draw(epoch=2)


def test_an_epoch_goes_on_where_it_was():
    numbers = EpochGenerator()
    both = [torch.rand(4, generator=numbers.on('cpu')) for _ in range(2)]
    assert not torch.equal(*both)


def test_every_process_draws_its_own(monkeypatch):
    first = draw()
    monkeypatch.setattr(epoch_generator, 'get_rank', lambda: 1)
    assert draw() != first


@pytest.mark.slow
def test_another_run_of_python_draws_the_same():
    program = (
        'import torch; from mmlt.models.epoch_generator import '
        'EpochGenerator; torch.manual_seed(0); '
        "print(torch.rand(4, generator=EpochGenerator('a').on('cpu'))"
        '.tolist())'
    )
    env = {**os.environ, 'PYTHONHASHSEED': '7'}
    out = subprocess.run(
        [sys.executable, '-c', program],
        env=env,
        capture_output=True,
        text=True,
        check=True,
    )
    assert out.stdout.splitlines()[-1] == str(draw(purpose='a'))
