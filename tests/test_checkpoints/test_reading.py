"""A checkpoint is data: what is read, and what is refused."""

import os
import subprocess
import sys

import numpy as np
import pytest
import torch
from mmengine.logging import HistoryBuffer, MessageHub
from mmengine.runner.checkpoint import (
    CheckpointLoader,
    get_torch_safe_globals,
)

from mmlt.checkpoints import damage_of, read_checkpoint, trusting
from mmlt.checkpoints.addresses import SCHEMES

from . import hostile

ARRAYS = [
    np.arange(6.0).reshape(2, 3),
    np.asfortranarray(np.arange(6, dtype='>i2').reshape(2, 3)),
    np.array(['ant', 'é']),
    np.array([b'a', b'bc']),
    np.array(True),
    np.zeros((0, 3), np.float16),
    np.array([1 + 2j, np.nan], np.complex64),
]


def save(path, **content):
    torch.save(content, path)
    return path


def test_what_a_training_saves_comes_back(tmp_path):
    hub = MessageHub('test_what_a_training_saves')
    for step in range(3):
        hub.update_scalar('train/loss', np.float32(0.5 + step))
        hub.update_scalar('train/lr', 0.1)
    hub.update_info('best', np.float64(3.25))
    saved = hub.state_dict()
    path = save(
        tmp_path / 'a.pth', hub=saved, order=torch.Size([2]), arrays=ARRAYS
    )
    content = read_checkpoint(path)
    for got, want in zip(content['arrays'], ARRAYS, strict=True):
        assert type(got) is np.ndarray
        assert (got.dtype, got.shape) == (want.dtype, want.shape)
        assert got.tobytes() == want.tobytes()
        assert got.flags.f_contiguous == want.flags.f_contiguous
    logged = content['hub']['log_scalars']['train/loss']
    want = saved['log_scalars']['train/loss']
    assert logged.statistics('mean', 2) == want.statistics('mean', 2)
    assert type(logged.data[0]) is np.ndarray
    best = content['hub']['runtime_info']['best']
    assert (best, type(best)) == (3.25, np.float64)
    again = MessageHub('test_what_a_training_saves_2')
    again.load_state_dict(content['hub'])
    again.update_scalar('train/loss', 1.0)


def test_one_array_in_two_places_stays_one(tmp_path):
    a = np.ones(3)
    loop = [a]
    loop.append(loop)
    got = read_checkpoint(save(tmp_path / 'a.pth', x=a, y=(a,), loop=loop))
    assert got['x'] is got['y'][0] is got['loop'][0]
    assert got['loop'][1] is got['loop']


def test_what_holds_itself_many_times_is_read_at_once(tmp_path):
    """A tuple of two of the one before, 60 times over: 2 ** 60 places."""
    nested = (np.ones(1),)
    for _ in range(60):
        nested = (nested, nested)
    got = read_checkpoint(save(tmp_path / 'a.pth', a=nested))['a']
    for _ in range(60):
        assert got[0] is got[1]
        got = got[0]
    assert got[0].tolist() == [1]


REFUSED = {
    'a function': lambda p, mark: hostile.with_code(p, mark),
    'builtins': lambda p, mark: hostile.changes_builtins(p),
    'numpy': lambda p, mark: hostile.array(p, b'K\x09\x85', b'K\x08'),
    'objects': lambda p, mark: save(p, a=np.array([{}, None])),
    'fields': lambda p, mark: save(p, a=np.zeros(2, 'i4,f4')),
    'a class': lambda p, mark: save(p, a=Path_of_a_stranger()),
}
HOLDS = {
    'a function': r'io\.open',
    'builtins': 'builtins.getattr',
    'numpy': 'numpy.ndarray',
    'objects': "numpy.dtype\\('O8'\\)",
    'fields': "numpy.dtype\\('V8'\\)",
    'a class': 'test_reading.Path_of_a_stranger',
}


class Path_of_a_stranger:  # noqa: N801
    """Not known here."""


@pytest.mark.parametrize('door', ['ours', 'of mmengine'])
@pytest.mark.parametrize('kind', REFUSED)
def test_more_than_data_is_refused_with_its_name(tmp_path, kind, door):
    mark = tmp_path / 'mark'
    path = REFUSED[kind](tmp_path / 'a.pth', mark)
    read = read_checkpoint
    if door != 'ours':
        read = CheckpointLoader.load_checkpoint
    words = (
        f'a.pth to hold tensors, numbers and texts alone, but it holds '
        f'.*{HOLDS[kind]}.*--trust {path}'
    )
    with pytest.raises(ValueError, match=words):
        read(str(path))
    assert damage_of(path) is None
    assert not mark.exists()
    assert not hostile.is_planted()


