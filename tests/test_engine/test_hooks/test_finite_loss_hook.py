"""FiniteLossHook: a loss that is not finite ends the training."""

from types import SimpleNamespace

import pytest
import torch
from mmpretrain.registry import HOOKS

from mmlt.engine import FiniteLossHook
from tests.test_bad_inputs.in_process import run

OPTIONS = [
    *('train_dataloader.dataset.indices=80', 'train_dataloader.batch_size=16'),
    *('val_dataloader.dataset.indices=60', 'train_cfg.max_epochs=3'),
    *('param_scheduler.0.end=1', 'param_scheduler.1.milestones=[2]'),
]


@HOOKS.register_module()
class BadLabels(FiniteLossHook):
    """Makes the loss of an iteration nan, as an image of nan would."""

    def __init__(self, at, name='loss'):
        super().__init__()
        self.at, self.name = at, name

    def before_train(self, runner):
        step = runner.model.train_step

        def train_step(data, optim_wrapper):
            losses = step(data, optim_wrapper)
            if runner.iter == self.at:
                losses[self.name] = torch.tensor(float('nan'))
            return losses

        runner.model.train_step = train_step

    def after_train_iter(self, *args, **kwargs):
        pass


def spoiled(at, name='loss'):
    return [
        'default_hooks.spoil.type=BadLabels',
        f'default_hooks.spoil.at={at}',
        f'default_hooks.spoil.name={name}',
    ]


@pytest.fixture
def train(monkeypatch, tmp_path):
    monkeypatch.setattr('mmengine.runner.runner.collect_env', dict)
    monkeypatch.setattr(
        'yapf.yapflib.yapf_api.FormatCode', lambda text, **_: (text, True)
    )

    def call(*options):
        words = ['train', 'ce/resnet20_digitslt', '--work-dir', tmp_path / 'a']
        return run([*words, '--cfg-options', *OPTIONS, *options], tmp_path)

    return call


def test_it_names_iteration_part_rate_and_batch(train, tmp_path):
    done = train(*spoiled(7, 'loss_part'))
    assert done.code == 1
    assert 'Traceback' not in done.errors
    line = done.errors.strip().splitlines()[-1]
    folder = tmp_path / 'a'
    file = folder / 'not_finite_epoch_2_iter_8.pt'
    assert line == (
        'error: Expected a finite loss, but loss_part is nan in epoch 2, '
        f'iteration 8 (lr 0.01). The images of the batch are in {file}. The '
        f'last good checkpoint is {folder}/epoch_1.pth. Train with a lower '
        'learning rate (optim_wrapper.optimizer.lr, with --restart), or clip '
        'the gradients (optim_wrapper.clip_grad.max_norm=5).'
    )
    saved = torch.load(file, weights_only=True)
    assert saved['inputs'].shape[0] == 16
    assert saved['inputs'].dtype == torch.uint8
    assert saved['epoch'] == 2
    assert saved['iteration'] == 8
    assert saved['losses']['loss_part'] != saved['losses']['loss_part']

    # the places are those of the images
    from mmengine.registry import DATASETS, DefaultScope

    with DefaultScope.overwrite_default_scope('mmpretrain'):
        digits = DATASETS.build(
            dict(type='DigitsLT', split='train', indices=80)
        )
    batch = digits.__getitems__(saved['indices'])
    assert torch.equal(batch['inputs'], saved['inputs'])
    assert torch.equal(batch['data_samples'][0].gt_label, saved['labels'])


def test_a_rate_that_is_too_high(train, tmp_path):
    done = train('optim_wrapper.optimizer.lr=1e30')
    assert done.code == 1
    assert 'error: Expected a finite loss, but loss is ' in done.errors
    assert not list(tmp_path.glob('a/epoch_*.pth'))
    file = tmp_path / 'a' / 'begin.pth'
    assert f'the weights that it began with are in {file}' in done.errors
    weights = torch.load(file, weights_only=True)['state_dict']
    assert all(value.isfinite().all() for value in weights.values())
    again = train(f'load_from={file}')
    assert again.code == 0
    assert f'Load checkpoint from {file}' in again.output


def test_it_can_be_told_to_go_on(train, tmp_path):
    done = train(*spoiled(7), 'default_hooks.finite_loss.stop=False')
    assert done.code == 0
    assert done.output.count('Expected a finite loss') == 1
    assert 'goes on (stop=False)' in done.output
    assert (tmp_path / 'a' / 'epoch_3.pth').is_file()


