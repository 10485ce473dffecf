"""The tools from work directories alone, and every number they print."""

import csv
import io
import json
import math
import re
import shutil
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
import torch
from scipy import stats
from scipy.spatial.distance import pdist
from sklearn.metrics import (
    confusion_matrix,
    f1_score,
    log_loss,
    precision_score,
    recall_score,
    roc_auc_score,
)
from torchmetrics.functional.classification import multiclass_calibration_error

from mmlt.cli.commands.plot import PICTURES
from mmlt.cli.main import main
from mmlt.cli.predictions import load_predicted_run
from mmlt.functional import compression_factors
from mmlt.report import file_name, load_run, with_names
from mmlt.report.build import commands
from mmlt.report.names import short_names
from mmlt.report.script import SCRIPT

from .conftest import COUNTS, NAMES, ROOT

MINUS = '\N{MINUS SIGN}'
DASH = '\N{EN DASH}'


@pytest.fixture(scope='module')
def made(work_dirs, tmp_path_factory):
    """Folder of a report of all runs."""
    out = tmp_path_factory.mktemp('out') / 'report'
    main(['report', *work_dirs, '--out', out])
    return out


def tables_of(text):
    """Heading to rows of cells, of every table of a Markdown page."""
    tables, title, rows = {}, None, []
    for line in text.splitlines():
        if line.startswith('#'):
            title = line.strip('# ')
        elif line.startswith('|'):
            rows = tables.setdefault(title, [])
            rows.append([c.strip() for c in line.strip('|').split('|')])
    return {name: [r[0], *r[2:]] for name, r in tables.items()}


def bins(probs, labels, rows):
    """Gap and share of each confidence bin, in plain numpy."""
    confidence = probs.max(1)[rows].astype(np.float64)
    hits = (probs.argmax(1) == labels)[rows]
    index = np.clip(np.ceil(confidence * 15).astype(int) - 1, 0, 14)
    for b in np.unique(index):
        mine = index == b
        gap = abs(confidence[mine].mean() - hits[mine].mean())
        yield gap, mine.mean()


def expected_of(folder):
    """Numbers of a run from its dump, none by a function of ours."""
    with np.load(folder / 'predictions_test.npz') as file:
        d = {name: file[name] for name in file.files}
    labels, counts = d['labels'], d['class_counts']
    z = d['logits'].astype(np.float64)
    probs = np.exp(z - z.max(1, keepdims=True))
    probs /= probs.sum(1, keepdims=True)
    probs32 = probs.astype(np.float32)
    predicted = z.argmax(1)
    recalls = recall_score(labels, predicted, average=None, zero_division=0)
    groups = {
        'many': counts > 100,
        'medium': (counts >= 20) & (counts <= 100),
        'few': counts < 20,
    }
    onehot = np.eye(10)[labels]
    brier = ((probs - onehot) ** 2).sum(1)
    nll = -np.log(probs[np.arange(len(labels)), labels])
    assert nll.mean() == pytest.approx(log_loss(labels, probs))
    top5 = np.argsort(-z, axis=1)[:, :5]
    numbers = {
        'top-1': 100 * (predicted == labels).mean(),
        'top-5': 100 * (top5 == labels[:, None]).any(1).mean(),
        'macro': 100 * recalls.mean(),
        'worst class': 100 * recalls.min(),
        'macro F1': 100 * f1_score(labels, predicted, average='macro'),
        'macro AUROC': 100 * roc_auc_score(labels, probs, multi_class='ovr'),
        'balanced error': 100 - 100 * recalls.mean(),
        'h-mean': 100 * stats.hmean(recalls),
        'g-mean': 100 * stats.gmean(recalls) if recalls.all() else 0,
        'ECE': 100
        * multiclass_calibration_error(
            torch.from_numpy(probs32), torch.from_numpy(labels), 10, 15
        ).item(),
        'MCE': 100 * max(g for g, _ in bins(probs32, labels, labels >= 0)),
        'Brier': brier.mean(),
        'NLL': nll.mean(),
        'recall': recalls,
        'precision': precision_score(
            labels, predicted, average=None, zero_division=math.nan
        ),
        'F1': f1_score(labels, predicted, average=None, zero_division=0),
        'confusion': confusion_matrix(labels, predicted),
        'never right': (recalls == 0).sum(),
        'spread': [
            pdist(d['features'][labels == c]).mean() for c in range(10)
        ],
    }
    for name, group in groups.items():
        rows = group[labels]
        numbers[name] = 100 * (predicted == labels)[rows].mean()
        numbers[f'Brier {name}'] = brier[rows].mean()
        numbers[f'NLL {name}'] = nll[rows].mean()
        numbers[f'ECE {name}'] = 100 * sum(
            g * share for g, share in bins(probs32, labels, rows)
        )
    if 'tau' in d:
        tau = 1 + 0.5 * (1 - np.arange(10) / 10)
        np.testing.assert_allclose(d['tau'], tau, rtol=1e-6)
        scaled = tau[labels][:, None] * (z - d['bias']) + d['bias']
        with_tau = scaled.argmax(1)
        numbers['changed'] = 100 * (with_tau != predicted).mean()
        lost = (with_tau == labels) & (predicted != labels)
        numbers['lost'] = 100 * lost.mean()
        gained = (with_tau != labels) & (predicted == labels)
        numbers['gained'] = 100 * gained.mean()
    return numbers


