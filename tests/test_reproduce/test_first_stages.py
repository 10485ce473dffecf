"""A first stage that a run of its own has trained is not trained again."""

from dataclasses import replace

import pytest

from mmlt.reproduce.first_stages import reuse_first_stage
from mmlt.reproduce.ledger import Row
from mmlt.reproduce.plan import Job
from mmlt.reproduce.tasks import LOCK, Task, claimed, has_begun, tasks_of


@pytest.fixture
def runs(tmp_path):
    """A finished run, its row, and one whose first stage it is."""
    ce = Task(Job('ce/a', 1), 'c1', 'k1', 3, tmp_path)
    crt = Task(Job('crt/a', 1), 'c2', 'k2', 3, tmp_path, ('c1', 'k1'))
    ce.folder.mkdir()
    (ce.folder / 'epoch_3.pth').write_text('weights')
    (ce.folder / 'last_checkpoint').write_text('epoch_3.pth')
    (ce.folder / 'output.log').write_text('')
    (ce.folder / 'predictions_test.npz').write_text('')
    (ce.folder / LOCK).touch()
    row = Row(
        recipe='ce/a',
        overlays=[],
        seed=1,
        epochs=3,
        metrics={'top1': 50.0},
        config_hash='c1',
        code_hash='k1',
        minutes=1.0,
    )
    return ce, crt, row


def test_finished_run_is_copied_without_what_is_its_own(runs):
    ce, crt, row = runs
    assert reuse_first_stage(crt, [row]) == ce.folder
    names = sorted(p.name for p in (crt.folder / 'stage1').iterdir())
    assert names == ['epoch_3.pth', 'last_checkpoint']
    assert has_begun(crt)
    assert (ce.folder / 'epoch_3.pth').exists()
    # a run that was begun keeps what it has
    (crt.folder / 'stage1/epoch_3.pth').write_text('mine')
    assert reuse_first_stage(crt, [row]) is None
    assert (crt.folder / 'stage1/epoch_3.pth').read_text() == 'mine'


@pytest.mark.parametrize('change', ['settings', 'code', 'no row', 'lost'])
def test_nothing_else_is_copied(runs, change):
    ce, crt, row = runs
    rows = [row]
    if change == 'settings':
        crt = replace(crt, first_stage=('c9', 'k1'))
    elif change == 'code':
        rows = [replace(row, code_hash='k9')]
    elif change == 'no row':
        rows = []
    else:
        (ce.folder / 'epoch_3.pth').unlink()
    assert reuse_first_stage(crt, rows) is None
    assert not crt.folder.exists()


def test_run_of_one_stage_and_one_that_goes_on_are_left(runs):
    ce, crt, row = runs
    assert reuse_first_stage(replace(crt, first_stage=None), [row]) is None
    with claimed(ce.folder):
        assert reuse_first_stage(crt, [row]) is None


def test_copy_that_was_broken_off_is_made_again(runs):
    _, crt, row = runs
    (crt.folder / 'stage1.part').mkdir(parents=True)
    (crt.folder / 'stage1.part/half').touch()
    assert reuse_first_stage(crt, [row]) is not None
    assert not (crt.folder / 'stage1.part').exists()
    assert not (crt.folder / 'stage1/half').exists()


def test_first_stages_of_the_recipes_are_runs_of_the_plan(tmp_path):
    """Cross-entropy of the same seed is that of cRT, LWS and tau-norm."""
    jobs = [
        Job(f'{method}/resnet20_digitslt', seed)
        for method in ('ce', 'crt', 'lws', 'tau_norm')
        for seed in (1, 2)
    ]
    tasks = tasks_of(jobs, tmp_path)
    ce = {t.job.seed: (t.config_hash, t.code_hash) for t in tasks[:2]}
    assert len(set(ce.values())) == 2
    for task in tasks[2:]:
        assert task.first_stage == ce[task.job.seed]
    assert tasks[0].first_stage is None
