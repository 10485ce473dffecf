"""Alpha is chosen on a validation set where the config has one."""

import json

from tests.test_bad_inputs.in_process import run


def test_the_validation_set_is_taken(photo_place, caplog):
    words = ['calibrate-overlap', 'run/ce.py', 'run/epoch_1.pth', '--out']
    done = run([*words, 'on-val', '--choose-on', 'val'], photo_place)
    assert done.code == 0, done.errors
    said = caplog.text + done.output + done.errors
    assert 'on 17 images of the validation set' in said
    assert 'was trained on these images' not in said
    assert (photo_place / 'on-val.pth').is_file()


def test_the_validation_set_is_not_the_test_set(photo_place, tmp_path):
    config = (photo_place / 'run/ce.py').read_text()
    config += '\nval_dataloader = test_dataloader\n'
    (tmp_path / 'same.py').write_text(config)
    done = run(
        [
            *('calibrate-overlap', 'same.py', photo_place / 'run/epoch_1.pth'),
            *('--out', 'on-val', '--choose-on', 'val'),
        ],
        tmp_path,
    )
    assert done.code == 1
    assert 'a validation set other than the test set' in done.errors


def test_every_number_of_other_test_sets_has_a_unit(photo_place, tmp_path):
    out = tmp_path / 'table.json'
    words = ['test-agnostic', 'run', '--ratios', 5, '--out', out]
    done = run([*words, '--model-prior', 'train'], photo_place)
    assert done.code == 0, done.errors
    table = json.loads(out.read_text())
    assert table['prior error'].startswith('half the summed difference')
    for row in table['rows']:
        for name, value in row.items():
            if name != 'test set':
                assert name.endswith(('(%)', '(nats)'))
                assert value is not None