def read(cell):
    """Mean and spread of a cell, nan where there is none."""
    cell = cell.strip('*')  # the best ones are bold
    if cell == DASH:
        return math.nan, math.nan
    first, _, second = cell.replace(MINUS, '-').partition(' ± ')
    return float(first), float(second) if second else math.nan


# column of the first table -> number of a dump
COMPARED = {
    'top-1 accuracy': 'top-1',
    'macro accuracy': 'macro',
    'many-shot (&gt; 100)': 'many',
    'medium-shot (20 to 100)': 'medium',
    'few-shot (&lt; 20)': 'few',
    'macro F1': 'macro F1',
    'macro AUROC': 'macro AUROC',
    'classes never right': 'never right',
    'calibration error (ECE)': 'ECE',
    'NLL': 'NLL',
}


def check_classes(table, dumps):
    """Recall, precision, F1 and confusion of each class, means over seeds."""
    head, *rows = table
    assert [r[0] for r in rows] == NAMES
    assert [r[1] for r in rows] == [str(n) for n in COUNTS]
    for c, row in enumerate(rows):
        cells = dict(zip(head, row, strict=True))
        for name, of_seeds in dumps.items():
            for key in ('recall', 'precision', 'F1'):
                # nan where one of the seeds never predicts the class
                mean = 100 * np.mean([d[key][c] for d in of_seeds])
                shown = read(cells[f'{key} {name}'])[0]
                assert shown == pytest.approx(mean, abs=0.0501, nan_ok=True)
            wrong = sum(d['confusion'][c] for d in of_seeds)
            wrong[c] = 0
            other = f'{NAMES[wrong.argmax()]} ({wrong.max()})'
            assert cells[f'taken for {name}'] == (other if wrong.any() else '')
            assert (
                int(cells['test images']) == of_seeds[0]['confusion'][c].sum()
            )


