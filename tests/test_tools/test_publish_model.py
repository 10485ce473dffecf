"""What is published, under which name, and what is refused."""

import hashlib
import re

import pytest
import torch

from mmlt.cli.main import main

STATE = {
    'head.fc.weight': torch.ones(2, 3),
    'neck.1.class_counts': torch.tensor([9, 1]),
}


def publish(*arguments):
    main(['publish', *arguments])


def save(path, **more):
    content = {
        'state_dict': STATE,
        'meta': {'dataset_meta': {'classes': ['a', 'b']}, 'epoch': 3},
        'optimizer': {'state': torch.zeros(1000)},
        'param_schedulers': [],
        'message_hub': {},
    }
    torch.save(content | more, path)
    return path


def test_state_of_the_training_goes_and_class_counts_stay(tmp_path, capsys):
    path = save(tmp_path / 'epoch_3.pth')
    publish(path, tmp_path / 'fcc.pth')
    (out,) = tmp_path.glob('fcc_*')
    assert capsys.readouterr().out == f'{out} written\n'
    digest = re.fullmatch(r'fcc_\d{8}-([0-9a-f]{8})\.pth', out.name)[1]
    assert hashlib.sha256(out.read_bytes()).hexdigest()[:8] == digest
    content = torch.load(out)
    assert content.keys() == {'state_dict', 'meta'}
    assert content['meta']['dataset_meta'] == {'classes': ['a', 'b']}
    for name, value in STATE.items():
        assert torch.equal(content['state_dict'][name], value)
    assert out.stat().st_size < path.stat().st_size
    assert len(list(tmp_path.iterdir())) == 2


def test_average_or_last_weights(tmp_path):
    """In a checkpoint of mmengine's EMAHook `state_dict` is the average."""
    last = {'module.head.fc.weight': torch.zeros(2, 3), 'steps': 5}
    path = save(tmp_path / 'epoch_3.pth', ema_state_dict=last)
    publish(path, tmp_path / 'ema')
    publish(path, tmp_path / 'last', '--no-ema')
    for name, value in (('ema', 1), ('last', 0)):
        (out,) = tmp_path.glob(f'{name}_*')
        content = torch.load(out)
        assert (content['state_dict']['head.fc.weight'] == value).all()
        assert 'ema_state_dict' not in content


@pytest.mark.parametrize(
    ('content', 'message'),
    [
        ({'optimizer': {}}, 'to hold the weights of a model'),
        ({'state_dict': {}}, 'to hold the weights of a model'),
        ([1, 2], 'to hold a dict with `state_dict`'),
    ],
)
def test_what_is_no_checkpoint_is_refused(tmp_path, content, message):
    path = tmp_path / 'no.pth'
    torch.save(content, path)
    with pytest.raises(SystemExit, match=message):
        publish(path, tmp_path / 'out.pth')
    assert list(tmp_path.iterdir()) == [path]


def test_other_wrong_input(tmp_path):
    path = save(tmp_path / 'epoch_3.pth')
    with pytest.raises(SystemExit, match='does not exist'):
        publish(tmp_path / 'no.pth', tmp_path / 'out.pth')
    with pytest.raises(SystemExit, match='in an existing folder'):
        publish(path, tmp_path / 'no' / 'out.pth')
    with pytest.raises(SystemExit, match='Leave --no-ema out'):
        publish(path, tmp_path / 'out.pth', '--no-ema')
    assert list(tmp_path.iterdir()) == [path]
