"""The overlays `early-stopping` and `ema`, on the digits."""

import json
import re

import pytest
import torch

import mmlt
from mmlt.runs.dump import load_predictions
from mmlt.runs.recipes import load_recipe
from tests.test_bad_inputs.in_process import run

SETTINGS = (
    'train_cfg.max_epochs=6',
    'train_cfg.val_interval=1',
    'param_scheduler=[]',
    'train_dataloader.batch_size=146',
)


def train(folder, overlay, *options, resume=False):
    """Train vMF, whose head has class counts, with an overlay."""
    words = ['train', 'vmf/resnet20_digitslt', '--work-dir', folder / 'w']
    words += ['--with', overlay, *(['--resume'] if resume else [])]
    done = run([*words, '--cfg-options', *SETTINGS, *options], folder)
    assert done.code == 0, done.errors
    return done.output


def state(folder, epoch):
    path = folder / f'w/epoch_{epoch}.pth'
    return torch.load(path, map_location='cpu', weights_only=False)


# no epoch is better than the first by 1,000 points
NEVER = ('custom_hooks.5.min_delta=1000', 'custom_hooks.5.patience=3')


def scores(folder):
    return json.loads((folder / 'w/early_stopping.json').read_text())


@pytest.fixture(scope='module')
def stopped(tmp_path_factory):
    folder = tmp_path_factory.mktemp('stopped')
    return folder, train(folder, 'early-stopping', *NEVER)


def test_it_stops_when_nothing_gets_better(stopped):
    folder, output = stopped
    assert 'did not improve in the last 3 records' in output
    assert 'Result after epoch 4' in output
    assert [epoch for epoch, _ in scores(folder)] == [1, 2, 3, 4]
    assert not (folder / 'w/epoch_5.pth').exists()


def test_a_cut_training_stops_where_the_whole_one_does(stopped, tmp_path):
    two = ('train_cfg.max_epochs=2',)
    train(tmp_path, 'early-stopping', *NEVER, *two)
    output = train(tmp_path, 'early-stopping', *NEVER, resume=True)
    assert 'resumed epoch: 2' in output
    assert scores(tmp_path) == scores(stopped[0])
    whole, cut = (
        state(folder, 4)['state_dict'] for folder in (stopped[0], tmp_path)
    )
    for name, value in whole.items():
        assert torch.equal(value, cut[name]), name


def test_a_stopped_training_that_is_resumed_says_so(stopped):
    """And trains no further, unless the patience is larger."""
    folder, _ = stopped
    output = train(folder, 'early-stopping', *NEVER, resume=True)
    assert 'Stopped early after epoch 4; a larger `patience` goes' in output
    assert not (folder / 'w/epoch_5.pth').exists()
    more = (NEVER[0], 'custom_hooks.5.patience=4')
    train(folder, 'early-stopping', *more, resume=True)
    assert [epoch for epoch, _ in scores(folder)] == [1, 2, 3, 4, 5]


def test_it_trains_on_while_it_gets_better(tmp_path):
    better = ('custom_hooks.5.min_delta=-1000', 'custom_hooks.5.patience=1')
    train(tmp_path, 'early-stopping', *better)
    assert (tmp_path / 'w/epoch_6.pth').exists()


@pytest.fixture(scope='module')
def averaged(tmp_path_factory):
    folder = tmp_path_factory.mktemp('averaged')
    return folder, train(folder, 'ema')


def test_the_average_is_what_is_evaluated_and_goes_on_bit_for_bit(
    averaged, tmp_path
):
    whole, cut = averaged[0], tmp_path
    train(cut, 'ema', 'train_cfg.max_epochs=2')
    outputs = [averaged[1], train(cut, 'ema', resume=True)]
    first, second = (state(folder, 6) for folder in (whole, cut))
    for group in ('state_dict', 'ema_state_dict'):
        assert first[group].keys() == second[group].keys()
        for name, value in first[group].items():
            assert torch.equal(value, second[group][name]), name
    table = r'Result after epoch 6.*\n.*\n.*\n(.*)\n'
    results = [re.search(table, output)[1].split() for output in outputs]
    assert results[0] == results[1]
    average = first['state_dict']['head.fc.weight']
    assert not torch.equal(
        average, first['ema_state_dict']['module.head.fc.weight']
    )
    # a test of the checkpoint gives the numbers of the table
    found = result_of(whole / 'w/epoch_6.pth', tmp_path)
    names = ('top-1', 'many', 'medium', 'few', 'ECE')
    assert [found[name] for name in names] == results[0][:5]


