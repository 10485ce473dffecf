"""A checkpoint that would run code is refused in every path that loads one.

Each path reads a file that makes another one when it is unpickled. The
sentence names the file, and what it holds; nothing is made.
"""

import pickle
import re
import shutil
from functools import partial
from pathlib import Path

import pytest
import torch
from mmengine.config import Config
from mmengine.runner import Runner
from mmpretrain.registry import MODELS

from mmlt.runs.two_stage import check_same_training

from ..test_checkpoints import hostile
from .bad_input import RECIPE, copied
from .in_process import run

SHORT = ['train_cfg.max_epochs=2', 'param_scheduler.0.end=1']
SADE, CRT = 'sade/resnet20_digitslt', 'crt/resnet20_digitslt'
CIFAR = 'ce/resnet32_cifar10lt'


class Place:
    """A folder with a hostile checkpoint, alone and as the last of a run.

    Args:
        folder: Empty.
        trained: Folder of a finished training.
    """

    def __init__(self, folder: Path, trained: Path) -> None:
        self.folder, self.mark = folder, folder / 'mark'
        self.content = torch.load(trained / 'epoch_1.pth', weights_only=False)
        self.trained = trained
        self.file = hostile.with_code(
            folder / 'stranger.pth', self.mark, self.content
        )

    def run(self) -> Path:
        """A training whose last checkpoint is the hostile one."""
        work_dir = copied(self.trained, self.folder)
        shutil.copy(self.file, work_dir / 'epoch_1.pth')
        return work_dir

    def first_stage(self) -> list:
        """A training of two stages, the first of it a stranger's."""
        work_dir = self.folder / 'crt'
        shutil.copytree(self.run(), work_dir / 'stage1')
        return ['train', CRT, '--work-dir', work_dir]

    def option(self, *options: str) -> list:
        """A training with options."""
        return ['train', RECIPE, '--cfg-options', *SHORT, *options]


PATHS = {
    'load-from': lambda p: p.option(f'load_from={p.file}'),
    'resume-named': lambda p: [
        *('train', RECIPE, '--resume', p.file, '--cfg-options', *SHORT)
    ],
    'resume-automatic': lambda p: [
        *('train', RECIPE, '--resume', '--work-dir', p.run()),
        *('--cfg-options', *SHORT),
    ],
    'resume-in-the-config': lambda p: [
        *('train', RECIPE, '--work-dir', p.run()),
        *('--cfg-options', *SHORT, 'resume=True'),
    ],
    'first-stage': lambda p: p.first_stage(),
    'first-stage-resumed': lambda p: [*p.first_stage(), '--resume'],
    'pretrained': lambda p: p.option(
        'model.backbone.init_cfg.type=Pretrained',
        f'model.backbone.init_cfg.checkpoint={p.file}',
    ),
    'teacher': lambda p: [
        *('train', 'dive/resnet20_digitslt', '--cfg-options', *SHORT),
        f'model.teacher_checkpoint={p.file}',
    ],
    'test': lambda p: ['test', RECIPE, p.file],
    'publish': lambda p: ['publish', p.file, 'out'],
    'calibrate-overlap': lambda p: [
        *('calibrate-overlap', RECIPE, p.file, '--out', 'out'),
        *('--alpha', '1'),
    ],
    'aggregate-experts': lambda p: ['aggregate-experts', SADE, p.file],
    'dump-predictions': lambda p: ['dump-predictions', RECIPE, p.file],
    'dump-predictions-of-a-run': lambda p: ['dump-predictions', p.run()],
    'report': lambda p: ['report', p.run(), '--out', 'out'],
    'plot': lambda p: ['plot', 'reliability', p.run(), '--out', 'out.svg'],
    'misclassified-area': lambda p: ['misclassified-area', p.run()],
    'test-agnostic': lambda p: ['test-agnostic', p.run()],
    'posthoc': lambda p: [
        *('posthoc', p.run(), '--fit-split', 'test'),
        '--i-know-this-is-the-test-set',
    ],
    **{
        f'export-{kind}': lambda p, kind=kind, ending=ending: [
            *('export', RECIPE, p.file, '--to', kind),
            *('--out', f'out{ending}'),
        ]
        for kind, ending in (
            ('torchscript', '.pt'),
            ('onnx', '.onnx'),
            ('mmpretrain', '.pth'),
        )
    },
}


@pytest.mark.parametrize('path', PATHS)
def test_a_checkpoint_with_code_is_refused(path, trained, tmp_path):
    if path == 'export-onnx':
        pytest.importorskip('onnxruntime', reason='extra "export"')
    place = Place(tmp_path, trained)
    done = run(PATHS[path](place), tmp_path)
    assert not place.mark.exists()
    assert done.code == 1, done.errors
    line = done.errors.strip().splitlines()[-1]
    assert re.search(
        r'error: .*Expected \S+\.pth to hold tensors, numbers and texts '
        r'alone, but it holds io\.open, .*--trust \S+\.pth',
        line,
    ), done.errors
    assert not list(tmp_path.glob('out*'))


