"""Weights from names: with a text tower of two lines, and the parent's."""

import pytest
import torch
import torch.nn.functional as F
from mmengine.model import BaseModel
from mmpretrain.registry import MODELS
from torch import nn

from mmlt.checkpoints import read_checkpoint
from mmlt.cli.main import main
from mmlt.runs.text_weights import (
    class_names_in,
    text_weights,
    write_text_weights,
)

NAMES = 'ant\nhoney_bee\n\u00e9t\u00e9\n'
ALPHABET = 64


@MODELS.register_module()
class LettersCLIP(BaseModel):
    """A text tower that counts letters, and a projection of images."""

    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(ALPHABET, 5)
        self.visual_proj = nn.Module()
        self.visual_proj.proj = nn.Parameter(torch.randn(7, 5))

    def tokenize(self, texts):
        longest = max(map(len, texts))
        rows = [[ord(c) % ALPHABET for c in t.ljust(longest)] for t in texts]
        return torch.tensor(rows)

    def extract_text_feat(self, tokens):
        return self.embedding(tokens).mean(1)

    def forward(self, inputs, data_samples=None, mode='tensor'):
        raise NotImplementedError


@pytest.fixture
def files(tmp_path):
    """Names, config, checkpoint, and the network in it."""
    (tmp_path / 'names.txt').write_text(NAMES, encoding='utf-8')
    (tmp_path / 'clip.py').write_text("model = dict(type='LettersCLIP')\n")
    model = LettersCLIP()
    torch.save({'state_dict': model.state_dict()}, tmp_path / 'clip.pth')
    names = ('names.txt', 'clip.py', 'clip.pth')
    return *(str(tmp_path / n) for n in names), model


def by_hand(model, texts):
    """Of one text a class."""
    rows = []
    for text in texts:
        feature = model.extract_text_feat(model.tokenize([text]))[0]
        feature = F.normalize(feature, dim=0)
        rows.append(F.normalize(model.visual_proj.proj @ feature, dim=0))
    return torch.stack(rows).detach()


def test_weights_are_those_of_the_texts(files, tmp_path):
    *paths, model = files
    out = tmp_path / 'deep' / 'start.pth'
    assert write_text_weights(*paths, out) == (3, 7)
    content = read_checkpoint(out)
    texts = [f'a photo of a {n}.' for n in ('ant', 'honey bee', 'été')]
    # one by one: `tokenize` of this test fills up to the longest
    longest = max(map(len, texts))
    expected = by_hand(model, [t.ljust(longest) for t in texts])
    found = content['state_dict']['fc.weight']
    torch.testing.assert_close(found, expected)
    assert content['meta']['classes'] == ['ant', 'honey bee', 'été']
    assert content['meta']['templates'] == ['a photo of a {}.']


def test_several_templates_are_averaged_and_many_texts_are_parts(monkeypatch):
    model = LettersCLIP()
    names = ['aa', 'bb', 'cc']
    whole = text_weights(model, names, ['{}.', '{}!'])
    monkeypatch.setattr('mmlt.runs.text_weights.AT_ONCE', 2)
    torch.testing.assert_close(
        text_weights(model, names, ['{}.', '{}!']), whole
    )
    one = text_weights(model, names, ['{}.'])
    assert not torch.allclose(whole, one)
    torch.testing.assert_close(one, by_hand(model, ['aa.', 'bb.', 'cc.']))


@pytest.mark.parametrize(
    ('text', 'message'),
    [('', 'line 1 is empty'), ('a\n\nb\n', 'line 2'), ('a\na\n', "'a'.*2 ti")],
)
def test_wrong_names_are_refused(tmp_path, text, message):
    (tmp_path / 'names.txt').write_text(text)
    with pytest.raises(ValueError, match=message):
        class_names_in(tmp_path / 'names.txt')


def test_a_template_without_a_place_is_refused(files, tmp_path):
    *paths, _ = files
    with pytest.raises(ValueError, match=r'one \{\} for the name'):
        write_text_weights(*paths, tmp_path / 'x.pth', ['a photo'])
    assert not (tmp_path / 'x.pth').exists()


def test_a_network_without_texts_is_refused(files, tmp_path):
    names, _, checkpoint, _ = files
    config = tmp_path / 'plain.py'
    config.write_text("model = dict(type='CIFARResNet', depth=20)\n")
    with pytest.raises(ValueError, match='CIFARResNet has none.*CLIPZeroShot'):
        write_text_weights(names, config, checkpoint, tmp_path / 'x.pth')


def test_the_command_writes_them(files, tmp_path, capsys):
    *paths, _ = files
    out = str(tmp_path / 'start.pth')
    main(['classifier-weights', *paths, '--out', out, '--template', '{}'])
    assert capsys.readouterr().out.strip() == f'{out}: 3 classes, 7 features'
    assert read_checkpoint(out)['meta']['templates'] == ['{}']


def test_the_parents_clip_with_random_weights(tmp_path):
    """Its own text tower, with a tokenizer of the letters."""
    pytest.importorskip('transformers', reason='mmpretrain[multimodal]')
    pytest.importorskip('pycocotools', reason='mmpretrain[multimodal]')
    from mmpretrain.registry import TOKENIZER

    @TOKENIZER.register_module(force=True)
    class LettersTokenizer:
        def get_vocab(self):
            return {'<|startoftext|>': 62, '<|endoftext|>': 63}

        def tokenize(self, text):
            return list(text)

        def convert_tokens_to_ids(self, tokens):
            return [ord(t) % 62 for t in tokens]

    arch = dict(
        embed_dims=32, num_layers=1, num_heads=2, feedforward_channels=32
    )
    model = MODELS.build(
        dict(
            type='CLIPZeroShot',
            vision_backbone=dict(
                type='VisionTransformer', arch=arch, img_size=16, patch_size=8
            ),
            projection=dict(
                type='CLIPProjection', in_channels=32, out_channels=24
            ),
            text_backbone=dict(
                type='CLIPTransformer', width=64, layers=2, heads=1
            ),
            tokenizer=dict(type='LettersTokenizer'),
            vocab_size=64,
            transformer_width=64,
            proj_dim=24,
            text_prototype=['ant', 'bee'],
        )
    )
    weights = text_weights(model, ['ant', 'bee'], ['a photo of a {}'])
    images = torch.randn(3, 3, 16, 16)
    # the prediction of the parent is that of this classifier, but for the
    # length of P t
    model.eval()
    with torch.no_grad():
        scores = model.predict(images)
        features = model.visual(images)[-1]
        text = model.extract_text_feat(
            model.tokenize(['a photo of a ant', 'a photo of a bee'])
        )
        lengths = (F.normalize(text, dim=1) @ model.visual_proj.proj.T).norm(
            dim=1
        )
        dots = features @ weights.T * lengths
        projected = (features @ model.visual_proj.proj).norm(dim=1)
        logits = dots / projected[:, None] * model.logit_scale.exp()
    for sample, expected in zip(scores, logits.softmax(1), strict=True):
        torch.testing.assert_close(sample.pred_score, expected)