def test_every_number_of_the_page_is_that_of_the_dumps(made, work_dirs):
    tables = tables_of((made / 'README.md').read_text())
    dumps = {
        'fcc': [expected_of(p) for p in work_dirs[:2]],
        'vmf': [expected_of(p) for p in work_dirs[2:]],
    }
    checked = 0
    for title in (
        'Accuracy',
        'Calibration',
        'Calibration by shot',
        'Misclassified area',
    ):
        head, *rows = tables[title]
        for name, *cells in rows:
            last, *base = name.split(f' {MINUS} ')
            for column, cell in zip(head[1:], cells, strict=True):
                if column in ('adaptive ECE', 'class-wise ECE'):
                    continue  # tests/test_functional has their references
                values = [d[column] for d in dumps[last]]
                mean, error = np.mean(values), math.nan
                variances = [np.var(values, ddof=1) / len(values)]
                if base:
                    before = [d[column] for d in dumps[base[0]]]
                    mean -= np.mean(before)
                    variances.append(np.var(before, ddof=1) / len(before))
                    error = math.sqrt(sum(variances))
                elif len(values) > 1:
                    error = np.std(values, ddof=1)
                shown, spread = read(cell)
                digits = len(cell.split(' ± ')[0].split('.')[1])
                half = 0.5001 * 10**-digits
                assert shown == pytest.approx(mean, abs=half), (title, column)
                if math.isnan(error):
                    assert math.isnan(spread)
                else:
                    assert spread == pytest.approx(error, abs=half)
                checked += 1
    # three rows of accuracy, calibration and calibration by shot; the area.
    # where a recall is 0 in every run, three columns are left out
    least = max(d['worst class'] for of in dumps.values() for d in of)
    columns = 12 if least else 9
    assert checked == 3 * (columns + 4 + 9) + 3
    check_classes(tables['Each class'], dumps)
    head, *rows = tables['Comparison']
    assert [row[0] for row in rows] == ['fcc', 'vmf']
    for name, *cells in rows:
        for column, cell in zip(head[1:], cells, strict=True):
            values = [d[COMPARED[column]] for d in dumps[name]]
            half = 0.5001 * 10 ** -len(cell.split(' ±')[0].split('.')[1:][-1:])
            assert read(cell)[0] == pytest.approx(np.mean(values), abs=half)
    (head, *rows) = tables['Spread, concentration and overlap of each class']
    for c, row in enumerate(rows):
        cells = dict(zip(head, row, strict=True))
        for name, of_seeds in dumps.items():
            mean = np.mean([d['spread'][c] for d in of_seeds])
            shown = read(cells[f'spread {name}'])[0]
            assert shown == pytest.approx(mean, abs=0.000501)
    (head, *rows) = tables['Classes against their training images']
    shown = dict(zip(head, rows[0], strict=True))
    rho = [
        stats.spearmanr(d['spread'], COUNTS).statistic for d in dumps['fcc']
    ]
    assert read(shown['spread'])[0] == pytest.approx(np.mean(rho), abs=0.00501)


def test_csv_and_page_say_the_same(made):
    tables = tables_of((made / 'README.md').read_text())
    text = (made / 'tables' / 'accuracy.csv').read_text()
    rows = list(csv.DictReader(io.StringIO(text)))
    head, *lines = tables['Accuracy']
    assert len(rows) == len(lines) == 3
    for row, line in zip(rows, lines, strict=True):
        for name, cell in zip(head[1:], line[1:], strict=True):
            mean, spread = read(cell)
            assert float(row[name]) == pytest.approx(mean, abs=0.00501)
            if math.isnan(spread):
                assert row[f'{name} spread'] == ''
            else:
                written = float(row[f'{name} spread'])
                assert written == pytest.approx(spread, abs=0.00501)


def test_the_files_of_the_runs_hold_the_numbers(made, work_dirs):
    names = sorted(p.name for p in (made / 'numbers').iterdir())
    assert names == [
        *('fcc-seed0.json', 'fcc-seed2.json'),
        *('vmf-seed0.json', 'vmf-seed1.json'),
    ]
    record = json.loads((made / 'numbers' / 'fcc-seed2.json').read_text())
    expected = expected_of(work_dirs[1])
    assert record['numbers']['top1'] == pytest.approx(expected['top-1'])
    assert record['confusion'] == expected['confusion'].tolist()
    assert record['seed'] == 2
    assert record['epochs'] == 2
    assert record['recipe'] == 'fcc/resnet20_digitslt'
    assert record['device'] == 'CPU'
    assert record['minutes'] == 3
    assert record['curves']['loss'] == [[1, 2], [2.5, 1.5]]
    assert record['curves']['calibration/ece'] == [[2], [None]]
    assert record['compression']['strategy'] == 'equal_difference'
    assert str(ROOT) not in json.dumps(record)
    tau = compression_factors(10, 0.5, order='index')
    assert tau[0] == 1.5  # that of expected_of
    page = (made / 'README.md').read_text()
    for name in names:
        assert name in page


