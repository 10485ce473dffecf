"""StopOnSignalHook: a stopped training goes on to the same last bit."""

import os
import re
import signal
from pathlib import Path

import pytest
import torch
from mmengine.hooks import Hook
from mmpretrain.registry import HOOKS

from mmlt import signals
from tests.test_bad_inputs.in_process import run

EPOCH = 5  # iterations
OPTIONS = [
    *('train_dataloader.dataset.indices=80', 'train_dataloader.batch_size=16'),
    *('val_dataloader.dataset.indices=60', 'val_dataloader.batch_size=20'),
    *('param_scheduler.0.end=1', 'param_scheduler.1.milestones=[2]'),
    'train_cfg.val_interval=1',
]


@HOOKS.register_module()
class SendSignal(Hook):
    """Sends signals to its own process, as the user or Slurm would."""

    priority = 'VERY_HIGH'

    def __init__(self, at, number=signal.SIGTERM, stage='iter', times=1):
        self.at, self.number, self.stage = at, number, stage
        self.times = times

    def _send(self, stage, count):
        if (stage, count) == (self.stage, self.at):
            for _ in range(self.times):
                os.kill(os.getpid(), self.number)

    def before_train_iter(self, runner, batch_idx, data_batch=None):
        self._send('iter', runner.iter)

    def before_val_iter(self, runner, batch_idx, data_batch=None):
        self._send('val', runner.epoch)

    def before_train(self, runner):
        self._send('begin', 0)

    def after_train(self, runner):
        self._send('end', 0)


def sent(at, number=signal.SIGTERM, stage='iter', times=1):
    return [
        'default_hooks.sent.type=SendSignal',
        f'default_hooks.sent.at={at}',
        f'default_hooks.sent.number={int(number)}',
        f'default_hooks.sent.stage={stage}',
        f'default_hooks.sent.times={times}',
    ]


@pytest.fixture
def train(monkeypatch, tmp_path):
    """Call ``mmlt train``; returns what it wrote."""
    # these take longer than the training
    monkeypatch.setattr('mmengine.runner.runner.collect_env', dict)
    monkeypatch.setattr(
        'yapf.yapflib.yapf_api.FormatCode', lambda text, **_: (text, True)
    )

    def call(recipe, folder, *options, how=(), code=0, epochs=3):
        recipe += '' if '/' in recipe else '/resnet20_digitslt'
        words = ['train', recipe]
        words += ['--work-dir', folder, *how, '--cfg-options']
        words += [*OPTIONS, f'train_cfg.max_epochs={epochs}', *options]
        before = signal.getsignal(signal.SIGTERM)
        done = run(words, tmp_path)
        assert done.code == code, done.output + done.errors
        if code is not None:
            assert 'Traceback' not in done.output + done.errors
        assert signal.getsignal(signal.SIGTERM) is before
        return done

    return call


def content(path):
    return torch.load(path, map_location='cpu', weights_only=False)


def assert_same(path, other):
    """Weights, optimizer and schedulers."""
    a, b = content(path), content(other)
    assert a['meta']['iter'] == b['meta']['iter']
    assert a['state_dict'].keys() == b['state_dict'].keys()
    for name, value in a['state_dict'].items():
        assert torch.equal(value, b['state_dict'][name]), name
    for key, state in a['optimizer']['state'].items():
        for name, value in state.items():
            other = b['optimizer']['state'][key][name]
            assert torch.equal(torch.as_tensor(value), torch.as_tensor(other))
    assert a['param_schedulers'] == b['param_schedulers']


def stopped_in(folder):
    (path,) = Path(folder).glob('stopped_*.pth')
    assert (folder / 'last_checkpoint').read_text() == str(path)
    return path


@pytest.mark.parametrize(
    ('recipe', 'options'),
    [
        ('ce', []),
        ('fcc', ['model.neck.1.begin=1']),
        ('drw/ldam_resnet20_digitslt', []),
        ('mixup', []),
        ('manifold_mixup', []),
        ('ncl', []),
        ('ce', ['default_hooks.checkpoint.interval=3']),
        ('ce', ['optim_wrapper.accumulative_counts=3']),
        ('ce', ['train_dataloader.num_workers=2']),
    ],
)
def test_it_goes_on_inside_the_epoch(train, tmp_path, recipe, options):
    check_goes_on(train, tmp_path, recipe, options)


