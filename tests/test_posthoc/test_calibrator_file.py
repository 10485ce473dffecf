"""Calibrators are written down beside a checkpoint, read and applied."""

import json
import shutil

import pytest
import torch

import mmlt
from mmlt.posthoc.calibrator_file import load_calibrator, save_calibrators
from mmlt.posthoc.calibrators import CALIBRATORS
from mmlt.posthoc.steps import FUNCTIONS, ONE, PER_CLASS
from mmlt.runs.dump import file_hash
from tests.test_bad_inputs.in_process import run
from tests.test_tools.test_posthoc_tools import synthetic


@pytest.fixture
def checkpoint(tmp_path):
    path = tmp_path / 'epoch_1.pth'
    path.write_bytes(b'weights')
    return path


@pytest.fixture
def held(checkpoint):
    return synthetic('held-out', 1, checkpoint=file_hash(checkpoint))


@pytest.mark.parametrize('name', CALIBRATORS)
def test_what_is_read_does_what_was_fitted(name, checkpoint, held):
    fitted = CALIBRATORS[name](held)
    path = checkpoint.parent / 'calibrators.json'
    save_calibrators(path, {name: fitted}, held)
    found = load_calibrator(checkpoint, name)
    new = synthetic('test', 2, 50).logits
    # JSON has every digit of a double
    assert torch.equal(found(new.double()), fitted.transform(new))
    torch.testing.assert_close(
        found(new), fitted.transform(new).float(), rtol=1e-4, atol=1e-4
    )
    assert found.fitted_on == f'{len(held.labels)} images of held-out'


def test_it_is_traced_as_it_is(checkpoint, held):
    path = checkpoint.parent / 'calibrators.json'
    fitted = {name: fit(held) for name, fit in CALIBRATORS.items()}
    save_calibrators(path, fitted, held)
    new = synthetic('test', 2, 50).logits
    for name in CALIBRATORS:
        calibrator = load_calibrator(checkpoint, name)
        traced = torch.jit.trace(calibrator, new[:2], check_trace=False)
        torch.testing.assert_close(traced(new), calibrator(new))


def test_every_function_has_its_numbers():
    assert set(ONE) | set(PER_CLASS) == set(FUNCTIONS)


def test_others_of_the_checkpoint_stay(checkpoint, held):
    path = checkpoint.parent / 'calibrators.json'
    for name in ('none', 'temperature'):
        save_calibrators(path, {name: CALIBRATORS[name](held)}, held)
    assert load_calibrator(checkpoint, 'none').functions == []
    load_calibrator(checkpoint, 'temperature')
    checkpoint.write_bytes(b'of another epoch')
    words = 'another checkpoint.*Fit it again: mmlt posthoc'
    with pytest.raises(ValueError, match=words):
        load_calibrator(checkpoint, 'temperature')
    held.meta['checkpoint_hash'] = file_hash(checkpoint)
    save_calibrators(path, {'none': CALIBRATORS['none'](held)}, held)
    with pytest.raises(ValueError, match="got 'temperature'. It has none"):
        load_calibrator(checkpoint, 'temperature')


@pytest.mark.parametrize(
    ('change', 'words'),
    [
        (lambda c: c.pop('calibrators'), 'cannot be read'),
        (lambda c: c.update(num_classes='8'), 'cannot be read'),
        (lambda c: c.update(calibrators=[1]), 'cannot be read'),
        (lambda c: c['calibrators'].update(vector={}), 'cannot be read'),
        (lambda c: c['calibrators'].update(vector=3), 'cannot be read'),
        (lambda c: step_of(c).update(function='eval'), "but got 'eval'"),
        (lambda c: step_of(c).update(shift=[0.0]), '`shift` .* 8 numbers'),
        (lambda c: step_of(c).update(shift=None), '`shift` .* 8 numbers'),
        (lambda c: step_of(c).update(shift=['a'] * 8), '`shift` of vector'),
        (
            lambda c: step_of(c).update(log_scale=[float('nan')] * 8),
            '`log_scale` of vector_scaled',
        ),
    ],
)
def test_what_is_none_is_refused(checkpoint, held, change, words):
    path = checkpoint.parent / 'calibrators.json'
    with pytest.raises(FileNotFoundError, match='Fit them: mmlt posthoc'):
        load_calibrator(checkpoint, 'vector')
    save_calibrators(path, {'vector': CALIBRATORS['vector'](held)}, held)
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content))
    with pytest.raises(ValueError, match=words):
        load_calibrator(checkpoint, 'vector')


def step_of(content):
    return content['calibrators']['vector']['steps'][0]


def test_a_run_is_calibrated_in_three_lines(photo_place, tmp_path):
    """posthoc, then mmlt.load: the numbers are those of the table."""
    place = tmp_path
    shutil.copytree(photo_place / 'run', place / 'run')
    words = ['posthoc', 'run', '--fit-split', 'val', '--out', 'table.json']
    done = run(words, place)
    assert done.code == 0, done.errors
    table = json.loads((place / 'table.json').read_text())
    assert table['classes of the test set'].startswith('5 to 2 images each')
    for row in table['rows']:
        name = row['calibrator']
        network = mmlt.load(place / 'run', calibrator=name)
        paths, labels = listed(photo_place)
        found = network.predict(paths)
        probs = torch.stack([one.probabilities for one in found]).double()
        right = (probs.argmax(1) == labels).double().mean()
        nll = -probs[torch.arange(len(labels)), labels].log().mean()
        assert 100 * right.item() == pytest.approx(row['acc'])
        assert nll.item() == pytest.approx(row['NLL'], rel=1e-4)
    # shot limits are those of the run, or as said
    assert table['groups'].endswith('few: fewer than 6')
    text = (place / 'run/ce.py').read_text()
    assert 'many=11' in text
    changed = text.replace('many=11', 'many=9').replace('few=6', 'few=5')
    (place / 'run/ce.py').write_text(changed)
    done = run([*words[:4], '--calibrators', 'none'], place)
    assert 'more than 9 training images, few: fewer than 5' in done.output
    done = run([*words[:4], '--calibrators', 'none', '--few', 7], place)
    assert 'more than 9 training images, few: fewer than 7' in done.output


def listed(place):
    lines = (place / 'ours/test.txt').read_text().splitlines()
    paths, labels = zip(*(line.rsplit(' ', 1) for line in lines), strict=True)
    photos = [place / 'photos' / path for path in paths]
    return photos, torch.tensor([*map(int, labels)])
