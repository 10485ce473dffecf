"""The plan is read as it is written, and a slip in it is named."""

import csv
import re
from pathlib import Path

import pytest

from mmlt.reproduce.plan import protocol_of, read_plan
from mmlt.reproduce.tasks import tasks_of

ROOT = Path(__file__).parents[2]
TEXT = """
sources:
  paper: {text: a paper, url: https://example.org}
runs:
- {recipe: ce/resnet20_digitslt, seeds: [1, 2], published: {top1: 90.5},
   source: paper}
- {recipe: ce/resnet20_digitslt, with: [fcc], seeds: [1],
   options: {model.neck.1.gamma: 0.3}}
"""


@pytest.fixture
def written(tmp_path):
    def write(text):
        path = tmp_path / 'plan.yaml'
        path.write_text(text)
        return path

    return write


def test_first_seeds_come_before_second_ones(written):
    jobs = read_plan(written(TEXT)).jobs
    assert [job.name for job in jobs] == [
        'ce/resnet20_digitslt@1',
        'ce/resnet20_digitslt+fcc+gamma=0.3@1',
        'ce/resnet20_digitslt@2',
    ]
    assert jobs[0].published == {'top1': 90.5}
    assert jobs[0].source.url == 'https://example.org'
    assert jobs[1].matches(['*fcc*'])
    assert not jobs[0].matches(['*fcc*'])
    assert jobs[0].matches([])


@pytest.mark.parametrize(
    ('old', 'new', 'said'),
    [
        ('seeds: [1]', 'seed: [1]', "run 2 .*got 'seed'"),
        ('seeds: [1, 2]', 'seeds: 1', 'to be a list of integers'),
        ('seeds: [1, 2]', 'seeds: [a]', 'to be a list of integers'),
        (',\n   source: paper', '', 'a `source` beside `published`'),
        ('source: paper', 'source: book', "got 'book'"),
        ('recipe: ce/resnet20_digitslt, with', 'with', 'a `recipe`'),
        ('text: a paper, ', '', '`text` and `url`'),
        ('runs:', 'run:', 'hold `runs`'),
        ('{recipe', '{{recipe', 'to be YAML'),
        ('seeds: [1, 2]', 'seeds: [1, 1]', 'is there twice'),
    ],
)
def test_slip_in_a_plan_is_named(written, old, new, said):
    assert old in TEXT
    with pytest.raises(ValueError, match=said):
        read_plan(written(TEXT.replace(old, new, 1)))


def test_missing_plan_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match='--plan'):
        read_plan(tmp_path / 'plan.yaml')


PLAN = read_plan(ROOT / 'results' / 'plan.yaml')


def test_every_run_of_the_plan_can_be_made(tmp_path):
    tasks = tasks_of(PLAN.jobs, tmp_path)
    assert len({task.folder for task in tasks}) == len(tasks)
    # of two stages, that of the classifier; none for a test of the first one
    epochs = {'full': {0, 10, 20, 30, 200, 400}, 'fast': {0, 2, 4, 6, 40}}
    for protocol, expected in epochs.items():
        own = [t for t in tasks if t.job.protocol == protocol]
        assert {task.max_epochs for task in own} == expected
        assert all((protocol in t.job.overlays) for t in own) == (
            protocol == 'fast'
        )


def test_seeds_of_a_variant_differ_in_their_settings_alone(tmp_path):
    jobs = [j for j in PLAN.jobs if j.variant == 'fcc/resnet32_cifar100lt']
    together = tasks_of(jobs, tmp_path)
    assert len({task.config_hash for task in together}) == len(jobs) > 1
    assert len({task.code_hash for task in together}) == 1
    alone = [task for job in jobs for task in tasks_of([job], tmp_path)]
    assert together == alone


def test_published_numbers_agree_with_heads_of_recipes():
    """Where the plan and a recipe take a number from one source."""
    rows = csv.DictReader((ROOT / 'results' / 'published.csv').open())
    composed = {
        '+'.join([row['recipe'], *row['with'].split()]): (
            float(row['accuracy']),
            row['source'],
        )
        for row in rows
    }
    compared = 0
    for job in PLAN.jobs:
        if 'top1' not in job.published or job.options:
            continue
        if job.overlays:
            number, source = composed[job.variant]
            if source == job.source.text:
                assert job.published['top1'] == number, job.name
                compared += 1
            continue
        text = (ROOT / 'configs' / f'{job.recipe}.py').read_text()
        head = ' '.join(text.split('"""')[1].split())
        if job.source.text in head:
            number = re.escape(f'{job.published["top1"]:g}')
            assert re.search(rf'(?<![\d.]){number}0?(?![\d])', head), job.name
            compared += 1
    assert compared >= 6


def test_the_protocol_is_that_of_the_plan():
    jobs = read_plan(ROOT / 'results/plan.yaml').jobs
    assert {job.protocol for job in jobs} > {'full', 'fast', 'tuning'}
    for job in jobs:
        assert protocol_of(job.overlays) == job.protocol, job.name
    assert protocol_of(['held-out', 'short']) == 'short'
