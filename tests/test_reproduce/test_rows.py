"""A row says what the folder of a run says."""

import json
import shutil

import pytest
from sklearn.metrics import f1_score

from mmlt.cli.main import main
from mmlt.reproduce import rows
from mmlt.reproduce.hashes import code_hash, config_hash, path_of_module
from mmlt.reproduce.ledger import read_ledger
from mmlt.reproduce.plan import Job
from mmlt.reproduce.rows import make_row
from mmlt.reproduce.tasks import configs_of
from mmlt.runs.dump import load_predictions
from mmlt.runs.recipes import load_recipe


@pytest.fixture(scope='module')
def trained(tmp_path_factory):
    """A run of two epochs, by the command line."""
    folder = tmp_path_factory.mktemp('runs') / 'fcc'
    main(
        ['train', 'fcc/resnet20_digitslt', '--work-dir', str(folder)]
        + ['--seed', '5', '--cfg-options', 'train_cfg.max_epochs=2']
        + ['train_cfg.val_interval=1', 'model.neck.1.begin=1']
        + ['param_scheduler.1.milestones=[1]']
    )
    return folder


OPTIONS = {
    'train_cfg.max_epochs': 2,
    'train_cfg.val_interval': 1,
    'model.neck.1.begin': 1,
    'param_scheduler.1.milestones': [1],
}


@pytest.fixture
def run(trained, tmp_path):
    return shutil.copytree(trained, tmp_path / 'run')


def test_row_has_every_number_and_what_made_it(run, monkeypatch):
    monkeypatch.setattr(rows, 'is_of_this_code', lambda *_: True)
    row = make_row(run, note='a try', options=OPTIONS)
    logged = [
        json.loads(line)
        for file in run.glob('*/vis_data/scalars.json')
        for line in file.read_text().splitlines()
    ]
    last = [entry for entry in logged if 'accuracy/top1' in entry][-1]
    assert row.recipe == 'fcc/resnet20_digitslt'
    assert (row.seed, row.epochs, row.protocol) == (5, 2, 'full')
    assert row.metrics['top1'] == round(last['accuracy/top1'], 4)
    assert row.metrics['few'] == round(last['shot/few'], 4)
    assert row.metrics['ece'] == round(last['calibration/ece'], 4)
    for name in ('nll', 'brier', 'ece_many', 'ece_few', 'macro_accuracy'):
        assert row.metrics[name] > 0
    predictions = load_predictions(run / 'predictions_test.npz')
    theirs = f1_score(
        predictions.labels, predictions.logits.argmax(1), average='macro'
    )
    assert row.metrics['macro_f1'] == round(100 * theirs, 4)
    assert row.augmentation == 'BatchRandomCrop'
    # He et al. print 0.27 M for ResNet-20 on CIFAR, https://arxiv.org/abs/1512.03385
    assert row.parameters == 269722
    assert row.images_per_second > 0
    assert row.versions['torch']
    assert row.threads == int(row.threads) > 0
    assert (row.note, row.test_time_augmentation) == ('a try', False)


CROP_FLIP = 'BatchRandomCrop, BatchRandomFlip'


@pytest.mark.parametrize(
    ('recipe', 'words'),
    [
        ('ce/resnet32_cifar100lt', CROP_FLIP),
        ('remix/resnet32_cifar100lt', f'{CROP_FLIP}, BatchRemix'),
        (
            'cuda/resnet32_cifar100lt',
            f'{CROP_FLIP}, CurriculumDataPreprocessor, BatchCutout',
        ),
        (
            'mdcs/resnet32_cifar100lt',
            f'{CROP_FLIP}, BatchRandomRotation; further view: '
            f'{CROP_FLIP}, BatchAutoAugment',
        ),
    ],
)
def test_augmentation_names_every_part_and_view(recipe, words):
    assert rows.augmentation(load_recipe(recipe)).startswith(words)


def test_hashes_of_a_run_are_those_of_the_plan(run, monkeypatch):
    monkeypatch.setattr(rows, 'is_of_this_code', lambda *_: True)
    row = make_row(run)
    configs = configs_of(Job('fcc/resnet20_digitslt', 5, options=OPTIONS))
    assert row.config_hash == config_hash(*configs)
    assert row.code_hash == code_hash(*configs)
    other = configs_of(Job('fcc/resnet20_digitslt', 6, options=OPTIONS))
    assert row.config_hash != config_hash(*other)


def test_run_of_other_code_has_no_code_hash(run, monkeypatch):
    record = json.loads((run / 'run.json').read_text())
    record[0]['commit'] = '0' * 40
    (run / 'run.json').write_text(json.dumps(record))
    assert make_row(run).code_hash is None


def test_code_of_another_commit_is_the_same_but_for_comments(
    tmp_path, monkeypatch
):
    here = path_of_module('mmlt.functional.schedule').read_text()
    shown = {'before': '# a comment\n' + here, 'other': here + '\nx = 1'}
    monkeypatch.setattr(
        rows, 'git', lambda _, name: shown.get(name.split(':')[0], '')
    )
    modules = ['mmlt.functional.schedule']
    assert rows.same_code('before', modules)
    assert not rows.same_code('other', modules)
    assert not rows.same_code('without the file', modules)
    assert not rows.same_code(None, modules)


def test_unfinished_run_is_refused(run):
    (run / 'last_checkpoint').write_text('epoch_1.pth')
    shutil.copy(run / 'epoch_2.pth', run / 'epoch_1.pth')
    with pytest.raises(ValueError, match='a finished run of 2 epochs'):
        make_row(run)


def test_predictions_of_another_network_are_refused(run, monkeypatch):
    real = rows.run_numbers

    def other(predictions):
        found = real(predictions)
        found['numbers']['top1'] += 1
        return found

    monkeypatch.setattr(rows, 'run_numbers', other)
    with pytest.raises(ValueError, match='accuracy of its last evaluation'):
        make_row(run)


def test_command_records_a_run_once(run, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(rows, 'is_of_this_code', lambda *_: True)
    ledger = tmp_path / 'results' / 'ledger.jsonl'
    for said in ('added', 'was there already'):
        main(['reproduce', 'record', str(run), '--ledger', str(ledger)])
        assert said in capsys.readouterr().out
    (row,) = read_ledger(ledger)
    assert (row.recipe, row.seed) == ('fcc/resnet20_digitslt', 5)
    interval = 'train_cfg.val_interval'  # changes no number
    assert row.options == {k: OPTIONS[k] for k in OPTIONS if k != interval}
    configs = configs_of(Job(row.recipe, row.seed, options=row.options))
    assert row.config_hash == config_hash(*configs)
    assert row.protocol == 'full'


def test_recipe_and_commit_may_be_named(run):
    (run / 'run.json').unlink()
    with pytest.raises(ValueError, match='--recipe METHOD/NAME'):
        make_row(run)
    with pytest.raises(ValueError, match='--commit'):
        make_row(run, recipe='fcc/resnet20_digitslt')
    row = make_row(run, recipe='fcc/resnet20_digitslt', commit='0123456789ab')
    assert (row.commit, row.date) == ('0123456789', None)
