"""Weights as safetensors come through the door of every checkpoint."""

import json

import pytest
import safetensors.torch
import torch
from mmengine.runner.checkpoint import CheckpointLoader

from mmlt.checkpoints import damage_of, packed, read_checkpoint

META = {'class_counts': [9, 1], 'dataset_meta': {'classes': ['a', 'é']}}


def weights():
    torch.manual_seed(0)
    images = torch.randn(2, 3, 4, 4).half()
    shared = torch.arange(6.0)
    return {
        'conv.weight': images.contiguous(memory_format=torch.channels_last),
        'first': shared[:3],
        'last': shared[3:],
        'head.class_counts': torch.tensor([9, 1]),
        'empty': torch.zeros(0, dtype=torch.long),
    }


@pytest.fixture
def file(tmp_path):
    path = tmp_path / 'a.safetensors'
    path.write_bytes(packed(weights(), META))
    return path


@pytest.mark.parametrize(
    'read', [read_checkpoint, CheckpointLoader.load_checkpoint]
)
def test_what_was_written_comes_back(file, read):
    content = read(str(file))
    assert content['meta'] == META
    assert content['state_dict'].keys() == weights().keys()
    for name, value in weights().items():
        got = content['state_dict'][name]
        assert got.dtype == value.dtype
        assert torch.equal(got, value)
    assert damage_of(file) is None


def test_the_same_weights_are_the_same_bytes(file):
    assert packed(dict(reversed(weights().items())), META) == file.read_bytes()


def test_a_file_of_others_has_weights_and_no_meta(tmp_path):
    path = tmp_path / 'a.safetensors'
    one = {'fc.weight': torch.ones(2, 3)}
    safetensors.torch.save_file(one, path, {'format': 'pt', 'b': 'c'})
    content = read_checkpoint(path)
    assert content['meta'] == {}
    assert torch.equal(content['state_dict']['fc.weight'], one['fc.weight'])


def test_every_flipped_byte_of_the_weights_is_found(file):
    data = file.read_bytes()
    begin = 8 + int.from_bytes(data[:8], 'little')
    assert begin < len(data)
    for place in range(begin, len(data)):
        changed = bytearray(data)
        changed[place] ^= 1
        file.write_bytes(changed)
        with pytest.raises(ValueError, match='checksum of its weights dif'):
            read_checkpoint(file)


def with_ours(text):
    """A file whose metadata has something else under our name."""
    one = {'fc.weight': torch.ones(2, 3)}
    return safetensors.torch.save(one, {'mmlt': text})


@pytest.mark.parametrize(
    'spoil',
    [
        lambda data: data[:-1],
        lambda data: data[:20],
        lambda data: b'\xff' * 8 + data[8:],
        lambda data: b'epoch_1 is a text',
        lambda data: with_ours('[' * 100_000),
        lambda data: with_ours('no JSON'),
        lambda data: with_ours('3'),
        lambda data: with_ours(json.dumps({'meta': 3})),
    ],
)
def test_what_is_no_such_file_ends_in_a_sentence(file, spoil):
    file.write_bytes(spoil(file.read_bytes()))
    with pytest.raises(ValueError, match=r'Expected .*a\.safetensors.* but '):
        read_checkpoint(file)


def test_a_missing_or_empty_file_is_told_as_of_any_checkpoint(file):
    file.write_bytes(b'')
    with pytest.raises(ValueError, match='but it is empty'):
        read_checkpoint(file)
    file.unlink()
    with pytest.raises(FileNotFoundError, match='does not exist'):
        read_checkpoint(file)
