import copy
from pathlib import Path

import pytest
import torch
from mmengine.config import Config
from mmpretrain.registry import MODELS

from mmlt.runs.checkpoint import check_checkpoint, load_model

ROOT = Path(__file__).parents[2]
WEIGHTS = {'state_dict': {'a': torch.ones(2)}}
DIGITS = ROOT / 'configs/fcc/resnet20_digitslt.py'


def save(path, **content):
    torch.save(content, path)
    return str(path)


STATE = dict(
    **WEIGHTS,
    optimizer={'param_groups': []},
    param_schedulers=[{'last_step': 3}],
    message_hub={'log_scalars': {}, 'runtime_info': {}},
    meta={'epoch': 1, 'iter': 3},
)


def test_a_training_state_can_be_resumed(tmp_path):
    path = save(tmp_path / 'a.pth', **STATE)
    check_checkpoint(path, resume=True, scheduled=True)


@pytest.mark.parametrize(
    ('change', 'words'),
    [
        ({'optimizer': None}, 'it has no optimizer.*load_from='),
        ({'meta': None}, 'it has no meta'),
        ({'message_hub': None}, 'it has no message_hub'),
        ({'param_schedulers': None}, 'it has no param_schedulers'),
        ({'optimizer': 'a'}, 'it has a str as optimizer'),
        ({'message_hub': [1]}, 'it has a list as message_hub'),
        ({'message_hub': {}}, 'a message_hub of another form'),
        ({'param_schedulers': [1]}, 'param_schedulers of another form'),
        ({'meta': {}}, 'it has None as meta.epoch'),
        ({'meta': {'epoch': 1, 'iter': '3'}}, 'it has 3 as meta.iter'),
        ({'meta': {'epoch': -1, 'iter': 3}}, 'it has -1 as meta.epoch'),
        ({'meta': [1]}, '`meta` in .* to be a dict, but got list'),
    ],
)
def test_what_is_no_state_of_a_training_is_named(tmp_path, change, words):
    state = {k: v for k, v in (STATE | change).items() if v is not None}
    path = save(tmp_path / 'a.pth', **state)
    with pytest.raises(ValueError, match=words):
        check_checkpoint(path, resume=True, scheduled=True)


def test_a_training_without_a_schedule_saves_none(tmp_path):
    state = {k: v for k, v in STATE.items() if k != 'param_schedulers'}
    path = save(tmp_path / 'a.pth', **state)
    check_checkpoint(path, resume=True)


def test_weights_have_names_and_are_tensors(tmp_path):
    path = tmp_path / 'a.pth'
    for state, words in (
        ({3: torch.ones(1)}, 'have names, but one is called 3'),
        ({'a': torch.ones(1), 'b': 2.5}, 'a tensor, but b is of .* float'),
        ({'a': 1}, 'but it has no tensor there'),
        ([torch.ones(1)], 'but it has no tensor there'),
        ({'a': torch.tensor([1, float('nan')])}, 'numbers, but a has nan'),
    ):
        with pytest.raises(ValueError, match=words):
            check_checkpoint(save(path, state_dict=state))
    # some layers of torch save more, and -inf is a number in a mask
    mask = {'a': torch.tensor([float('-inf')]), 'b._extra_state': 'fp8'}
    check_checkpoint(save(path, state_dict=mask))


def test_weights_alone_load_but_do_not_resume(tmp_path):
    path = save(tmp_path / 'a.pth', **WEIGHTS)
    check_checkpoint(path)
    with pytest.raises(ValueError, match='no optimizer.*load_from='):
        check_checkpoint(path, resume=True)


def test_a_missing_checkpoint_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match='no.pth does not exist'):
        check_checkpoint(str(tmp_path / 'no.pth'))


@pytest.mark.parametrize('content', [b'', b'not a checkpoint', b'PK\x03\x04'])
def test_another_file_is_named_and_kept(tmp_path, content):
    path = tmp_path / 'a.pth'
    path.write_bytes(content)
    with pytest.raises(ValueError, match='a.pth to be a checkpoint'):
        check_checkpoint(str(path))
    assert path.read_bytes() == content


def test_a_truncated_checkpoint_is_named(tmp_path):
    path = tmp_path / 'a.pth'
    torch.save({'state_dict': torch.rand(1000)}, path)
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(ValueError, match='damaged'):
        check_checkpoint(str(path))


def test_a_file_with_something_else_is_named(tmp_path):
    torch.save([1, 2], tmp_path / 'a.pth')
    with pytest.raises(ValueError, match='dict.*got list'):
        check_checkpoint(str(tmp_path / 'a.pth'))


def test_addresses_are_left_to_the_parent():
    check_checkpoint('https://example.org/a.pth')


@pytest.fixture(scope='module')
def config():
    return Config.fromfile(DIGITS)


@pytest.fixture(scope='module')
def weights(config):
    return MODELS.build(copy.deepcopy(config.model)).state_dict()


@pytest.mark.parametrize('wrapped', [False, True])
def test_a_model_has_the_weights_and_the_meta(
    config, weights, wrapped, tmp_path
):
    prefix = 'module.' if wrapped else ''
    state = {prefix + name: value for name, value in weights.items()}
    path = save(tmp_path / 'a.pth', state_dict=state, meta=dict(epoch=3))
    before = config.pretty_text
    model, content = load_model(config, path, strict=True)
    assert config.pretty_text == before
    assert content['meta'] == dict(epoch=3)
    assert content['state_dict'].keys() == weights.keys()
    assert not model.training
    for name, value in model.state_dict().items():
        assert torch.equal(value, weights[name]), name


def test_a_file_of_weights_alone_is_a_checkpoint(config, weights, tmp_path):
    torch.save(weights, tmp_path / 'a.pth')
    model, content = load_model(config, tmp_path / 'a.pth')
    assert content['meta'] == {}
    assert torch.equal(model.head.fc.weight, weights['head.fc.weight'])


def test_weights_of_another_network_are_named(config, weights, tmp_path):
    path = tmp_path / 'other.pth'
    for change, words in (
        ({'head.fc.bias': None}, r'.*\(missing: head.fc.bias\)'),
        (
            {'head.fc.bias': torch.ones(3)},
            r'.*of another shape: head.fc.bias \(3,\) for \(10,\)',
        ),
        ({'backbone.bn1.running_mean': None}, '.*bn1.running_mean'),
        ({'more': torch.ones(1)}, '.*not in the network: more'),
    ):
        state = {k: v for k, v in (weights | change).items() if v is not None}
        save(path, state_dict=state)
        with pytest.raises(ValueError, match=f'other.pth {words}'):
            load_model(config, path)
    # a test does without the loss and its class counts; an export does not
    save(path, state_dict=weights | {'head.loss_module.x': torch.ones(1)})
    load_model(config, path)
    with pytest.raises(ValueError, match='loss_module.x'):
        load_model(config, path, strict=True)