def test_the_page_needs_nothing_else_and_is_well_formed(made):
    text = (made / 'index.html').read_text()
    root = ElementTree.fromstring(text.split('\n', 1)[1])
    assert root.tag == 'html'
    (script,) = root.iter('script')
    assert script.text.strip('/\n') == SCRIPT.strip('\n')
    assert not script.attrib
    for asks in ('fetch', 'XMLHttp', 'import', 'eval', 'innerHTML', 'storage'):
        assert asks not in SCRIPT
    for element in root.iter():
        assert element.tag not in ('link', 'iframe', 'object')
        for key, value in element.attrib.items():
            if key.endswith(('href', 'src')):
                assert value.startswith(('#', 'data:')), value
    assert 'http' not in text
    assert '@import' not in text
    assert not re.search(r'url\((?!#)', text)
    ids = [e.get('id') for e in root.iter() if e.get('id')]
    assert len(ids) == len(set(ids))
    for link in root.iter('a'):
        assert link.get('href')[1:] in ids
    labels = [e.get('aria-label') for e in root.iter('svg')]
    # 2 recipes x (4 reliability, confusion, overlap, kappa, spread, 2 maps),
    # recall, 3 curves of which the empty one has no point
    assert len(labels) == 2 * 10 + 1 + 3
    assert all(labels)
    for name in re.findall(r'src="([^"]+)"', (made / 'README.md').read_text()):
        assert (made / name).is_file()


def test_the_command_makes_it_again(made, work_dirs):
    page = (made / 'README.md').read_text()
    assert f'mmlt report {work_dirs[0]}' in page
    assert 'mmlt train configs/fcc/resnet20_digitslt.py' in page
    # as it was called: in a checkout, by the tools
    record = load_run(work_dirs[0])[0]
    text = commands([record], 'python tools/analysis_tools/report.py a')
    assert 'python tools/train.py configs/fcc/resnet20_digitslt.py' in text
    assert text.endswith('\npython tools/analysis_tools/report.py a')


def test_predictions_are_kept_and_renewed_with_the_checkpoint(
    made, work_dirs, tmp_path
):
    copy = tmp_path / 'copy'
    shutil.copytree(work_dirs[0], copy)
    dump = copy / 'predictions_test.npz'
    before = dump.stat().st_mtime_ns
    load_predicted_run(copy)
    assert dump.stat().st_mtime_ns == before
    content = torch.load(copy / 'epoch_2.pth', weights_only=False)
    content['state_dict']['head.fc.bias'][3] += 100
    torch.save(content, copy / 'epoch_2.pth')
    with pytest.raises(FileNotFoundError, match='of its last checkpoint on'):
        load_run(copy)
    record, predictions = load_predicted_run(copy)
    assert record.classes['recall'][3] == 100
    assert (predictions.logits.argmax(1) == 3).all()


def said(*arguments):
    """What a command says as it fails, with exit code 1."""
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert str(caught.value.code).startswith('error: ')
    return caught.value.code


def test_other_test_sets_are_refused(made, work_dirs, tmp_path):
    copy = tmp_path / 'other'
    shutil.copytree(work_dirs[0], copy)
    with np.load(copy / 'predictions_test.npz') as file:
        d = {name: file[name] for name in file.files}
    for change, words in (
        (dict(labels=np.roll(d['labels'], 1)), 'the test labels, in order'),
        (dict(class_counts=d['class_counts'] + 1), 'training images per'),
        (
            dict(
                logits=d['logits'][:-1],
                labels=d['labels'][:-1],
                features=d['features'][:-1],
                sample_idx=d['sample_idx'][:-1],
            ),
            'number of test images: 400 and 399',
        ),
    ):
        np.savez(copy / 'predictions_test.npz', **{**d, **change})
        out = tmp_path / 'none'
        arguments = [work_dirs[2], copy, '--out', out]
        text = said('report', *arguments)
        assert 'the same test set' in text
        assert words in text
        assert not out.exists()