def check_goes_on(train, tmp_path, recipe, options):
    """A training that is stopped once, against one that is not."""
    train(recipe, 'whole', *options)
    # in the 3rd of 5 batches of the 2nd epoch
    done = train(recipe, 'part', *options, *sent(EPOCH + 2), code=143)
    assert 'Stopped by SIGTERM after 1 epoch and ' in done.output
    last = done.errors.strip().splitlines()[-1]
    assert last.startswith(f'Go on with: mmlt train {recipe}')
    assert last.endswith(' --resume')
    file = stopped_in(tmp_path / 'part')
    assert content(file)['meta']['epoch'] == 1
    done = train(recipe, 'part', *options, how=['--resume'])
    assert f'Load checkpoint from {file}' in done.output
    assert_same(*(tmp_path / d / 'epoch_3.pth' for d in ('whole', 'part')))
    assert not file.exists()


# boxes in every batch, of which it takes pairs
BOXES = [
    'train_dataloader.batch_size=32',
    *('data_preprocessor.mixing.begin=0', 'data_preprocessor.mixing.end=0'),
    'data_preprocessor.mixing.prob=1.0',
]


@pytest.mark.parametrize(
    ('recipe', 'options'),
    [
        ('cmo', BOXES),
        ('ride', []),
        ('mdcs', []),
        ('shike/stage1_resnet20_digitslt', []),
    ],
)
def test_a_method_with_a_state_of_its_own_goes_on(
    train, tmp_path, recipe, options
):
    check_goes_on(train, tmp_path, recipe, options)


@pytest.mark.parametrize(
    ('recipe', 'first'),
    [
        ('mislas', 'mixup'),
        ('los', 'ce'),
        ('disalign', 'ce'),
        ('shike', 'shike/stage1_resnet20_digitslt'),
    ],
)
def test_a_second_stage_goes_on(train, tmp_path, recipe, first):
    """From the network of a first one, once; then from its own."""
    train(first, 'first')
    begin = [f'load_from={tmp_path}/first/epoch_3.pth']
    check_goes_on(train, tmp_path, recipe, begin)
    trained, given = (
        content(tmp_path / folder / 'epoch_3.pth')['state_dict']
        for folder in ('whole', 'first')
    )
    kept = [n for n in given if re.match(r'backbone.*conv1\.weight', n)]
    assert kept
    assert all(torch.equal(trained[name], given[name]) for name in kept)


@pytest.mark.parametrize('kind', ['DefaultSampler', 'InfiniteSampler'])
@pytest.mark.parametrize('at', [7, EPOCH - 1])
def test_a_loop_that_counts_iterations_goes_on(
    train, tmp_path, monkeypatch, kind, at
):
    monkeypatch.setattr('time.sleep', lambda seconds: None)
    base = tmp_path / 'base.py'
    base.write_text(
        "_base_ = 'mmlt::mixup/resnet20_digitslt.py'\n"
        'train_cfg = dict(_delete_=True, by_epoch=False, max_iters=12)\n'
        'val_cfg = val_dataloader = val_evaluator = None\n'
        'param_scheduler = []\n'
        'train_dataloader = dict(batch_size=16, dataset=dict(indices=80),\n'
        f'    sampler=dict(type={kind!r}))\n'
        'default_hooks = dict(\n'
        '    checkpoint=dict(by_epoch=False, interval=100))\n'
    )

    def call(folder, *options, how=(), code=0):
        words = ['train', base, '--work-dir', tmp_path / folder, *how]
        if options:
            words += ['--cfg-options', *options]
        done = run(words, tmp_path)
        assert done.code == code, done.output + done.errors

    call('whole')
    call('part', *sent(at), code=143)
    file = stopped_in(tmp_path / 'part')
    assert content(file)['meta']['iter'] == at + 1
    call('part', how=['--resume'])
    assert_same(*(tmp_path / d / 'iter_12.pth' for d in ('whole', 'part')))
    assert not file.exists()


def test_stopped_twice_in_an_epoch(train, tmp_path):
    train('mixup', 'whole')
    train('mixup', 'part', *sent(1), code=143)
    first = stopped_in(tmp_path / 'part')
    train('mixup', 'part', *sent(4), how=['--resume'], code=143)
    assert stopped_in(tmp_path / 'part') != first
    train('mixup', 'part', how=['--resume'])
    assert_same(*(tmp_path / d / 'epoch_3.pth' for d in ('whole', 'part')))


@pytest.mark.parametrize('epoch', [1, 3])
def test_an_evaluation_is_made_up_for(train, tmp_path, epoch):
    result = train('ce', 'whole').output.strip().splitlines()[-2]
    train('ce', 'part', *sent(epoch, stage='val'), code=143)
    file = stopped_in(tmp_path / 'part')
    assert content(file)['meta']['epoch'] == epoch
    done = train('ce', 'part', how=['--resume'])
    assert f'Epoch(val) [{epoch}][3/3]' in done.output
    assert done.output.strip().splitlines()[-2] == result
    assert_same(*(tmp_path / d / 'epoch_3.pth' for d in ('whole', 'part')))
    assert not file.exists()
    assert 'already finished' in train('ce', 'part', how=['--resume']).output


