"""The record of a sweep, what it holds out, and what Optuna suggests."""

import json
import sys

import pytest

from mmlt.runs.held_out_overlays import held_out_overlays
from mmlt.runs.recipes import load_recipe
from mmlt.runs.schedules import NothingToChange
from mmlt.runs.search_space import read_space
from mmlt.runs.suggested_settings import suggested
from mmlt.runs.sweep_record import SweepRecord, Trial

MACRO = 'macro/accuracy'


def test_a_trial_is_found_again_whatever_the_order(tmp_path):
    record = SweepRecord(tmp_path / 'new', ['ce/a'])
    first = record.trial_of({'a': 1, 'b': 0.5})
    second = record.trial_of({'a': 2, 'b': 0.5})
    assert (first.folder, second.folder) == ('trial_1', 'trial_2')
    second.state, second.numbers = 'done', {MACRO: 50.0, 'few': float('nan')}
    record.save()
    again = SweepRecord(tmp_path / 'new', ['ce/a'])
    assert again.trials[0] == first
    found = again.trial_of({'b': 0.5, 'a': 2})
    assert found.state == 'done'
    assert found.score(MACRO) == 50
    assert found.score('few') != found.score('few')
    # a further one is a folder of its own; 1.0 is not the word 1
    assert again.trial_of({'a': 1.0, 'b': 0.5}).folder == 'trial_3'


def test_another_sweep_in_the_folder_is_refused(tmp_path):
    SweepRecord(tmp_path, ['ce/a']).save()
    with pytest.raises(ValueError, match=r'its arguments \(ce/a\), but got'):
        SweepRecord(tmp_path, ['ce/b'])
    for text in ('{', '[]', '{"arguments": [], "trials": [{"a": 1}]}'):
        (tmp_path / 'sweep.json').write_text(text)
        with pytest.raises(ValueError, match='Name another --work-dir'):
            SweepRecord(tmp_path, ['ce/a'])


def images_of(dataset):
    """Indices of the images of a split, whatever wraps it."""
    kinds, inner = [], dataset
    while isinstance(inner, dict):
        kinds.append(inner.get('type'))
        inner = inner.get('dataset')
    return kinds


@pytest.mark.parametrize(
    ('recipe', 'overlays', 'kinds'),
    [
        (
            'ce/resnet20_digitslt',
            [],
            ['LongTailedSubset', 'HeldOutSplit', 'DigitsLT'],
        ),
        (
            'ce/resnet32_cifar100lt',
            ['fcc', 'tuning'],
            ['LongTailedSubset', 'HeldOutSplit', 'CIFAR100LT'],
        ),
        (
            'ce/resnet20_digitslt',
            ['held-out'],
            ['HeldOutSplit', 'DigitsLT'],
        ),
        ('ce/resnet50_inat18', [], ['HeldOutSplit', 'INaturalist18']),
    ],
)
def test_nothing_is_measured_on_the_test_set(recipe, overlays, kinds):
    before = load_recipe(recipe)
    added = held_out_overlays(recipe, overlays)
    cfg = load_recipe(recipe, [*overlays, *added])
    assert images_of(cfg.train_dataloader.dataset) == kinds
    inside = cfg.train_dataloader.dataset
    if kinds[0] == 'LongTailedSubset':
        inside = inside.dataset
    assert inside.part == 'train'
    for loader in (cfg.val_dataloader, cfg.test_dataloader):
        held_out = loader.dataset
        assert held_out.type == 'HeldOutSplit'
        assert held_out.part == 'held_out'
        assert held_out.fraction == inside.fraction
        # the images of the training set, seen as those of a test
        theirs, ours = dict(inside.dataset), dict(held_out.dataset)
        assert theirs.pop('pipeline') is not None
        assert ours.pop('pipeline') == (before.val_dataloader.dataset.pipeline)
        theirs.pop('test_mode', None), ours.pop('test_mode', None)
        assert ours == theirs
    kinds = [metric.type for metric in cfg.val_evaluator.metrics]
    assert kinds.count('MacroAccuracy') == 1


def test_validation_images_of_ones_own_are_taken_as_they_are():
    before = load_recipe('ce/resnet18_images')
    added = held_out_overlays('ce/resnet18_images', [])
    cfg = load_recipe('ce/resnet18_images', added)
    for name in ('train_dataloader', 'val_dataloader', 'test_dataloader'):
        assert cfg[name].dataset == before[name].dataset
    assert cfg.val_evaluator == before.val_evaluator


def test_a_test_set_that_is_itself_held_out_is_not_chosen_on(tmp_path):
    path = tmp_path / 'own.py'
    path.write_text(
        "_base_ = 'mmlt::ce/resnet18_images.py'\n"
        'val_dataloader = dict(_base_.test_dataloader, _delete_=True)\n'
    )
    added = held_out_overlays(str(path), [])
    cfg = load_recipe(str(path), added)
    assert cfg.val_dataloader.dataset.fraction == 0.1  # of the training set
    assert cfg.test_dataloader.dataset == cfg.val_dataloader.dataset


def test_a_recipe_without_training_images_is_refused(tmp_path):
    path = tmp_path / 'test_only.py'
    path.write_text(
        "_base_ = 'mmlt::ce/resnet20_digitslt.py'\ntrain_dataloader = None\n"
    )
    with pytest.raises(NothingToChange, match="no attribute 'dataset'"):
        held_out_overlays(str(path), [])


def trial(score, **settings):
    return Trial('x', settings, 'done', {MACRO: score})


def test_optuna_goes_to_where_it_is_better():
    pytest.importorskip('optuna', reason='an extra')
    space = read_space(['lr=log(1e-3,1)', 'n=integer(1,9)', 'k=a,b'])
    trials = []
    for _ in range(30):
        chosen = suggested(space, trials, MACRO, False, seed=0)
        assert all(part.holds(chosen[part.key]) for part in space)
        score = -abs(chosen['lr'] - 0.03) - (chosen['k'] == 'b')
        trials.append(trial(score, **chosen))
    scores = [trial.score(MACRO) for trial in trials]
    assert sum(scores[20:]) > sum(scores[:10])
    assert sum(trial.settings['k'] == 'a' for trial in trials[10:]) > 12


def test_a_suggestion_depends_on_what_is_finished_alone():
    pytest.importorskip('optuna', reason='an extra')
    space = read_space(['lr=log(1e-3,1)'])
    trials = [trial(50.0, lr=0.1), trial(40.0, lr=0.01)]
    one = suggested(space, trials, MACRO, False, seed=0)
    assert one == suggested(space, trials, MACRO, False, seed=0)
    assert one != suggested(space, trials, MACRO, False, seed=1)
    assert one != suggested(space, trials[:1], MACRO, False, seed=0)
    # of another space, and one whose loss was no number
    others = [trial(99.0, tau=1), Trial('x', {'lr': 0.5}, 'diverged')]
    assert suggested(space, [*trials, *others], MACRO, True, 0)['lr'] <= 1


def test_optuna_is_asked_for_where_it_is_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, 'optuna', None)
    with pytest.raises(ImportError, match=r"install 'mmlt\[sweep\]'"):
        suggested(read_space(['lr=log(1e-3,1)']), [], MACRO, False, 0)


def test_the_record_is_json_without_nan(tmp_path):
    record = SweepRecord(tmp_path, [])
    record.trial_of({'a': 1}).numbers = {'few': float('nan')}
    record.save()
    content = json.loads((tmp_path / 'sweep.json').read_text())
    assert content['trials'][0]['numbers'] == {'few': None}