def test_weights_that_are_not_finite_are_not_saved(train, tmp_path):
    """The loss was finite, the step after it was not."""
    done = train('optim_wrapper.optimizer.weight_decay=-1e38')
    assert done.code == 1
    assert 'finite' in done.errors.strip().splitlines()[-1]
    assert not list(tmp_path.glob('a/epoch_*.pth'))


class Model(torch.nn.Sequential):
    def __init__(self):
        super().__init__(torch.nn.Linear(2, 2), torch.nn.BatchNorm1d(2))
        self.register_buffer('log_prior', torch.tensor([-float('inf')]))


def fake_runner(tmp_path, **kwargs):
    return SimpleNamespace(
        model=Model(),
        epoch=0,
        iter=0,
        work_dir=str(tmp_path),
        optim_wrapper=SimpleNamespace(get_lr=lambda: {'lr': [0.1, 0.2]}),
        message_hub=SimpleNamespace(runtime_info={}),
        train_dataloader=SimpleNamespace(dataset=None),
        train_loop=None,
        **kwargs,
    )


@pytest.mark.parametrize('name', ['0.weight', '1.running_var'])
def test_weights_and_statistics_are_looked_at_before_a_save(tmp_path, name):
    runner = fake_runner(tmp_path)
    checkpoint = {'state_dict': runner.model.state_dict(), 'meta': {'iter': 9}}
    hook = FiniteLossHook()
    # a buffer may be infinite on purpose
    hook.before_save_checkpoint(runner, checkpoint)
    checkpoint['state_dict'][name][..., 0] = float('inf')
    with pytest.raises(
        FloatingPointError, match=rf'iteration 9, but {name} have .*lr 0\.2'
    ):
        hook.before_save_checkpoint(runner, checkpoint)
    FiniteLossHook(stop=False).before_save_checkpoint(runner, checkpoint)


def test_on_a_gpu_it_reads_every_few_iterations(tmp_path, monkeypatch):
    """With losses on the ``meta`` device, which cannot be read at all."""
    hook, runner = FiniteLossHook(interval=4), fake_runner(tmp_path)
    read = []
    monkeypatch.setattr(hook, '_read', lambda runner: read.append(runner.iter))
    for runner.iter in range(3):
        loss = torch.zeros((), device='meta')
        hook.after_train_iter(runner, runner.iter, {}, {'loss': loss})
    assert read == []
    runner.iter = 3
    hook.after_train_iter(runner, 3, {}, {'loss': loss})
    assert read == [3]


@pytest.mark.parametrize('wrong', [0, 2, 3])
def test_of_several_iterations_the_first_is_named(tmp_path, wrong):
    hook, runner = FiniteLossHook(), fake_runner(tmp_path)
    for number in range(5):
        value = float('inf') if number >= wrong else 1.0
        losses = {'loss_a': torch.tensor(1.0), 'loss': torch.tensor(value)}
        batch = {'inputs': torch.full((2, 1), number)}
        hook._pending.append((number, number, losses, batch))
    with pytest.raises(
        FloatingPointError, match=f'loss is inf in .* iteration {wrong + 1} '
    ):
        hook.before_val(runner)
    (file,) = tmp_path.glob('not_finite_*.pt')
    saved = torch.load(file, weights_only=True)
    assert saved['inputs'].tolist() == [[wrong], [wrong]]
    assert saved['losses'] == {'loss_a': 1.0, 'loss': float('inf')}


def test_what_is_no_loss_does_not_count(tmp_path):
    hook = FiniteLossHook()
    nan = torch.tensor(float('nan'))
    hook.after_train_iter(fake_runner(tmp_path), 0, {}, {'accuracy': nan})
    hook.after_train_iter(fake_runner(tmp_path), 0, {}, None)
    assert hook._pending == []


def test_a_full_disk_does_not_hide_the_reason(tmp_path, monkeypatch):
    def fails(*_):
        raise OSError(28, 'No space left on device')

    monkeypatch.setattr(
        'mmlt.engine.hooks.finite_loss_hook.save_checkpoint', fails
    )
    losses = {'loss': torch.tensor(float('nan'))}
    with pytest.raises(FloatingPointError, match='could not be saved .*No sp'):
        FiniteLossHook().after_train_iter(fake_runner(tmp_path), 0, {}, losses)


def test_interval_counts_iterations():
    with pytest.raises(ValueError, match='interval'):
        FiniteLossHook(interval=0)
