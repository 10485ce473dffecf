"""The overlays `early-stopping` and `ema`, on the digits."""

import json
import re

import pytest
import torch

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


def test_the_average_is_what_is_evaluated_and_goes_on_bit_for_bit(tmp_path):
    whole, cut = tmp_path / 'whole', tmp_path / 'cut'
    outputs = []
    for folder in (whole, cut):
        folder.mkdir()
        if folder == cut:
            train(folder, 'ema', 'train_cfg.max_epochs=2')
        outputs.append(train(folder, 'ema', resume=folder == cut))
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
    words = ['test', 'vmf/resnet20_digitslt', whole / 'w/epoch_6.pth']
    tested = run([*words, '--work-dir', tmp_path / 't'], tmp_path)
    assert tested.code == 0, tested.errors
    columns = r'Result test.*\n.*\n(.*)\n(.*)\n'
    head, row = re.search(columns, tested.output).groups()
    found = dict(zip(head.split(), row.split(), strict=True))
    names = ('top-1', 'many', 'medium', 'few', 'ECE')
    assert [found[name] for name in names] == results[0][:5]
