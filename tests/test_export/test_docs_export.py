"""docs/export.md, from an image file to a name, as it stands."""

import json
import re
import shlex
import shutil
from pathlib import Path

import pytest
import torch

import mmlt
from mmlt.posthoc.calibrators import CALIBRATORS
from tests.test_bad_inputs.in_process import isolated, run

PAGE = (Path(__file__).parents[2] / 'docs/export.md').read_text()
BLOCKS = {
    title: text
    for _, title, text in re.findall(
        r'```(\w+) title="([^"]+)"\n(.*?)```', PAGE, re.DOTALL
    )
}
PHOTO = 'kind 0/3.png'


@pytest.fixture
def place(photo_place, tmp_path):
    shutil.copytree(photo_place / 'run', tmp_path / 'run')
    shutil.copy(photo_place / 'photos' / PHOTO, tmp_path / 'photo.png')
    done = run(['posthoc', 'run', '--fit-split', 'val'], tmp_path)
    assert done.code == 0, done.errors
    return tmp_path


def words_of(*more):
    program, *words = shlex.split(BLOCKS['export'])
    assert program == 'mmlt'
    return [*words, *more]


def printed(title, place, capsys):
    capsys.readouterr()
    with isolated(place):
        exec(compile(BLOCKS[title], title, 'exec'), {})
    name, value = capsys.readouterr().out.strip().rsplit(' ', 1)
    return name, float(value)


@pytest.mark.parametrize('calibrator', [None, 'temperature', 'prior_vector'])
@pytest.mark.parametrize('kind', ['onnx', 'torchscript'])
def test_it_says_what_mmlt_load_says(kind, calibrator, place, capsys):
    if kind == 'onnx':
        for package in ('onnx', 'onnxscript', 'onnxruntime'):
            pytest.importorskip(package)
    words = words_of(*(['--calibrated', calibrator] if calibrator else []))
    if kind == 'torchscript':
        words += ['--to', 'torchscript', '--out', 'model.pt']
    done = run(words, place)
    assert done.code == 0, done.errors
    assert 'Probabilities of 5 images differ' in done.output
    got = printed(f'{kind}.py', place, capsys)
    network = mmlt.load(place / 'run', calibrator=calibrator)
    found = network.predict(place / 'photo.png')
    assert got[0] == found.name
    assert got[1] == pytest.approx(found.probability, rel=1e-4)


def test_every_calibrator_can_be_exported(place, monkeypatch):
    monkeypatch.chdir(place)
    written = json.loads((place / 'run/calibrators.json').read_text())
    image = torch.randint(0, 256, (1, 3, 32, 32), dtype=torch.uint8)
    assert set(written['calibrators']) <= set(CALIBRATORS)
    assert len(written['calibrators']) > 8
    for name in written['calibrators']:
        options = ['--to', 'torchscript', '--with-preprocessing']
        out = f'{name}.pt'
        done = run(
            ['export', 'run', *options, '--out', out, '--calibrated', name],
            place,
        )
        assert done.code == 0, done.errors
        files = {'mmlt.json': ''}
        model = torch.jit.load(out, _extra_files=files)
        about = json.loads(files['mmlt.json'])
        assert about['output'] == (
            f'logits, calibrated by {name}, fitted on 17 images of val'
        )
        assert about['image_size'] == [32, 32]
        assert about['resizing'] == [{'scale': [32, 32], 'type': 'Resize'}]
        network = mmlt.load('run', calibrator=name)
        with torch.no_grad():
            expected = network.probabilities_of(network(image))
            got = model(image).softmax(1)
        torch.testing.assert_close(got, expected, rtol=1e-3, atol=1e-5)


def test_what_does_not_go_is_told(place):
    words = ['export', 'run', '--to', 'mmpretrain', '--out', 'a.pth']
    for more in (['--calibrated'], ['--output', 'probabilities']):
        done = run([*words, *more], place)
        assert done.code == 2
        assert 'has no place for them' in done.errors
    content = (place / 'run/calibrators.json').read_text()
    changed = re.sub(
        r'"checkpoint_hash": "\w+"', '"checkpoint_hash": "0"', content
    )
    (place / 'run/calibrators.json').write_text(changed)
    done = run(
        words_of('--calibrated', '--to', 'torchscript', '--out', 'a.pt'), place
    )
    assert done.code == 1
    assert 'fitted for another checkpoint' in done.errors
    assert not list(place.glob('a.*'))