def test_it_is_read_where_it_is_named(trained, tmp_path):
    place = Place(tmp_path, trained)
    words = ['dump-predictions', RECIPE, place.file, '--trust', place.file]
    done = run(words, tmp_path)
    assert done.code == 0, done.errors
    assert place.mark.exists()


@pytest.mark.parametrize('how', ['load_from', 'resume', 'load_checkpoint'])
def test_the_runner_of_mmengine_reads_data_alone(trained, tmp_path, how):
    """Also where none of our commands looked at the file before."""
    place = Place(tmp_path, trained)
    cfg = Config.fromfile(trained / 'resnet20_digitslt.py')
    cfg.work_dir = str(tmp_path / how)
    cfg.experiment_name = f'{how}{tmp_path.name}'
    cfg.load_from = None if how == 'load_checkpoint' else str(place.file)
    cfg.resume = how == 'resume'
    runner = Runner.from_cfg(cfg)
    read = runner.train
    if how == 'load_checkpoint':
        read = partial(runner.load_checkpoint, str(place.file))
    with pytest.raises(ValueError, match='it holds io.open'):
        read()
    assert not place.mark.exists()


def test_weights_of_a_part_are_data(tmp_path):
    mark = tmp_path / 'mark'
    path = hostile.with_code(tmp_path / 'a.pth', mark)
    init_cfg = dict(type='Pretrained', checkpoint=str(path), prefix='a.')
    backbone = MODELS.build(
        dict(type='CIFARResNet', depth=20, init_cfg=init_cfg)
    )
    with pytest.raises(ValueError, match='it holds io.open'):
        backbone.init_weights()
    assert not mark.exists()


def program(mark: Path) -> str:
    """The text of a config that makes a file when it is run."""
    return f'open({str(mark)!r}, "w")\nmodel = dict(type="A")\n'


def test_the_config_of_a_first_stage_is_not_run(trained, tmp_path):
    place = Place(tmp_path, trained)
    work_dir = tmp_path / 'crt'
    stage = shutil.copytree(trained, work_dir / 'stage1')
    meta = {**place.content['meta'], 'epoch': 40, 'cfg': program(place.mark)}
    torch.save({**place.content, 'meta': meta}, stage / 'epoch_1.pth')
    done = run(['train', CRT, '--work-dir', work_dir], tmp_path)
    assert not place.mark.exists()
    assert done.code == 1
    line = done.errors.strip().splitlines()[-1]
    assert re.search(r'epoch_1.pth \(meta.cfg\).* line 1 has `open', line)


@pytest.mark.parametrize(
    'text',
    ['a = open(X)', 'import os', '(lambda: 1)()', 'a = b', 'a = f"{1}"'],
)
def test_a_config_is_literals_or_refused(text):
    cfg = Config({'work_dir': 'a'})
    with pytest.raises(ValueError, match='in x.pth .meta.cfg. to .* line 2'):
        check_same_training(cfg, {'cfg': f'x = 1\n{text}'}, 'x.pth', 'key')


def test_the_config_that_mmengine_runs_is_not_run(trained, tmp_path):
    """``meta.config``, when a training of mmcv is resumed."""
    place = Place(tmp_path, trained)
    meta = {**place.content['meta'], 'config': program(place.mark)}
    file = tmp_path / 'mmcv.pth'
    torch.save({**place.content, 'meta': meta}, file)
    options = ['train_cfg.max_epochs=1', 'param_scheduler=[]']
    words = ['train', RECIPE, '--resume', file, '--cfg-options', *options]
    done = run(words, tmp_path)
    assert not place.mark.exists()
    assert done.code == 0, done.errors


@pytest.mark.parametrize('verify', [True, False])
def test_batches_of_cifar_are_data(tmp_path, verify):
    root, mark = tmp_path / 'cifar10', tmp_path / 'mark'
    folder = root / 'cifar-10-batches-py'
    folder.mkdir(parents=True)
    for name in [*(f'data_batch_{i}' for i in range(1, 6)), 'test_batch']:
        (folder / name).write_bytes(
            pickle.dumps({'data': hostile.Touch(mark), 'labels': []})
        )
    loader = 'train_dataloader.dataset'
    done = run(
        [
            *('train', CIFAR, '--cfg-options', f'{loader}.data_root={root}'),
            *(f'{loader}.verify_md5={verify}', f'{loader}.download=False'),
        ],
        tmp_path,
    )
    assert not mark.exists()
    assert done.code == 1
    words = 'data_batch_1 to be the published file .*md5'
    if not verify:
        words = (
            'data_batch_1 to hold arrays, .* it holds io.open, which is not'
        )
    line = done.errors.strip().splitlines()[-1]
    assert re.search(words, line), done.errors