def result_of(checkpoint, folder, *options):
    """The table of a test."""
    words = ['test', 'vmf/resnet20_digitslt', checkpoint, *options]
    done = run([*words, '--work-dir', folder / 't'], folder)
    assert done.code == 0, done.errors
    columns = r'Result test.*\n.*\n(.*)\n(.*)\n'
    head, row = re.search(columns, done.output).groups()
    return dict(zip(head.split(), row.split(), strict=True))


PLAIN = ('--weights', 'plain')


@pytest.fixture(scope='module')
def last(averaged, tmp_path_factory):
    """A checkpoint of the last step alone, and its weights."""
    content = state(averaged[0], 6)
    weights = {
        name: content['ema_state_dict'][f'module.{name}']
        for name in content['state_dict']
    }
    path = tmp_path_factory.mktemp('last') / 'epoch_6.pth'
    torch.save({'state_dict': weights, 'meta': content['meta']}, path)
    return path, weights


def test_the_last_step_is_tested_where_it_is_asked_for(
    averaged, last, tmp_path
):
    checkpoint = averaged[0] / 'w/epoch_6.pth'
    plain = result_of(checkpoint, tmp_path, *PLAIN)
    assert plain == result_of(last[0], tmp_path)
    # the hook of the training is in the config of the run
    assert plain == result_of(checkpoint, tmp_path, *PLAIN, '--with', 'ema')
    average = result_of(checkpoint, tmp_path)
    assert average == result_of(checkpoint, tmp_path, '--weights', 'ema')
    assert average != plain
    words = ['test', 'vmf/resnet20_digitslt', last[0], *PLAIN]
    done = run(words, tmp_path)
    assert done.code == 1
    assert 'to hold a moving average of the weights' in done.errors
    assert not (tmp_path / 'work_dirs').exists()


def test_predictions_of_the_last_step_have_a_name_of_their_own(
    averaged, last, tmp_path
):
    words = ['dump-predictions', averaged[0] / 'w', *PLAIN]
    assert run(words, tmp_path).code == 0
    assert not (averaged[0] / 'w/predictions_test.npz').exists()
    plain = load_predictions(averaged[0] / 'w/predictions_test_plain.npz')
    assert plain.meta['checkpoint_hash'].endswith('-plain')
    out = tmp_path / 'last.npz'
    words = ['dump-predictions', 'vmf/resnet20_digitslt', last[0]]
    assert run([*words, '--out', out], tmp_path).code == 0
    assert torch.equal(plain.logits, load_predictions(out).logits)


def test_the_last_step_is_loaded_and_exported(averaged, last, tmp_path):
    found = mmlt.load(averaged[0] / 'w', weights='plain').model.state_dict()
    average = mmlt.load(averaged[0] / 'w').model.state_dict()
    words = ['export', averaged[0] / 'w', '--to', 'torchscript', '--out']
    assert run([*words, 'a.pt', *PLAIN], tmp_path).code == 0
    name = 'backbone.conv1.weight'
    assert torch.equal(found[name], last[1][name])
    assert not torch.equal(average[name], last[1][name])
    exported = torch.jit.load(tmp_path / 'a.pt').state_dict()
    assert any(torch.equal(v, last[1][name]) for v in exported.values())
    assert not any(torch.equal(v, average[name]) for v in exported.values())
    with pytest.raises(ValueError, match="but got weights='plain'"):
        mmlt.load(averaged[0] / 'w', calibrator='x', weights='plain')


@pytest.mark.parametrize(
    ('recipe', 'monitor'),
    [
        ('ce/resnet18_images', 'macro/accuracy'),
        ('ce/resnet32_cifar100lt', 'accuracy/top1'),
    ],
)
def test_early_stopping_watches_the_accuracy_that_comes_first(recipe, monitor):
    config = load_recipe(recipe, overlays=['early-stopping'])
    assert config.custom_hooks[-1].monitor == monitor
