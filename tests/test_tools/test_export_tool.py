"""The tool as a person calls it; what it writes, and what it refuses."""

import json
import subprocess
import sys

import pytest
import torch
from mmengine.config import Config

from mmlt.cli.main import main
from mmlt.export import exporter, writers
from mmlt.export.comparison import sample_images
from mmlt.functional import relative_difference
from tests.export_models import ROOT, imagenet, save_run

CLASSES = list('0123456789')


def call(*arguments):
    """Run the command in this process."""
    main(['export', *arguments])


@pytest.fixture(scope='module')
def digits(tmp_path_factory):
    """Work directory and model of the vMF recipe for the digits."""
    folder = tmp_path_factory.mktemp('runs') / 'digits'
    config = Config.fromfile(ROOT / 'configs/vmf/resnet20_digitslt.py')
    config.model.head.init_kappa_std = 1.0
    return folder, save_run(folder, config, CLASSES)


def recipe_logits(model, images, bgr=False):
    images = images.flip(1) if bgr else images
    inputs = model.data_preprocessor({'inputs': images})['inputs']
    with torch.no_grad():
        return model(inputs, mode='tensor')


def test_torchscript_from_a_work_directory(
    digits, tmp_path, monkeypatch, capsys
):
    folder, model = digits
    out = tmp_path / 'digits.pt'
    call(
        folder, '--to', 'torchscript', '--out', out, '--with-preprocessing',
    )  # fmt: skip
    assert 'digits.pt written. Logits of 5 images differ' in (
        capsys.readouterr().out
    )
    files = {'mmlt.json': ''}
    loaded = torch.jit.load(str(out), _extra_files=files)
    assert json.loads(files['mmlt.json'])['classes'] == CLASSES
    for number in (1, 7):
        images = sample_images(8, number)
        expected = recipe_logits(model, images)
        assert relative_difference(loaded(images), expected) < 1e-6
    assert list(tmp_path.iterdir()) == [out]


def test_torchscript_runs_without_mmlt(digits, tmp_path, monkeypatch):
    folder, model = digits
    out = tmp_path / 'digits.pt'
    call(
        folder / 'recipe.py', folder / 'epoch_1.pth',
        '--to', 'torchscript', '--out', out,
    )  # fmt: skip
    images = sample_images(8, 3)
    inputs = model.data_preprocessor({'inputs': images})['inputs']
    torch.save(inputs.contiguous(), tmp_path / 'in.pt')
    code = (
        'import sys; sys.modules["mmlt"] = sys.modules["mmpretrain"] = None\n'
        'import torch; model = torch.jit.load("digits.pt")\n'
        'torch.save(model(torch.load("in.pt")), "out.pt")\n'
    )
    subprocess.run([sys.executable, '-c', code], cwd=tmp_path, check=True)
    got = torch.load(tmp_path / 'out.pt')
    assert relative_difference(got, recipe_logits(model, images)) < 1e-6


def test_onnx_has_the_logits_at_any_batch_size(digits, tmp_path, monkeypatch):
    onnx = pytest.importorskip('onnx')
    pytest.importorskip('onnxscript')
    onnxruntime = pytest.importorskip('onnxruntime')
    folder, model = digits
    out = tmp_path / 'digits.onnx'
    call(
        folder, '--to', 'onnx', '--out', out, '--with-preprocessing',
    )  # fmt: skip
    content = onnx.load(str(out))
    (entry,) = [p for p in content.metadata_props if p.key == 'mmlt']
    assert json.loads(entry.value)['input'] == 'RGB pixel values, 0 to 255'
    session = onnxruntime.InferenceSession(
        str(out), providers=['CPUExecutionProvider']
    )
    for number in (1, 4):
        images = sample_images(8, number)
        (got,) = session.run(['logits'], {'images': images.numpy()})
        expected = recipe_logits(model, images)
        assert relative_difference(torch.tensor(got), expected) < 1e-6
    assert list(tmp_path.iterdir()) == [out]


def test_onnx_without_its_packages_says_what_to_install(monkeypatch):
    monkeypatch.setattr(writers, 'ONNX_NEEDS', ('onnx_missing',))
    with pytest.raises(ImportError, match=r'pip install onnx_missing \(or'):
        writers.check_needs('onnx')
    writers.check_needs('torchscript')


