"""Damage is found: bits, cuts, zeros, in whichever place."""

import random
import re

import numpy as np
import pytest
import torch
from mmengine.logging import HistoryBuffer

from mmlt.checkpoints import (
    damage_of,
    newest_whole,
    numbered,
    read_checkpoint,
    save_by_checksum,
    save_checkpoint,
)


@pytest.fixture(scope='module')
def content():
    torch.manual_seed(0)
    return {
        'state_dict': {f'{i}.weight': torch.randn(40, i) for i in range(1, 9)},
        'optimizer': {'state': {0: {'momentum': torch.randn(300)}}},
        'message_hub': {'loss': HistoryBuffer([0.5, 0.25], [1, 1])},
        'meta': {'epoch': 3, 'cfg': 'a = 1\n' * 100, 'best': np.float64(3.5)},
    }


def same(a, b):
    """Whether two checkpoints are equal, to the last bit."""
    if type(a) is not type(b):
        return False
    if isinstance(a, torch.Tensor):
        return a.dtype == b.dtype and torch.equal(a, b)
    if isinstance(a, np.ndarray):
        return a.dtype == b.dtype and np.array_equal(a, b)
    if isinstance(a, HistoryBuffer):
        return all(map(same, a.data, b.data)) and a.max_length == b.max_length
    if isinstance(a, dict):
        return list(a) == list(b) and all(same(a[k], b[k]) for k in a)
    return a == b


def test_a_flipped_bit_is_found_or_changes_nothing(content, tmp_path):
    path = tmp_path / 'a.pth'
    torch.save(content, path)
    whole = path.read_bytes()
    assert same(read_checkpoint(path), content)
    # every part of the file: records, their heads, the directory, padding
    rng = random.Random(0)
    places = [*rng.sample(range(len(whole)), 180), *range(0, 30, 3)]
    places += [len(whole) - 1 - i for i in range(0, 80, 8)]
    found = 0
    for place in places:
        data = bytearray(whole)
        data[place] ^= 1 << rng.randrange(8)
        path.write_bytes(data)
        try:
            assert same(read_checkpoint(path), content), place
        except (ValueError, FileNotFoundError):
            found += 1
    assert len(places) == 200
    assert found > 100  # others are padding, dates and the like


def test_a_record_that_calls_itself_a_folder_is_found(content, tmp_path):
    """torch would leave in the tensor what was in memory before."""
    path = tmp_path / 'a.pth'
    torch.save(content, path)
    whole = path.read_bytes()
    entries = [found.start() for found in re.finditer(b'PK\x01\x02', whole)]
    assert len(entries) > 10
    for entry in entries:
        data = bytearray(whole)
        data[entry + 38] ^= 0x10  # external attributes
        path.write_bytes(data)
        assert damage_of(path) == (
            'is damaged (a record calls itself a folder)'
        )


def test_a_cut_is_found_wherever_it_is(content, tmp_path):
    path = tmp_path / 'a.pth'
    torch.save(content, path)
    whole = path.read_bytes()
    for length in (0, 1, 2, 100, len(whole) // 2, len(whole) - 1000):
        path.write_bytes(whole[:length])
        assert damage_of(path) is not None, length
    # a page of zeros, as a power failure leaves it
    middle = len(whole) // 2
    path.write_bytes(whole[:middle] + bytes(4096) + whole[middle + 4096 :])
    assert damage_of(path) is not None


def test_what_is_no_file_is_said(tmp_path):
    assert damage_of(tmp_path) == 'is a folder'
    assert damage_of(tmp_path / 'a') == 'does not exist'
    path = tmp_path / 'a.pth'
    path.write_bytes(b'PK and nothing else')
    assert damage_of(path) == 'is cut short or overwritten'
    path.write_text('a text')
    assert damage_of(path) == 'is no checkpoint'


def test_the_newest_whole_one_is_by_number(tmp_path):
    for name in ('epoch_9.pth', 'epoch_10.pth', 'best_a_epoch_11.pth'):
        torch.save({}, tmp_path / name)
    (tmp_path / 'epoch_12.pth').write_bytes(b'')
    names = [path.name for path in numbered(tmp_path)]
    assert names == ['epoch_12.pth', 'epoch_10.pth', 'epoch_9.pth']
    assert newest_whole(tmp_path).name == 'epoch_10.pth'
    beside = tmp_path / 'epoch_10.pth'
    assert newest_whole(tmp_path, beside).name == 'epoch_9.pth'
    assert newest_whole(tmp_path / 'none') is None


def test_one_inside_an_epoch_is_newer_than_the_epoch_before(tmp_path):
    for name in ('epoch_2', 'stopped_epoch_2_iter_25', 'epoch_3', 'epoch_1'):
        (tmp_path / f'{name}.pth').touch()
    assert [path.stem for path in numbered(tmp_path)] == [
        *('epoch_3', 'stopped_epoch_2_iter_25', 'epoch_2', 'epoch_1')
    ]


def test_what_is_saved_is_whole_and_named_by_its_checksum(content, tmp_path):
    path = tmp_path / 'new' / 'a.pth'
    save_checkpoint(content, path)
    assert same(read_checkpoint(path), content)
    other = save_by_checksum(content, tmp_path / 'b')
    assert same(read_checkpoint(other), content)
    assert other == save_by_checksum(content, tmp_path / 'b')