def test_what_is_wrong_is_said(made, work_dirs, tmp_path):
    out = ('--out', tmp_path / 'o')
    assert 'does not exist' in said('report', tmp_path / 'gone', *out)
    twice = said('report', work_dirs[0], work_dirs[0], *out)
    assert 'different seeds' in twice
    names = said('report', *work_dirs[:2], *out, '--names', 'a')
    assert 'one of `names` for each of 2' in names
    names = said('report', *work_dirs[1:3], *out, '--names', 'a', 'a')
    assert "two are 'a'" in names
    picture = said('plot', 'recall', work_dirs[0], '--out', 'a.bmp')
    assert '.png, .svg, .pdf' in picture
    picture = said(
        'plot', 'compression', *work_dirs[:3], '--out', tmp_path / 'a.png'
    )
    assert 'at least two strategies' in picture
    picture = said(
        'plot',
        *('features', work_dirs[0], '--out', tmp_path / 'a.png'),
        *('--classes', '3', '10'),
    )
    assert '--classes from 0 to 9, but got 10' in picture


@pytest.mark.parametrize('picture', PICTURES)
def test_every_picture_by_its_command(picture, made, work_dirs, tmp_path):
    runs = work_dirs[:2] if picture == 'recall' else work_dirs[:1]
    if picture == 'compression':
        other = tmp_path / 'uniform'
        shutil.copytree(work_dirs[1], other)
        config = other / 'resnet20_digitslt.py'
        text = config.read_text()
        config.write_text(
            text.replace(
                "type='FCCNeck'", "strategy='uniform', type='FCCNeck'"
            )
        )
        runs = [*runs, other]
    # two seeds of one recipe have one name, two recipes have two
    names = ['a', 'a' if picture == 'recall' else 'b'][: len(runs)]
    ending = {'recall': 'pdf', 'kappa': 'svg'}.get(picture, 'png')
    out = tmp_path / f'a.{ending}'
    args = [picture, *map(str, runs), '--out', str(out), '--names', *names]
    args += ['--theme', 'dark', '--dpi', '40']
    if picture == 'reliability':
        args.append('--shots')
    main(['plot', *args])
    assert out.stat().st_size > 1000


def test_every_picture_has_a_help_with_an_example(capsys):
    with pytest.raises(SystemExit) as caught:
        main(['plot', 'recall', '--help'])
    assert caught.value.code == 0
    shown = ' '.join(capsys.readouterr().out.split())
    assert 'Example: mmlt plot recall work_dirs/' in shown


def test_bad_arguments_exit_with_two(capsys):
    for command, arguments in (
        ('report', []),
        ('plot', ['painting', 'a']),
        ('plot', ['recall', 'a', '--out', 'a.png', '--columns', '0']),
    ):
        with pytest.raises(SystemExit) as caught:
            main([command, *arguments])
        assert caught.value.code == 2


def made_with(folder, **changes):
    """Record of a run as tools/train.py leaves it."""
    part = dict(
        config='configs/fcc/resnet20_digitslt.py',
        arguments=['--cfg-options', 'a.b=[1,2]'],
        commit='c' * 40,
        changed=False,
        resumed=False,
        mmlt='0.1',
        started='20260102_090000',
    )
    (folder / 'run.json').write_text(json.dumps([{**part, **changes}]))


@pytest.fixture
def copies(made, work_dirs, tmp_path):
    """Copies of the runs, with their predictions."""
    return [shutil.copytree(p, tmp_path / p.name) for p in work_dirs]


def report(out, *arguments):
    main(['report', *arguments, '--out', out])
    return (out / 'README.md').read_text()


