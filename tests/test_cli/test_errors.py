"""From an error to the line that a person reads."""

import logging

import pytest
import torch
from mmengine.logging import MMLogger
from mmengine.registry import OPTIMIZERS
from mmpretrain.registry import MODELS
from torch import nn
from torch.utils.data import DataLoader

import mmlt.models  # noqa: F401
from mmlt.cli import errors
from mmlt.cli.errors import VARIABLE, is_mistake, keep_traceback, line_of
from mmlt.datasets import LongTailedList
from mmlt.functional import compression_factors


def error_of(function, *args, **kwargs):
    """The error of a call, with its traceback."""
    with pytest.raises(Exception) as raised:  # noqa: PT011
        function(*args, **kwargs)
    return raised.value


def build(**settings):
    return MODELS.build(settings)


def test_a_sentence_of_ours_stands_as_it_is():
    error = error_of(compression_factors, 10, -1.0)
    assert is_mistake(error, prepared=True)
    assert line_of(error, ' (hint)') == str(error)


def test_a_sentence_of_torch_is_none_of_ours():
    """It begins with Expected, too."""
    layer = nn.BatchNorm1d(3)
    error = error_of(layer, torch.zeros(1, 3))
    assert str(error).startswith('Expected ')
    assert not is_mistake(error, prepared=True)
    assert is_mistake(error)


@pytest.mark.parametrize(
    ('settings', 'line'),
    [
        (
            dict(type='FCCNeck', gama=1),
            'FCCNeck has no argument `gama`. Did you mean `gamma`?',
        ),
        (dict(type='FCCNeck'), 'FCCNeck needs `gamma`. Add it to the config.'),
        (
            dict(type='LinearHead'),
            'There is no part of a model called `LinearHead`. Did you mean '
            '`LinearClsHead` or `LinearNeck`? One of your own is imported in '
            '`custom_imports`.',
        ),
        # an argument of the base, which has another type
        (
            dict(type='FCCNeck', gamma=1, kernel_size=3),
            'FCCNeck has no argument `kernel_size`. Known: begin, gamma, '
            'mixed_labels, order, round_digits, strategy. If the base config '
            'has it for another type, write `_delete_=True` beside your '
            '`type`.',
        ),
        # an argument that the class passes on to the one above it
        (
            dict(type='VMFClsHead', num_classes=3, in_channels=2, init_cf=1),
            'VMFClsHead has no argument `init_cf`. Did you mean `init_cfg`?',
        ),
    ],
)
def test_wrong_names_are_said_with_the_one_that_was_meant(settings, line):
    error = error_of(build, **settings)
    assert is_mistake(error)
    assert line_of(error, ' (hint)') == line


def test_a_name_of_mmlt_that_is_not_imported_says_why():
    text = (
        'LongTailClassifier is not in the mmpretrain::model registry. Please '
        'check whether the value of it is correct.'
    )
    line = errors._unknown_name(text, [])
    assert line.startswith('There is no part of a model called `LongTailCl')
    assert '`custom_imports` replaces that of the base' in line
    other = errors._unknown_name(text.replace('LongTail', 'Long'), [])
    assert 'custom_imports` replaces' not in other


def test_a_name_is_called_what_it_is_for_the_part_that_builds_it():
    error = error_of(
        build,
        type='ImageClassifier',
        backbone=dict(type='CIFARResNet', depth=20),
        head=dict(type='LinearHead'),
    )
    assert line_of(error).startswith('There is no head called `LinearHead`.')


def test_values_that_another_library_refuses_name_the_part():
    parameters = [nn.Parameter(torch.zeros(1))]
    error = error_of(
        OPTIMIZERS.build, dict(type='SGD', params=parameters, lr=-1)
    )
    assert line_of(error, ' (hint)') == (
        '`SGD` does not take its settings: Invalid learning rate: -1. '
        'Correct them in the config. (hint)'
    )


@pytest.mark.parametrize('kind', ['LinearClsHead', 'VMFClsHead'])
def test_a_width_that_does_not_fit_is_said_with_both_numbers(kind):
    head = build(type=kind, num_classes=3, in_channels=10)
    if hasattr(head, 'set_class_counts'):
        head.set_class_counts([3, 2, 1])
    error = error_of(head, (torch.randn(2, 64),))
    said = line_of(error)
    assert 'in_channels' in said
    assert '64' in said
    assert '10' in said


def test_a_missing_scope_is_named():
    from mmengine.registry import MODELS as root
    from mmengine.registry import DefaultScope

    with DefaultScope.overwrite_default_scope('mmengine'):
        error = error_of(root.build, dict(type='ImageClassifier'))
    assert "no `default_scope = 'mmpretrain'`" in line_of(error)


def test_a_full_memory_is_a_mistake_with_advice():
    error = torch.OutOfMemoryError('CUDA out of memory.')
    assert is_mistake(error, prepared=True)
    assert 'train_dataloader.batch_size' in line_of(error)


def test_the_traceback_goes_into_the_log_of_the_run(
    tmp_path, capsys, monkeypatch
):
    monkeypatch.delenv(VARIABLE, raising=False)
    path = tmp_path / 'run.log'
    monkeypatch.setattr(MMLogger, '_instance_dict', {})
    logger = MMLogger.get_instance('run', log_file=str(path))
    error = error_of(build, type='FCCNeck', gama=1)
    assert str(path) in keep_traceback(error)
    assert 'Traceback (most recent call last)' in path.read_text()
    assert capsys.readouterr().err == ''
    for handler in logger.handlers:
        if isinstance(handler, logging.FileHandler):
            handler.close()


def test_the_traceback_is_shown_on_request(capsys, monkeypatch):
    monkeypatch.setattr(MMLogger, '_instance_dict', {})
    monkeypatch.delenv(VARIABLE, raising=False)
    error = error_of(build, type='FCCNeck', gama=1)
    assert f'{VARIABLE}=1' in keep_traceback(error)
    assert capsys.readouterr().err == ''
    monkeypatch.setenv(VARIABLE, '1')
    assert keep_traceback(error) == ''
    assert 'Traceback' in capsys.readouterr().err


def test_a_sentence_from_a_worker_is_read_whole(tmp_path):
    """OpenCV's words about an empty file, inside of ours, end in a newline."""
    (tmp_path / 'empty.png').touch()
    (tmp_path / 'list.txt').write_text('empty.png 0\n')
    dataset = LongTailedList(
        'list.txt',
        data_root=str(tmp_path),
        metainfo=dict(classes=['a']),
        pipeline=[dict(type='LoadImageFromFile')],
    )
    here = error_of(dataset.__getitem__, 0)
    there = error_of(next, iter(DataLoader(dataset, num_workers=1)))
    assert 'Original Traceback' in str(there)
    assert '\n)' in str(there)
    for error in (here, there):
        assert is_mistake(error, prepared=True)
        line = line_of(error)
        assert line.startswith(f'Expected an image at {tmp_path}/empty.png')
        assert line.endswith("`on_bad_image='skip'` for training.")