def test_the_list_of_mmengine_is_too_long(tmp_path):
    """The reason for a list of our own; mended there, this one can go."""
    path = hostile.changes_builtins(tmp_path / 'a.pth')
    with torch.serialization.safe_globals(get_torch_safe_globals()):
        torch.load(path, weights_only=True)
    assert hostile.is_planted()


def test_an_array_is_as_long_as_its_bytes(tmp_path):
    """numpy makes an item of 4000 bytes of these 8."""
    path = hostile.array(tmp_path / 'a.pth', b'K\x01\x85', b'M\xa0\x0f')
    (item,) = read_checkpoint(path)['a']
    assert item == b'a' * 8


def test_a_file_that_is_named_is_trusted_and_no_other(tmp_path):
    marks = [tmp_path / 'mark0', tmp_path / 'mark1']
    paths = [
        hostile.with_code(tmp_path / f'{i}.pth', mark)
        for i, mark in enumerate(marks)
    ]
    for named in ([tmp_path], [tmp_path / 'link.pth'], ['']):
        with trusting(named), pytest.raises(ValueError, match='--trust'):
            read_checkpoint(paths[0])
    os.symlink(paths[0], tmp_path / 'link.pth')
    with trusting([tmp_path / 'link.pth']):
        read_checkpoint(paths[0])
        with pytest.raises(ValueError, match='--trust'):
            read_checkpoint(paths[1])
        with trusting([paths[1]]):
            read_checkpoint(paths[1])
            read_checkpoint(paths[0])
    with pytest.raises(ValueError, match='--trust'):
        read_checkpoint(paths[0])
    assert [mark.exists() for mark in marks] == [True, True]


def test_the_variable_trusts_files_by_name(tmp_path, monkeypatch):
    mark = tmp_path / 'mark'
    path = hostile.with_code(tmp_path / 'a.pth', mark)
    monkeypatch.setenv('MMLT_TRUST', os.pathsep.join(['b.pth', str(path)]))
    read_checkpoint(path)
    assert mark.exists()


def test_the_methods_of_the_buffer_stay_what_they_are(tmp_path, monkeypatch):
    """A file names them, and its table would replace that of the class."""
    before = dict(HistoryBuffer._statistics_methods)
    with monkeypatch.context() as patch:
        other = {'mean': HistoryBuffer.max}
        patch.setattr(HistoryBuffer, '_statistics_methods', other)
        path = save(tmp_path / 'a.pth', a=HistoryBuffer([1.0, 3.0], [1, 1]))
    got = read_checkpoint(path)['a']
    assert HistoryBuffer._statistics_methods == before
    assert got.statistics('mean') == 2


def test_every_scheme_of_mmengine_is_ours():
    known = set(CheckpointLoader._schemes)
    assert known >= {name for names in SCHEMES.values() for name in names}
    for prefix, load in CheckpointLoader._schemes.items():
        assert load.__module__.startswith('mmlt.'), prefix


@pytest.fixture
def web(tmp_path, monkeypatch):
    """A cache of torch.hub; what is downloaded comes from ``served``."""
    cache, served = tmp_path / 'hub', {}

    def download(url, path, progress):
        if url not in served:
            raise OSError(f'no answer from {url}')
        torch.save(served[url], path)

    monkeypatch.setattr(torch.hub, 'get_dir', lambda: str(cache))
    monkeypatch.setattr(torch.hub, 'download_url_to_file', download)
    return served


def address_of(scheme, monkeypatch):
    """An address, and the URL that it stands for."""
    url = 'https://example.org/a/resnet-0123.pth?raw=1'
    if scheme == 'http':
        return url, url
    for name in ('torchvision', 'external', 'mmcls'):
        monkeypatch.setattr(
            f'mmlt.checkpoints.addresses.get_{name}_models',
            lambda: {'resnet': url},
        )
    return f'{SCHEMES[scheme][0]}resnet', url


@pytest.mark.parametrize(
    'scheme', ['http', 'torchvision', 'openmmlab', 'mmcls']
)
def test_an_address_is_read_as_a_file_is(web, scheme, monkeypatch, tmp_path):
    address, url = address_of(scheme, monkeypatch)
    web[url] = {'backbone.a': torch.ones(2), 'head.b': torch.ones(1)}
    got = CheckpointLoader.load_checkpoint(address, 'cpu')
    if scheme == 'mmcls':  # as mmengine: the backbone alone
        assert list(got['state_dict']) == ['a']
    else:
        assert torch.equal(got['backbone.a'], torch.ones(2))
    web.clear()  # it was kept
    CheckpointLoader.load_checkpoint(address, 'cpu')
    (kept,) = (tmp_path / 'hub/checkpoints').iterdir()
    assert kept.name == 'resnet-0123.pth'
    hostile.with_code(kept, tmp_path / 'mark')
    with pytest.raises(ValueError, match='but it holds io.open'):
        CheckpointLoader.load_checkpoint(address, 'cpu')
    assert not (tmp_path / 'mark').exists()