@pytest.mark.parametrize(
    'kind',
    [pytest.param('LinearClsHead', marks=pytest.mark.slow), 'VMFClsHead'],
)
def test_plain_mmpretrain_loads_and_predicts_without_mmlt(
    kind, tmp_path, monkeypatch
):
    """ResNet-18 with FCC, and with vMF; through the parent's inferencer."""
    config = imagenet(dict(type=kind))
    model = save_run(tmp_path / 'run', config, list('abcdef'))
    out = tmp_path / 'plain.pth'
    call(
        tmp_path / 'run', '--to', 'mmpretrain', '--out', out, '--size', '64',
    )  # fmt: skip
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        'plain.pth', 'plain.py', 'run',
    ]  # fmt: skip
    images = sample_images(224, 2)
    torch.save(images, tmp_path / 'in.pt')
    code = (
        'import sys; sys.modules["mmlt"] = None\n'
        'import torch; from mmpretrain import ImageClassificationInferencer\n'
        'infer = ImageClassificationInferencer("plain.py", "plain.pth",'
        ' device="cpu")\n'
        'bgr = [i.flip(0).permute(1, 2, 0).numpy() for i in '
        'torch.load("in.pt")]\n'
        # without ResizeEdge, so that the crop is the image itself
        'infer.pipeline.transforms.pop(0)\n'
        'out = infer(bgr)\n'
        'torch.save([[torch.tensor(o["pred_scores"]), o["pred_class"]] '
        'for o in out], "out.pt")\n'
    )
    done = subprocess.run(
        [sys.executable, '-c', code],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    expected = recipe_logits(model, images, bgr=True).softmax(1)
    results = torch.load(tmp_path / 'out.pt')
    for (scores, name), score in zip(results, expected, strict=True):
        assert relative_difference(scores, score) < 2e-6
        assert name == 'abcdef'[score.argmax()]


def test_a_network_that_mmpretrain_lacks_is_refused(
    digits, tmp_path, monkeypatch
):
    out = tmp_path / 'digits.pth'
    with pytest.raises(SystemExit, match='got CIFARResNet, which plain'):
        call(digits[0], '--to', 'mmpretrain', '--out', out)
    assert not list(tmp_path.iterdir())


def test_other_logits_leave_nothing_behind(digits, tmp_path, monkeypatch):
    write = exporter.write_torchscript

    def wrong(*args):
        run = write(*args)
        return lambda images: run(images) * 1.001

    monkeypatch.setattr(exporter, 'write_torchscript', wrong)
    out = tmp_path / 'digits.pt'
    with pytest.raises(SystemExit, match='nothing was written'):
        call(digits[0], '--to', 'torchscript', '--out', out)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ('arguments', 'message'),
    [
        (['{run}', '--to', 'onnx', '--out', '{tmp}/a.pt'], 'end with .onnx'),
        (['{run}', '--to', 'torchscript', '--out', '{tmp}/no/a.pt'],
         'in an existing folder'),
        (['{run}', '--to', 'torchscript', '--out', '{tmp}/there.pt'],
         'nothing is overwritten'),
        (['{run}/recipe.py', '--to', 'torchscript', '--out', '{tmp}/a.pt'],
         'Expected a checkpoint beside the config'),
        (['{tmp}', '--to', 'torchscript', '--out', '{tmp}/a.pt'],
         'to hold a config'),
        (['{run}', '{tmp}/no.pth', '--to', 'torchscript', '--out',
          '{tmp}/a.pt'], 'no.pth does not exist'),
    ],
)  # fmt: skip
def test_wrong_input(digits, tmp_path, monkeypatch, arguments, message):
    (tmp_path / 'there.pt').touch()
    arguments = [a.format(run=digits[0], tmp=tmp_path) for a in arguments]
    with pytest.raises(SystemExit, match=message) as stopped:
        call(*arguments)
    assert stopped.value.code.startswith('error: Expected')
    assert [p.name for p in tmp_path.iterdir()] == ['there.pt']


def test_help_has_an_example(monkeypatch, capsys):
    with pytest.raises(SystemExit):
        call('--help')
    assert 'Example: mmlt export ' in capsys.readouterr().out