def test_training_images_are_measured_where_asked(copies, tmp_path):
    out = tmp_path / 'out'
    page = report(out, copies[0], copies[2], '--train', '--no-maps')
    with np.load(copies[0] / 'predictions_train.npz') as file:
        d = {name: file[name] for name in file.files}
    assert np.bincount(d['labels']).tolist() == COUNTS
    tables = tables_of(page)
    head, row, *_ = tables['Misclassified area']
    shown = dict(zip(head, row, strict=True))
    tau = 1 + 0.5 * (1 - np.arange(10) / 10)
    z, b = d['logits'].astype(np.float64), d['bias'].astype(np.float64)
    with_tau = (tau[d['labels']][:, None] * (z - b) + b).argmax(1)
    changed = with_tau != z.argmax(1)
    half = 0.00501
    assert read(shown['changed (train)'])[0] == pytest.approx(
        100 * changed.mean(), abs=half
    )
    lost = changed & (with_tau == d['labels'])
    assert read(shown['lost (train)'])[0] == pytest.approx(
        100 * lost.mean(), abs=half
    )
    head, *rows = tables['Misclassified area of each class']
    column = head.index('changed (train) fcc')
    for c, row in enumerate(rows):
        mean = 100 * changed[d['labels'] == c].mean()
        assert read(row[column])[0] == pytest.approx(mean, abs=half)
    spread = [pdist(d['features'][d['labels'] == c]).mean() for c in range(10)]
    head, *rows = tables['Spread, concentration and overlap of each class']
    column = head.index('spread (train) fcc')
    for c, row in enumerate(rows):
        assert read(row[column])[0] == pytest.approx(spread[c], abs=0.000501)
    head, row, *_ = tables['Classes against their training images']
    rho = stats.spearmanr(spread, COUNTS).statistic
    shown = dict(zip(head, row, strict=True))
    assert read(shown['spread (train)'])[0] == pytest.approx(rho, abs=half)
    assert (out / 'pictures' / 'spread-train-fcc.svg').is_file()
    # found again without being asked for; of another checkpoint: not taken
    assert 'lost (train)' in report(out, copies[0], '--no-maps')
    content = torch.load(copies[0] / 'epoch_2.pth', weights_only=False)
    content['state_dict']['head.fc.bias'][3] += 1
    torch.save(content, copies[0] / 'epoch_2.pth')
    assert 'lost (train)' not in report(out, copies[0], '--no-maps')


def test_the_commit_and_the_command_are_those_of_the_run(copies, tmp_path):
    made_with(copies[0])
    made_with(copies[1], changed=True, config='configs/fcc/b c.py')
    made_with(copies[2], config='configs/vmf/x.py')
    page = report(
        tmp_path / 'out', *copies[:3], '--no-maps', '--names', *'abc'
    )
    *_, block, _ = page.split('```')
    assert block.strip().splitlines()[:-1] == [
        f'git checkout {"c" * 10}',
        'mmlt train configs/fcc/resnet20_digitslt.py --seed 0 '
        "--cfg-options 'a.b=[1,2]'",
        '# with changes that were not committed',
        "mmlt train 'configs/fcc/b c.py' --seed 2 --cfg-options 'a.b=[1,2]'",
        "mmlt train configs/vmf/x.py --seed 0 --cfg-options 'a.b=[1,2]'",
    ]
    assert f'| {"c" * 10}, with changes that were not committed |' in page


def test_the_commands_are_those_of_the_users_repository(copies, tmp_path):
    theirs = {
        'name': 'plankton',
        'remote': None,
        'commit': 'd' * 40,
        'changed': True,
    }
    made_with(copies[0], config='ce.py', repository=theirs, work_dir='work/ce')
    made_with(
        copies[1], config='fcc.py', repository=theirs, work_dir='work/fcc'
    )
    unknown = dict.fromkeys(theirs)
    made_with(
        copies[2], config='mine/vmf.py', repository=unknown, work_dir=None
    )
    page = report(
        tmp_path / 'out', *copies[:3], '--no-maps', '--names', *'abc'
    )
    *_, block, _ = page.split('```')
    rest = "--seed {} --cfg-options 'a.b=[1,2]'"
    with_mmlt = f'# with mmlt at commit {"c" * 10}'
    assert block.strip().splitlines()[:-1] == [
        with_mmlt,
        '# in plankton, with changes that were not committed',
        f'git checkout {"d" * 10}',
        f'mmlt train ce.py --work-dir work/ce {rest.format(0)}',
        f'mmlt train fcc.py --work-dir work/fcc {rest.format(2)}',
        with_mmlt,
        f'mmlt train mine/vmf.py {rest.format(0)}',
    ]


