"""The tools from work directories alone, and every number they print."""

import csv
import importlib.util
import io
import json
import math
import re
import shutil
import sys
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
import torch
from scipy import stats
from scipy.spatial.distance import pdist
from sklearn.metrics import confusion_matrix, log_loss, recall_score
from torchmetrics.functional.classification import multiclass_calibration_error

from mmlt.functional import compression_factors
from mmlt.report import load_run

from .conftest import COUNTS, NAMES, ROOT

MINUS = '\N{MINUS SIGN}'


def load_tool(name):
    path = ROOT / f'tools/analysis_tools/{name}.py'
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


REPORT, PLOT = load_tool('report'), load_tool('plot')


@pytest.fixture(scope='module')
def made(work_dirs, tmp_path_factory):
    """Folder of a report of all runs."""
    out = tmp_path_factory.mktemp('out') / 'report'
    REPORT.run(REPORT.parse_args([*map(str, work_dirs), '--out', str(out)]))
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
        'confusion': confusion_matrix(labels, predicted),
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
    first, _, second = cell.replace(MINUS, '-').partition(' ± ')
    return float(first), float(second) if second else math.nan


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
    # three rows of accuracy, calibration and calibration by shot; the area
    assert checked == 3 * (9 + 4 + 9) + 3
    head, *rows = tables['Recall of each class']
    assert [r[0] for r in rows] == NAMES
    assert [r[1] for r in rows] == [str(n) for n in COUNTS]
    for c, row in enumerate(rows):
        for name, cell in zip(head[2:], row[2:], strict=True):
            mean = 100 * np.mean([d['recall'][c] for d in dumps[name]])
            assert read(cell)[0] == pytest.approx(mean, abs=0.0501)
    (head, *rows) = tables['Spread, concentration and overlap of each class']
    for c, row in enumerate(rows):
        cells = dict(zip(head, row, strict=True))
        for name, runs in dumps.items():
            mean = np.mean([d['spread'][c] for d in runs])
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
    tau = compression_factors(10, 0.5)
    assert tau[0] == 1.5  # that of expected_of
    page = (made / 'README.md').read_text()
    for name in names:
        assert name in page


def test_the_page_needs_nothing_else_and_is_well_formed(made):
    text = (made / 'index.html').read_text()
    root = ElementTree.fromstring(text.split('\n', 1)[1])
    assert root.tag == 'html'
    for element in root.iter():
        assert element.tag not in ('script', 'link', 'iframe', 'object')
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
    assert f'report.py {work_dirs[0]}' in page
    assert 'python tools/train.py configs/fcc/resnet20_digitslt.py' in page


def test_predictions_are_kept_and_renewed_with_the_checkpoint(
    made, work_dirs, tmp_path
):
    copy = tmp_path / 'copy'
    shutil.copytree(work_dirs[0], copy)
    dump = copy / 'predictions_test.npz'
    before = dump.stat().st_mtime_ns
    load_run(copy)
    assert dump.stat().st_mtime_ns == before
    content = torch.load(copy / 'epoch_2.pth', weights_only=False)
    content['state_dict']['head.fc.bias'][3] += 100
    torch.save(content, copy / 'epoch_2.pth')
    record, predictions = load_run(copy)
    assert record['classes']['recall'][3] == 100
    assert (predictions.logits.argmax(1) == 3).all()


def fails(module, arguments, monkeypatch, capsys):
    """What a tool says as it fails, with exit status 1."""
    monkeypatch.setattr(sys, 'argv', ['tool', *map(str, arguments)])
    with pytest.raises(SystemExit) as caught:
        module.main()
    assert str(caught.value.code).startswith('error: ')
    return caught.value.code


def test_other_test_sets_are_refused(
    made, work_dirs, tmp_path, monkeypatch, capsys
):
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
            ),
            'number of test images: 400 and 399',
        ),
    ):
        np.savez(copy / 'predictions_test.npz', **{**d, **change})
        out = tmp_path / 'none'
        arguments = [work_dirs[2], copy, '--out', out]
        said = fails(REPORT, arguments, monkeypatch, capsys)
        assert 'the same test set' in said
        assert words in said
        assert not out.exists()


def test_what_is_wrong_is_said(made, work_dirs, tmp_path, monkeypatch, capsys):
    def said(module, *arguments):
        return fails(module, arguments, monkeypatch, capsys)

    out = ('--out', tmp_path / 'o')
    assert 'does not exist' in said(REPORT, tmp_path / 'gone', *out)
    twice = said(REPORT, work_dirs[0], work_dirs[0], *out)
    assert 'different seeds' in twice
    names = said(REPORT, *work_dirs[:2], *out, '--names', 'a')
    assert 'one of `names` for each of 2' in names
    names = said(REPORT, *work_dirs[1:3], *out, '--names', 'a', 'a')
    assert "two are 'a'" in names
    picture = said(PLOT, 'recall', work_dirs[0], '--out', 'a.bmp')
    assert '.png, .svg, .pdf' in picture
    picture = said(
        PLOT, 'compression', *work_dirs[:3], '--out', tmp_path / 'a.png'
    )
    assert 'at least two strategies' in picture
    picture = said(
        PLOT,
        *('features', work_dirs[0], '--out', tmp_path / 'a.png'),
        *('--classes', '3', '10'),
    )
    assert '--classes from 0 to 9, but got 10' in picture


@pytest.mark.parametrize('picture', PLOT.PICTURES)
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
    PLOT.run(PLOT.parse_args(args))
    assert out.stat().st_size > 1000


@pytest.mark.parametrize('module', [REPORT, PLOT])
def test_help_has_an_example(module, capsys):
    for arguments in (['--help'], ['recall', '--help']):
        if module is REPORT and len(arguments) > 1:
            continue
        with pytest.raises(SystemExit) as caught:
            module.parse_args(arguments)
        assert caught.value.code == 0
        shown = ' '.join(capsys.readouterr().out.split())
        assert 'Example: python tools/analysis_tools/' in shown


def test_bad_arguments_exit_with_two(capsys):
    for module, arguments in (
        (REPORT, []),
        (PLOT, ['painting', 'a']),
        (PLOT, ['recall', 'a', '--out', 'a.png', '--columns', '0']),
    ):
        with pytest.raises(SystemExit) as caught:
            module.parse_args(arguments)
        assert caught.value.code == 2


def test_commit_and_device_come_from_the_ledger(tmp_path):
    ledger = tmp_path / 'results.csv'
    ledger.write_text(
        'config,seed,epochs,top1,device,commit\n'
        'configs/ce/a.py,0,2,50.00,other,aaa\n'
        'configs/ce/a.py,0,2,51.23,mine,bbb\n'
    )
    record = dict(
        recipe='ce/a',
        seed=0,
        epochs=2,
        numbers=dict(top1=51.2345),
        commit=None,
        device='CPU',
    )
    REPORT.from_ledger(record, ledger)
    assert (record['commit'], record['device']) == ('bbb', 'mine')
    record.update(seed=1, commit=None)
    REPORT.from_ledger(record, ledger)
    REPORT.from_ledger(record, Path(tmp_path / 'none'))
    assert record['commit'] is None