def test_stopped_twice_in_one_evaluation(train, tmp_path):
    """The file of both is one, also where the folder is named from here."""
    for how in ([], ['--resume']):
        train('ce', 'part', *sent(3, stage='val'), how=how, code=143)
        file = stopped_in(tmp_path / 'part')
    assert content(file)['meta']['epoch'] == 3
    done = train('ce', 'part', how=['--resume'])
    assert 'Epoch(val) [3][3/3]' in done.output
    assert 'newest whole checkpoint' not in done.output
    assert (tmp_path / 'part/last_checkpoint').read_text() == str(
        tmp_path / 'part/epoch_3.pth'
    )


@pytest.mark.parametrize('epoch', [2, 3])
def test_an_evaluation_that_was_killed_is_made_up_for(
    train, tmp_path, monkeypatch, epoch
):
    result = train('ce', 'whole').output.strip().splitlines()[-2]

    class Killed(BaseException):
        pass

    def kill(hook, stage, count):
        if (stage, count) == ('val', epoch):
            raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(SendSignal, '_send', kill)
        train('ce', 'part', *sent(0), code=None)
    assert (tmp_path / 'part' / f'epoch_{epoch}.pth').is_file()
    done = train('ce', 'part', how=['--resume'])
    assert 'The last evaluation is made up for.' in done.output
    assert f'Epoch(val) [{epoch}][3/3]' in done.output
    assert done.output.strip().splitlines()[-2] == result
    assert_same(*(tmp_path / d / 'epoch_3.pth' for d in ('whole', 'part')))
    assert 'already finished' in train('ce', 'part', how=['--resume']).output


@pytest.mark.parametrize(
    ('number', 'code'),
    [(signal.SIGINT, 130), (signal.SIGUSR1, 138), (signal.SIGHUP, 129)],
)
def test_other_signals_have_their_own_code(train, tmp_path, number, code):
    done = train('ce', 'part', *sent(2, number), code=code)
    assert f'Stopped by {number.name} after 0 epochs and 3' in done.output
    stopped_in(tmp_path / 'part')


def test_a_second_ctrl_c_does_not_wait(train, tmp_path):
    at = EPOCH + 2
    done = train('ce', 'part', *sent(at, signal.SIGINT, times=2), code=130)
    assert 'Stopped by SIGINT; the last checkpoint is ' in done.output
    assert 'epoch_1.pth' in done.output
    assert not list(tmp_path.glob('part/stopped_*'))
    assert not list(tmp_path.glob('part/.draft*'))


def test_a_second_sigterm_changes_nothing(train, tmp_path):
    train('ce', 'part', *sent(2, times=3), code=143)
    stopped_in(tmp_path / 'part')


def test_before_the_first_iteration_there_is_nothing_to_save(train, tmp_path):
    """The signal comes before the hook that waits with it."""
    done = train('ce', 'part', *sent(0, stage='begin'), code=143)
    assert 'Stopped by SIGTERM; there is no checkpoint yet.' in done.output
    train('ce', 'part', how=['--resume'])


def test_after_the_last_one_everything_is_saved(train, tmp_path):
    done = train('ce', 'part', *sent(0, stage='end'), code=143)
    assert 'Result after epoch 3' in done.output
    assert (tmp_path / 'part' / 'epoch_3.pth').is_file()


def test_an_epoch_of_other_batches_is_refused(train, tmp_path):
    train('ce', 'part', *sent(2), code=143)
    done = train(
        *('ce', 'part', 'train_dataloader.batch_size=8'),
        how=['--resume'],
        code=1,
    )
    assert (
        'error: Expected the training to go on inside an epoch of 5 batches '
        'of 16 images in 1 processes, as it was stopped, but got 10 of 8'
    ) in done.errors


def test_an_ema_is_not_saved_with_weights_swapped(train, tmp_path):
    ema = [
        'default_hooks.ema.type=EMAHook',
        *('default_hooks.ema.momentum=0.1', 'default_hooks.ema.priority=49'),
    ]
    train('ce', 'whole', *ema)
    train('ce', 'part', *ema, *sent(1, stage='val'), code=143)
    file = stopped_in(tmp_path / 'part')
    assert content(file)['meta']['iter'] == EPOCH + 1
    train('ce', 'part', *ema, how=['--resume'])
    assert_same(*(tmp_path / d / 'epoch_3.pth' for d in ('whole', 'part')))


def test_without_a_listener_signals_are_as_they_were():
    before = signal.getsignal(signal.SIGTERM)
    with signals.listening():
        assert signal.getsignal(signal.SIGTERM) is not before
        assert signals.is_listening()
    assert signal.getsignal(signal.SIGTERM) is before
    assert not signals.is_listening()
    assert signals.asked() == 0
