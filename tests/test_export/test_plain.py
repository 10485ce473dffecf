"""Exported parts against the model they come from."""

import json
from contextlib import contextmanager

import pytest
import torch
from mmengine.config import Config
from mmpretrain.registry import MODELS

import mmlt.models  # noqa: F401 (registers the parts)
from mmlt import load_recipe
from mmlt.export.comparison import sample_images
from mmlt.export.mmpretrain_model import check_without_mmlt, mmpretrain_model
from mmlt.export.plain import PlainClassifier, description
from mmlt.export.writers import write_torchscript
from mmlt.functional import relative_difference
from tests.export_models import ROOT, build, imagenet

DIGITS = ROOT / 'configs/vmf/resnet20_digitslt.py'


IMAGES = sample_images(64, 3)


@contextmanager
def blocked_mmlt():
    """Registries without the parts of mmlt, as where it is not installed."""
    taken = {
        name: part
        for name, part in MODELS.module_dict.items()
        if part.__module__.startswith('mmlt.')
    }
    for name in taken:
        del MODELS.module_dict[name]
    try:
        yield
    finally:
        MODELS.module_dict.update(taken)


@pytest.mark.parametrize(
    'head',
    [
        dict(type='LinearClsHead'),
        dict(type='TauNormClsHead', tau=0.5),
        dict(type='VMFClsHead', init_kappa_std=1.0),
        dict(type='CosineClsHead'),
        dict(type='ArcFaceClsHead'),
        # mmpretrain has neither these losses nor their counts
        dict(type='LinearClsHead', loss=dict(type='BalancedSoftmaxLoss')),
        dict(type='LinearClsHead', loss=dict(type='LDAMLoss')),
        dict(type='LinearClsHead', loss=dict(type='FocalLoss')),
    ],
    ids=lambda head: '-'.join(
        [head['type'], *(p['type'] for k, p in head.items() if k == 'loss')]
    ),
)
def test_the_parents_form_has_the_same_logits(head):
    config = imagenet(head)
    model = build(config.model)
    for part in model.modules():
        if hasattr(part, 'set_class_counts'):
            part.set_class_counts([60, 50, 40, 30, 20, 10])
    meta = {'dataset_meta': {'classes': list('abcdef')}, 'seed': 3}
    plain_config, checkpoint = mmpretrain_model(model, config, meta)
    assert 'mmlt' not in plain_config.pretty_text
    assert 'FCCNeck' not in plain_config.pretty_text
    assert checkpoint['meta']['dataset_meta'] == meta['dataset_meta']
    with blocked_mmlt():
        plain = build(plain_config.model)
    plain.load_state_dict(checkpoint['state_dict'], strict=True)
    inputs = IMAGES.float() / 60 - 2
    with torch.no_grad():
        expected = model(inputs, mode='tensor')
        got = plain(inputs, mode='tensor')
        assert relative_difference(got, expected) < 1e-6
        # in float64 the two are one formula
        expected = model.double()(inputs.double(), mode='tensor')
        config64, checkpoint = mmpretrain_model(model, config, meta)
        plain = build(config64.model).double()
        plain.load_state_dict(checkpoint['state_dict'], strict=True)
        got = plain(inputs.double(), mode='tensor')
    # kappa and the bias are float64 here, and float32 in the head's forward
    assert relative_difference(got, expected) < 1e-12


def test_what_mmpretrain_lacks_is_refused():
    digits = Config.fromfile(DIGITS)
    with pytest.raises(ValueError, match='got CIFARResNet, which plain'):
        check_without_mmlt(build(digits.model))
    with pytest.raises(ValueError, match='got Identity, which plain'):
        check_without_mmlt(torch.nn.Identity())


def test_preprocessing_takes_rgb_pixels():
    """Files are BGR for the recipe; the exported model takes RGB."""
    config = imagenet(dict(type='LinearClsHead'))
    model = build(
        dict(config.model, data_preprocessor=config.data_preprocessor)
    )
    plain = PlainClassifier(model, config, with_preprocessing=True)
    data = model.data_preprocessor({'inputs': IMAGES.flip(1)})
    with torch.no_grad():
        expected = model(data['inputs'], mode='tensor')
        assert relative_difference(plain(IMAGES), expected) < 1e-6
        wrong = plain(IMAGES.flip(1))
        assert relative_difference(wrong, expected) > 1e-3


@pytest.mark.parametrize(
    'method', ['balpoe', 'mdcs', 'ncl', 'ride', 'sade', 'shike']
)
def test_experts_go_through_torchscript(method, tmp_path):
    """A cosine checks shapes, which are tensors while a graph is recorded."""
    config = load_recipe(f'{method}/resnet20_digitslt')
    model = build(config.model)
    plain = PlainClassifier(model, config).eval()
    plain.text = '{}'
    inputs = torch.randn(5, 3, 8, 8)
    run = write_torchscript(plain, inputs[:2], tmp_path / 'model.pt')
    with torch.no_grad():
        expected = model(inputs, mode='tensor')
    assert relative_difference(run(inputs), expected) < 1e-5


def test_a_head_that_is_not_linear_is_kept():
    class Clipped(MODELS.get('LinearClsHead')):
        def forward(self, feats):
            return super().forward(feats).clamp(-0.01, 0.01)

    config = imagenet(dict(type='LinearClsHead'))
    model = build(config.model)
    model.head.__class__ = Clipped
    plain = PlainClassifier(model, config)
    inputs = IMAGES.float() / 60
    with torch.no_grad():
        assert torch.equal(plain(inputs), model(inputs, mode='tensor'))
    with pytest.raises(ValueError, match='got Clipped. Use --to'):
        check_without_mmlt(model)


def test_the_original_is_not_changed():
    config = imagenet(dict(type='VMFClsHead'))
    model = build(config.model)
    before = {k: v.clone() for k, v in model.state_dict().items()}
    PlainClassifier(model, config)
    mmpretrain_model(model, config, {})
    assert len(model.neck) == 2
    for name, value in model.state_dict().items():
        assert torch.equal(value, before[name])


def test_the_description_says_classes_and_input():
    config = imagenet(dict(type='LinearClsHead'))
    meta = {'dataset_meta': {'classes': ('cat', 'dog')}}
    text = json.loads(description(config, meta, preprocessing=False))
    assert text['classes'] == ['cat', 'dog']
    assert text['mean'] == [123.675, 116.28, 103.53]
    assert text['channels'] == 'RGB'
    assert 'mean' not in json.loads(description(config, meta, True))


def test_sample_images_are_real_and_random():
    images = sample_images((24, 32), 4)
    assert images.shape == (4, 3, 24, 32)
    assert images.dtype == torch.uint8
    assert torch.equal(images, sample_images((24, 32), 4))
    rough = (images[..., 1:].float() - images[..., :-1].float()).abs()
    # neighbors in a photograph are alike, in noise they are not
    real, noise = rough[0].mean(), rough[1].mean()
    assert real < noise / 2
    assert images[0].float().std() > 10
