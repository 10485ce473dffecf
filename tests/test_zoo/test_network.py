"""``mmlt.load``: images in, names and probabilities out."""

import numpy as np
import pytest
import torch
from PIL import Image

import mmlt
from mmlt.datasets import DigitsLT
from mmlt.posthoc.steps import Calibrator
from mmlt.runs.predict import predict_split
from mmlt.runs.preflight import read_config
from mmlt.zoo import index
from mmlt.zoo.network import Network, Prediction
from tests.export_models import build, imagenet

NAME = 'fcc_cifar100lt'


@pytest.fixture(scope='module')
def network():
    return mmlt.load(NAME)


@pytest.fixture
def images():
    rng = np.random.default_rng(0)
    return rng.integers(0, 256, (3, 32, 32, 3), np.uint8)


def test_three_lines_to_names_and_probabilities(network, tmp_path, images):
    Image.fromarray(images[0]).save(tmp_path / 'photo.png')
    found = network.predict(tmp_path / 'photo.png')
    assert found.name in network.classes
    assert 0 < found.probability <= 1
    assert found.top(2)[0] == (found.name, found.probability)
    assert found.top(2)[1][1] <= found.probability
    assert len(found.top(1000)) == 100
    # of a hundred classes, the one that counts
    shown = f'Prediction(name={found.name!r}, probability='
    assert repr(found).startswith(shown)
    assert len(repr(found)) < 200
    assert float(found.probabilities.sum()) == pytest.approx(1, abs=1e-5)


def test_it_is_a_module_that_knows_what_it_needs(network, images):
    assert isinstance(network, torch.nn.Module)
    assert not network.training
    assert not network.model.training
    assert network.classes[:2] == ('apple', 'aquarium_fish')
    assert network.metainfo['image_size'] == (32, 32)
    assert network.metainfo['class_counts'][0] == 500
    # of the recipe, RGB
    assert network.metainfo['mean'] == pytest.approx(
        [125.307, 122.961, 113.8575]
    )
    pixels = torch.from_numpy(images).permute(0, 3, 1, 2)
    logits = network(pixels)
    assert logits.shape == (3, 100)
    logits.sum().backward()
    assert network.model.backbone.conv1.weight.grad.abs().sum() > 0


def test_paths_images_and_arrays_are_one(network, tmp_path, images):
    pictures = [Image.fromarray(image) for image in images]
    paths = [tmp_path / f'{i}.png' for i in range(3)]
    for picture, path in zip(pictures, paths, strict=True):
        picture.save(path)
    with torch.no_grad():
        logits = network(torch.from_numpy(images).permute(0, 3, 1, 2))
    expected = logits.softmax(1)
    for given in (
        images,
        list(images),
        pictures,
        paths,
        map(str, paths),
        [paths[0], pictures[1], images[2]],
    ):
        found = network.predict(given, batch_size=2)
        got = torch.stack([one.probabilities for one in found])
        assert torch.allclose(got, expected, atol=1e-6)
    one = network.predict(str(paths[1]))
    assert isinstance(one, Prediction)
    assert torch.allclose(one.probabilities, expected[1], atol=1e-6)
    assert network.predict([]) == []


def test_other_images_are_made_fit(network, images):
    """Gray, with a palette, with transparency, of another size, turned."""
    gray = images[0, :, :, 0]
    same = np.repeat(gray[:, :, None], 3, axis=2)
    found = network.predict([gray, Image.fromarray(gray), same])
    assert torch.equal(found[0].probabilities, found[1].probabilities)
    assert torch.equal(found[0].probabilities, found[2].probabilities)
    picture = Image.fromarray(images[0])
    clear = picture.copy()
    clear.putalpha(255)
    large = Image.fromarray(images[0]).resize((100, 50))
    turned = picture.transpose(Image.Transpose.ROTATE_90)
    turned.getexif()[0x0112] = 6  # was taken turned; viewers turn it back
    found = network.predict(
        [picture, clear, large, picture.quantize(8), turned]
    )
    assert torch.equal(found[0].probabilities, found[1].probabilities)
    assert torch.equal(found[0].probabilities, found[4].probabilities)
    assert len(found) == 5


@pytest.mark.parametrize(
    ('image', 'error', 'words'),
    [
        ('no.png', FileNotFoundError, 'no.png does not exist'),
        ('mmlt/zoo', FileNotFoundError, 'none that ends in .jpg'),
        (__file__, ValueError, 'to be an image, but it cannot be read'),
        (np.zeros((4, 4, 3)), ValueError, r'\(4, 4, 3\) of float64'),
        (np.zeros((4, 4, 4), np.uint8), ValueError, r'\(4, 4, 4\) of uint8'),
        (np.zeros(4, np.uint8), ValueError, r'\(4,\) of uint8'),
        (Image.new('I;16', (4, 4), 300), ValueError, "mode 'I;16'"),
        (Image.new('I', (4, 4), 300), ValueError, "mode 'I'"),
        (Image.new('F', (4, 4), 0.5), ValueError, "mode 'F'"),
        ([3], TypeError, 'but got int'),
        (torch.zeros(3, 4, 4), TypeError, 'but got Tensor. Tensors of pixel'),
    ],
)
def test_what_is_no_image_is_told(network, image, error, words):
    with pytest.raises(error, match=words):
        network.predict(image)


