"""Functions, losses, necks and samplers without mmengine, mmcv, mmpretrain."""

import subprocess
import sys
from pathlib import Path

import pytest

# as in an environment that has torch and numpy alone of what mmlt needs
HIDDEN = """
import importlib.metadata, sys

class Hidden:
    def find_spec(self, name, path=None, target=None):
        if name.split('.')[0] in {
            'mmengine', 'mmcv', 'mmpretrain', 'torchvision', 'sklearn',
            'matplotlib', 'safetensors',
        }:
            raise ModuleNotFoundError(f'No module named {name!r}', name=name)

sys.meta_path.insert(0, Hidden())
version = importlib.metadata.version

def known(name):
    if name.startswith('onedl') or name == 'torchvision':
        raise importlib.metadata.PackageNotFoundError(name)
    return version(name)

importlib.metadata.version = known
"""


def python(code, *arguments):
    return subprocess.run(
        [sys.executable, '-c', HIDDEN + code, *arguments],
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_losses_necks_and_samplers_train_without_the_parents():
    done = python("""
import torch
from torch.utils.data import DataLoader, TensorDataset
from mmlt.losses import BalancedSoftmaxLoss, DeferredLoss, LDAMLoss
from mmlt.necks import FCCNeck
from mmlt.samplers import LongTailSampler

labels = torch.tensor([0] * 40 + [1] * 8 + [2] * 2)
data = TensorDataset(torch.randn(50, 6), labels)
loader = DataLoader(data, 10, sampler=LongTailSampler(data, seed=0))
neck = FCCNeck(gamma=0.5, begin=1)
loss = DeferredLoss(BalancedSoftmaxLoss(), LDAMLoss(), begin=1)
for part in (neck, loss):
    part.set_class_counts([40, 8, 2])
model = torch.nn.Linear(6, 3)
for epoch in range(2):
    for part in (neck, loss, loader.sampler):
        part.set_progress(epoch, 2)
    for features, targets in loader:
        loss(model(neck(features, targets)), targets).backward()
print('trained', model.weight.grad.isfinite().all().item())
import sys
print([m for m in sys.modules if m.startswith(('mmengine', 'mmpretrain'))])
""")
    assert done.stdout == 'trained True\n[]\n', done.stderr


def test_import_mmlt_is_enough():
    done = python("""
import mmlt
print(mmlt.necks.FCCNeck, mmlt.losses.LDAMLoss, mmlt.samplers.LongTailSampler)
print(mmlt.functional.vmf_overlap)
try:
    mmlt.lossses
except AttributeError as error:
    print(error)
""")
    assert done.returncode == 0, done.stderr
    assert done.stdout.count('mmlt.') >= 3
    assert "module 'mmlt' has no attribute 'lossses'" in done.stdout


def test_every_loss_is_there_without_the_parents():
    from mmlt import losses

    done = python('import mmlt.losses; print(mmlt.losses.__all__)')
    assert done.stdout.strip() == str(losses.__all__), done.stderr


def test_numbers_are_those_of_the_whole():
    code = """
import torch
from mmlt.losses import LogitAdjustedLoss
torch.manual_seed(0)
loss = LogitAdjustedLoss(tau=1.5)
loss.set_class_counts([5, 3, 1])
print(loss(torch.randn(4, 3), torch.tensor([0, 1, 2, 1])).item().hex())
"""
    whole = subprocess.run(
        [sys.executable, '-c', code], capture_output=True, text=True
    )
    done = python(code)
    assert done.stdout == whole.stdout != '', done.stderr


@pytest.mark.parametrize(
    'statement',
    [
        'import mmlt.engine',
        'import mmlt.evaluation',
        'import mmlt.runs.recipes',
        'from mmlt.models import VMFClsHead',
        'import mmlt; mmlt.load',
    ],
)
def test_what_needs_the_parents_says_so(statement):
    done = python(statement)
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith(
        'ImportError: Expected torchvision >= 0.21, but it is not installed. '
        'Mend it with: pip install'
    )
    assert '`mmlt.losses`' in last


def test_command_says_what_it_needs_and_helps_without():
    done = python("from mmlt.cli.main import main; main(['recipes'])")
    assert done.returncode == 1
    assert done.stderr.startswith('error: Expected torchvision >= 0.21, but')
    assert done.stderr.count('\n') == 1
    done = python("from mmlt.cli.main import main; main(['--help'])")
    assert 'commands:' in done.stdout, done.stderr


def test_alias_modules_are_for_plain_pytorch():
    folder = Path(__file__).parents[1] / 'mmlt'
    for name in ('losses', 'necks', 'samplers'):
        assert 'torch and numpy alone' in (folder / f'{name}.py').read_text()