def test_an_unfinished_run_is_said_to_be_one(copies, tmp_path):
    page = report(tmp_path / 'out', copies[0], '--no-maps')
    # two epochs of forty, as the fixture leaves them
    assert '| 2 of 40 |' in page
    assert 'Not finished, and so not comparable: fcc with seed 0' in page


def test_a_folder_with_other_files_is_left_alone(copies, tmp_path):
    photos = tmp_path / 'photos'
    (photos / 'cat').mkdir(parents=True)
    with pytest.raises(SystemExit, match='photos holds cat. Name another'):
        main(['report', *map(str, copies), '--out', str(photos)])
    assert [path.name for path in photos.iterdir()] == ['cat']


def test_another_page_is_not_overwritten(copies, tmp_path):
    out = tmp_path / 'project'
    out.mkdir()
    (out / 'README.md').write_text('# Mine\n')
    with pytest.raises(SystemExit, match='another README.md'):
        report(out, copies[0], '--no-maps')
    assert sorted(p.name for p in out.iterdir()) == ['README.md']
    file = tmp_path / 'file'
    file.touch()
    with pytest.raises(SystemExit, match='is a file'):
        report(file, copies[0], '--no-maps')
    with pytest.raises(SystemExit, match='cannot'):
        report(Path('/proc/none'), copies[0], '--no-maps')


def test_a_report_takes_the_place_of_an_earlier_one(
    copies, tmp_path, monkeypatch
):
    out = tmp_path / 'out'
    report(out, copies[0], copies[2], '--no-maps')
    before = (out / 'README.md').read_text()
    assert (out / 'pictures' / 'overlap-vmf.svg').is_file()
    # stopped half-way: the earlier one stays, whole
    write = Path.write_text

    def fails(path, *args, **kwargs):
        if 'accuracy' in path.name:
            raise OSError('no space left')
        return write(path, *args, **kwargs)

    monkeypatch.setattr(Path, 'write_text', fails)
    with pytest.raises(SystemExit, match='no space'):
        report(out, copies[0], '--no-maps')
    monkeypatch.undo()
    assert (out / 'README.md').read_text() == before
    assert not list(out.rglob('.draft*'))
    page = report(out, copies[0], '--no-maps')
    names = {p.name for p in (out / 'pictures').iterdir()}
    assert names == set(re.findall(r'pictures/([\w.-]+)', page))
    assert [p.name for p in (out / 'numbers').iterdir()] == ['fcc-seed0.json']


def with_neck(folder, neck):
    """The same run with other settings of its FCCNeck."""
    config = folder / 'resnet20_digitslt.py'
    text = config.read_text()
    config.write_text(
        text.replace("type='FCCNeck'", f"{neck}, type='FCCNeck'")
    )


def test_recipes_of_one_file_are_told_apart_by_their_settings(
    copies, tmp_path
):
    with_neck(copies[1], "strategy='uniform'")
    records = [load_run(p)[0] for p in copies[:3]]
    records = with_names(records)
    assert [r.name for r in records] == [
        'fcc', 'fcc strategy=uniform', 'vmf'
    ]  # fmt: skip
    assert records[0].base_hash == records[1].base_hash
    assert records[0].base_hash != records[2].base_hash
    assert file_name(records[1]) == 'fcc-strategy-uniform-seed2.json'
    renamed = with_names(records, ['a', 'b/../c', 'd'])
    assert file_name(renamed[1]) == 'b-..-c-seed2.json'
    assert records[1].name == 'fcc strategy=uniform'
    with pytest.raises(ValueError, match="'b c' and 'B-c'|'B-c' and 'b c'"):
        with_names(records, ['b c', 'B-c', 'd'])
    # more than a name can hold: by number
    records = [
        replace(record, recipe='fcc/a', settings={'k': other * 50})
        for record, other in zip(records, 'pqr', strict=True)
    ]
    assert short_names(records) == ['fcc', 'fcc (2)', 'fcc (3)']