def test_a_run_predicts_what_its_test_does(finished):
    folder, _ = finished
    network = mmlt.load(folder)
    cfg = read_config(folder / 'resnet20_digitslt.py')
    checkpoint = folder / 'epoch_2.pth'
    expected = predict_split(cfg, checkpoint, 'test', device='cpu')
    images = DigitsLT(split='test').images[:50]
    with torch.no_grad():
        got = network(images)
    assert torch.allclose(got, expected.logits[:50], atol=1e-5)
    assert network.classes == tuple('0123456789')
    again = mmlt.load('fcc/resnet20_digitslt', checkpoint)
    one = images[0].permute(1, 2, 0).numpy()
    assert again.predict(one).name == network.predict(one).name


@pytest.mark.gpu
def test_it_moves_to_the_gpu(network, images):
    before = network.predict(images)
    moved = mmlt.load(NAME).to('cuda')
    after = moved.predict(images)
    for one, other in zip(before, after, strict=True):
        assert other.probabilities.device.type == 'cpu'
        # the convolutions of a GPU round to TF32
        assert torch.allclose(
            one.probabilities, other.probabilities, atol=0.02
        )


def test_a_recipe_for_image_files(tmp_path, images):
    """They are read as BGR; the network gets the same as from an array."""
    config = imagenet(dict(type='VMFClsHead'))
    model = build(config.model)
    torch.save({'state_dict': model.state_dict()}, tmp_path / 'a.pth')
    network = Network(config, tmp_path / 'a.pth')
    Image.fromarray(images[0]).save(tmp_path / 'a.png')
    file, array = network.predict([tmp_path / 'a.png', images[0]])
    assert torch.equal(file.probabilities, array.probabilities)
    size = network.metainfo['image_size']
    pixels = network.prepared(images[0])['inputs']
    assert tuple(pixels.shape[1:]) == size
    inputs = config.data_preprocessor
    mean, std = (
        torch.tensor(inputs[k]).view(3, 1, 1) for k in ('mean', 'std')
    )
    with torch.no_grad():
        logits = model((pixels.flip(0) - mean)[None] / std, mode='tensor')
    expected = logits.softmax(1)[0]
    assert torch.allclose(array.probabilities, expected, atol=1e-5)
    assert network.metainfo['mean'] == pytest.approx(inputs['mean'])


def test_wrong_names_are_told(tmp_path, monkeypatch):
    words = f'but fcc_cifar is neither. Known: .*ce_cifar100lt, .*{NAME}'
    with pytest.raises(FileNotFoundError, match=words):
        mmlt.load('fcc_cifar')
    with pytest.raises(FileNotFoundError, match='to hold a config and'):
        mmlt.load(tmp_path)
    monkeypatch.setattr(index, 'ZOO', tmp_path)
    with pytest.raises(FileNotFoundError, match='Install mmlt again'):
        mmlt.load(NAME)


def test_a_network_of_mmlt_has_no_calibrators():
    with pytest.raises(ValueError, match='comes with mmlt, and without'):
        mmlt.load(NAME, calibrator='temperature')
    none = mmlt.load(NAME, calibrator=Calibrator('none', []))
    pixels = torch.zeros(1, 3, 32, 32)
    with torch.no_grad():
        logits = none(pixels)
        assert torch.allclose(none.probabilities_of(logits), logits.softmax(1))


def test_a_damaged_network_is_not_loaded(tmp_path, monkeypatch):
    entry = index.find_entry(NAME)
    (tmp_path / entry.file).write_bytes(entry.path.read_bytes()[:-1])
    (tmp_path / index.NAME).write_bytes((index.ZOO / index.NAME).read_bytes())
    monkeypatch.setattr(index, 'ZOO', tmp_path)
    with pytest.raises(ValueError, match='to have the SHA-256'):
        mmlt.load(NAME)


def test_what_is_no_image_is_said(network, tmp_path):
    with pytest.raises(TypeError, match='array .* but got int'):
        network.predict(3)
    (tmp_path / 'a.png').write_bytes(b'no image')
    with pytest.raises(ValueError, match=r'a\.png to be an image.*mmlt pred'):
        network.predict(tmp_path)
