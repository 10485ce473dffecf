"""A row says what the command lines of a run say."""

from dataclasses import replace
from pathlib import Path

import pytest

from mmlt.cli.recorded_options import recorded_options
from mmlt.reproduce.tasks import set_seed
from mmlt.runs.folder import WorkDir
from mmlt.runs.recipes import load_recipe

LA = 'la/resnet20_digitslt'


def run_of(*commands, overlays=(), **options):
    cfg = load_recipe(LA, overlays, options)
    set_seed(1, cfg)
    return WorkDir(
        path=Path('run'),
        config_path=Path('run/a.py'),
        config=cfg,
        checkpoint=Path('run/epoch_1.pth'),
        epoch=1,
        seed=1,
        curves={},
        minutes=1.0,
        device='',
        parts=[dict(arguments=words.split()) for words in commands],
    )


def test_what_changes_numbers_is_kept():
    command = (
        '--seed 1 --with short --cfg-options model.head.loss.tau=3 '
        'train_dataloader.dataset.data_root=/data param_scheduler.0.end=[1,2] '
        'first_stage.train_dataloader.num_workers=2 log_level=ERROR '
        'first_stage.model.head.topk=(1,)'
    )
    assert recorded_options(run_of(command), LA) == {
        'model.head.loss.tau': 3,
        'param_scheduler.0.end': [1, 2],
        'first_stage.model.head.topk': (1,),
    }
    assert recorded_options(run_of('--seed 1'), LA) == {}


@pytest.mark.parametrize(
    'word', ['--amp', '--auto-scale-lr', '--cfg-options load_from=a.pth']
)
def test_what_no_row_says_is_refused(word):
    name = word.split()[-1].partition('=')[0]
    with pytest.raises(ValueError, match=f'but got {name}, which no row'):
        recorded_options(run_of(word), LA)


def test_an_overlay_of_ones_own_is_refused(tmp_path):
    own = tmp_path / 'own.py'
    own.write_text('train_dataloader = dict(batch_size=7)')
    with pytest.raises(ValueError, match=f'but got {own}, which no row'):
        recorded_options(run_of('', overlays=[str(own)]), LA)


@pytest.mark.parametrize(
    'other', ['--seed 1', '--seed 2 --cfg-options model.head.loss.tau=2']
)
def test_parts_of_a_run_that_are_not_of_one_recipe_are_refused(other):
    begun = '--seed 1 --cfg-options model.head.loss.tau=2'
    again = f'{begun} train_dataloader.num_workers=0'
    tau = {'model.head.loss.tau': 2}
    assert recorded_options(run_of(begun, again), LA) == tau
    with pytest.raises(ValueError, match='all parts of run to be trained'):
        recorded_options(run_of(begun, other), LA)


def test_a_run_without_a_record_is_that_of_its_recipe():
    plain = run_of()
    assert recorded_options(plain, LA) == {}
    changed = run_of(**{'model.head.loss.tau': 3.0})
    with pytest.raises(ValueError, match='no run.json that says what was'):
        recorded_options(changed, LA)
    with pytest.raises(ValueError, match='no run.json that says what was'):
        recorded_options(replace(plain, seed=2), LA)