def test_an_address_without_an_answer_is_named(web):
    with pytest.raises(ValueError, match='https://a.org/a.pth to be a chec'):
        read_checkpoint('https://a.org/a.pth')
    with pytest.raises(ValueError, match="after mmcls://, but got 'none'"):
        read_checkpoint('mmcls://none')
    with pytest.raises(ValueError, match='pavi://a.*Download it'):
        read_checkpoint('pavi://a')


def test_s3_is_read_as_a_file_is(tmp_path, monkeypatch):
    from contextlib import contextmanager

    class Backend:
        @contextmanager
        def get_local_path(self, address):
            yield str(tmp_path / 'copy.pth')

    monkeypatch.setattr(
        'mmlt.checkpoints.addresses.get_file_backend',
        lambda *_, **__: Backend(),
    )
    save(tmp_path / 'copy.pth', a=1)
    for address in ('s3://bucket/a.pth', 'open-mmlab:s3://bucket/a.pth'):
        assert CheckpointLoader.load_checkpoint(address)['a'] == 1
    hostile.with_code(tmp_path / 'copy.pth', tmp_path / 'mark')
    with pytest.raises(ValueError, match='but it holds io.open'):
        CheckpointLoader.load_checkpoint('petrel://bucket/a.pth')


def test_the_config_of_mmcv_is_not_handed_to_mmengine(tmp_path):
    path = save(tmp_path / 'a.pth', meta={'config': 'import os', 'epoch': 1})
    got = CheckpointLoader.load_checkpoint(str(path))
    assert got['meta'] == {'epoch': 1}


def test_what_cannot_be_a_checkpoint_is_named_with_what_can(tmp_path):
    save(tmp_path / 'epoch_1.pth', a=1)
    (tmp_path / 'epoch_2.pth').write_bytes(b'')
    with pytest.raises(IsADirectoryError, match='is a folder. In .*: epoch_2'):
        read_checkpoint(tmp_path)
    with pytest.raises(FileNotFoundError, match='not exist. In .*epoch_1.pth'):
        read_checkpoint(tmp_path / 'epoch_3.pth')
    with pytest.raises(ValueError, match='but it is empty.* good one beside'):
        read_checkpoint(tmp_path / 'epoch_2.pth')
    with pytest.raises(FileNotFoundError, match='not exist. Correct the path'):
        read_checkpoint(tmp_path / 'none' / 'a.pth')


def test_files_of_torch_before_1_6_are_read_and_looked_at(tmp_path):
    path = tmp_path / 'a.pth'
    old = dict(_use_new_zipfile_serialization=False)
    torch.save({'state_dict': {'a': torch.ones(3)}}, path, **old)
    assert torch.equal(read_checkpoint(path)['state_dict']['a'], torch.ones(3))
    assert damage_of(path) is None
    os.truncate(path, path.stat().st_size - 3)
    assert damage_of(path) == 'is no checkpoint'
    mark = tmp_path / 'mark'
    torch.save({'note': hostile.Touch(mark)}, path, **old)
    with pytest.raises(ValueError, match='but it holds io.open'):
        read_checkpoint(path)
    assert not mark.exists()


def test_a_file_without_checksums_is_read(tmp_path):
    before = torch.serialization.get_crc32_options()
    torch.serialization.set_crc32_options(False)
    try:
        path = save(tmp_path / 'a.pth', a=torch.ones(3))
    finally:
        torch.serialization.set_crc32_options(before)
    assert torch.equal(read_checkpoint(path)['a'], torch.ones(3))


@pytest.mark.slow
@pytest.mark.parametrize(
    'room', ['mmlt.models', 'mmlt.engine', 'mmlt.runs.training']
)
def test_a_room_of_a_config_puts_the_door_there(room):
    """As in mmpretrain's own tools, by `custom_imports`."""
    code = (
        f'import {room}\n'
        'from mmengine.runner.checkpoint import CheckpointLoader as c\n'
        'print({load.__module__ for load in c._schemes.values()})'
    )
    done = subprocess.run(
        [sys.executable, '-c', code], capture_output=True, text=True
    )
    assert done.stdout.strip() == "{'mmlt.checkpoints.reading'}", done.stderr
