"""A part that begins with weights of a file."""

import pytest
import torch
from mmpretrain.registry import MODELS
from torch import nn

from mmlt.runs.pretrained import check_pretrained_parts
from tests.test_bad_inputs.in_process import run


def network(file, **settings):
    return MODELS.build(
        dict(
            type='ImageClassifier',
            backbone=dict(
                type='ResNet_CIFAR',
                depth=18,
                stem_channels=4,
                base_channels=4,
                init_cfg=dict(
                    type='Pretrained', checkpoint=str(file), **settings
                ),
            ),
        )
    )


@pytest.fixture
def weights(tmp_path):
    """The weights of the backbone, under three kinds of names."""
    state = network('none').backbone.state_dict()
    for name, start in (('whole', ''), ('inside', 'net.'), ('ddp', 'module.')):
        torch.save(
            {'state_dict': {start + k: v for k, v in state.items()}},
            tmp_path / f'{name}.pth',
        )
    return tmp_path


@pytest.mark.parametrize(
    ('name', 'settings'),
    [
        ('whole', {}),
        ('ddp', {}),
        ('inside', dict(prefix='net')),
        ('inside', dict(prefix='net.')),
    ],
)
def test_weights_of_the_network_are_taken(weights, name, settings):
    model = network(weights / f'{name}.pth', **settings)
    check_pretrained_parts(model)
    model.init_weights()
    state = torch.load(weights / 'whole.pth')['state_dict']
    assert torch.equal(model.backbone.conv1.weight, state['conv1.weight'])


def test_a_part_of_the_weights_is_enough(weights):
    """mmengine says what is missing; a new classifier is no mistake."""
    state = torch.load(weights / 'whole.pth')['state_dict']
    torch.save({'conv1.weight': state['conv1.weight']}, weights / 'some.pth')
    check_pretrained_parts(network(weights / 'some.pth'))


@pytest.mark.parametrize(
    ('name', 'settings', 'step'),
    [
        ('inside', {}, "or set `prefix='...'` for a part of it."),
        ('whole', dict(prefix='net'), "or another prefix than 'net'."),
        ('other', {}, "or set `prefix='...'` for a part of it."),
    ],
)
def test_a_file_that_fits_nothing_is_refused(weights, name, settings, step):
    torch.save(nn.Linear(2, 2).state_dict(), weights / 'other.pth')
    model = network(weights / f'{name}.pth', **settings)
    with pytest.raises(ValueError, match='weights of `backbone`') as error:
        check_pretrained_parts(model)
    assert str(error.value).endswith(step)
    assert "the network 'conv1.weight'" in str(error.value)


def test_a_training_does_not_begin_with_it(weights):
    torch.save(nn.Linear(2, 2).state_dict(), weights / 'other.pth')
    key = 'model.backbone.init_cfg'
    done = run(
        [
            'train',
            'ce/resnet20_digitslt',
            '--cfg-options',
            f'{key}.type=Pretrained',
            f'{key}.checkpoint=other.pth',
            f'{key}.layer=None',
        ],
        weights,
    )
    assert done.code == 1
    assert 'none of its 2 fits' in done.errors
