"""Every format gives the same scores and labels, and runs nothing."""

import pickle
import sys
import types
from typing import NamedTuple

import numpy as np
import pytest
import torch

from mmlt.evaluation import summarize
from mmlt.predictions import (
    numbers_of,
    read_arrays,
    read_counts,
    read_predictions,
    scores_of,
)

LOGITS = np.array(
    [[2.0, 0.5, -1.0], [0.25, 3.0, 0.5], [0.0, 1.0, 0.125], [1.5, 0.0, 4.0]]
)
LABELS = np.array([0, 1, 2, 2])
COUNTS = [50, 20, 5]


def table(path, mark=',', label='label', quote=''):
    """A CSV of them, one column a class, in another order."""
    names = ['image', 'logit_2', 'logit_0', 'logit_1', label]
    lines = [mark.join(names)]
    for i, (row, y) in enumerate(zip(LOGITS, LABELS, strict=True)):
        cells = [f'{quote}a b{i}.png{quote}', row[2], row[0], row[1], y]
        lines.append(mark.join(map(str, cells)))
    path.write_text('\n'.join(lines) + '\n')


def with_pickle(content):
    return lambda path: path.write_bytes(pickle.dumps(content))


def halves(value):
    return [value[:3], value[3:]]


def pickled_as(kind, content, path):
    """Pickle an object of a class as if it were one of transformers."""
    name = 'transformers.trainer_utils'
    modules = {
        'transformers': types.ModuleType('transformers'),
        name: types.ModuleType(name),
    }
    kind.__module__, kind.__qualname__ = name, kind.__name__
    setattr(modules[name], kind.__name__, kind)
    with pytest.MonkeyPatch.context() as patch:
        for module in modules.items():
            patch.setitem(sys.modules, *module)
        path.write_bytes(pickle.dumps(content))


def hugging_face(path):
    """``pickle.dump(trainer.predict(...))``, without transformers."""

    class PredictionOutput(NamedTuple):
        predictions: np.ndarray
        label_ids: np.ndarray
        metrics: dict

    content = PredictionOutput(LOGITS, LABELS, {'test_loss': 0.5})
    pickled_as(PredictionOutput, content, path)


def evaluated(path):
    """``EvalPrediction`` of Hugging Face, an ordinary object."""

    class EvalPrediction:
        def __init__(self):
            self.predictions, self.label_ids = LOGITS, LABELS

    pickled_as(EvalPrediction, EvalPrediction(), path)


def parquet(lists):
    def write(path):
        pa = pytest.importorskip('pyarrow', reason='extra "parquet"')
        from pyarrow import parquet

        columns = {'label': LABELS}
        if lists:
            columns['logits'] = LOGITS.tolist()
        else:
            columns |= {f'logit_{c}': LOGITS[:, c] for c in (1, 0, 2)}
        parquet.write_table(pa.table(columns), path)

    return write


TENSORS = {'logits': torch.from_numpy(LOGITS), 'labels': torch.tensor(LABELS)}
BATCHES = [
    {'logits': z, 'labels': y}
    for z, y in zip(
        *(halves(TENSORS[name]) for name in ('logits', 'labels')), strict=True
    )
]
# of mmpretrain's test.py --out, of one sample each
SAMPLES = [
    {'scores': z, 'gt_label': y[None], 'img_path': 'a.png', 'num_classes': 3}
    for z, y in zip(TENSORS['logits'], TENSORS['labels'], strict=True)
]
FILES = {
    'npz': ('p.npz', lambda p: np.savez(p, logits=LOGITS, labels=LABELS)),
    'other-names': (
        'p.npz',
        lambda p: np.savez(p, scores=LOGITS, target=LABELS.astype(np.uint8)),
    ),
    'csv': ('p.csv', table),
    'semicolons': ('p.csv', lambda p: table(p, ';', 'target')),
    'quoted': ('p.csv', lambda p: table(p, quote='"')),
    'tabs': ('p.tsv', lambda p: table(p, '\t')),
    'parquet-columns': ('p.parquet', parquet(lists=False)),
    'parquet-lists': ('p.parquet', parquet(lists=True)),
    'pickled-arrays': (
        'p.pkl',
        with_pickle({'logits': LOGITS, 'labels': LABELS.tolist()}),
    ),
    'pickled-tensors': ('p.pickle', with_pickle(TENSORS)),
    'lightning': ('p.pt', lambda p: torch.save(BATCHES, p)),
    'lightning-pairs': (
        'p.pt',
        lambda p: torch.save([tuple(b.values()) for b in BATCHES], p),
    ),
    'a-pair': ('p.pkl', with_pickle((LOGITS, LABELS))),
    'of-samples': ('p.pkl', with_pickle(SAMPLES)),
    'hugging-face': ('p.pkl', hugging_face),
    'hugging-face-object': ('p.pkl', evaluated),
}


@pytest.mark.parametrize('name', FILES)
def test_every_format_gives_the_same(name, tmp_path):
    file, write = FILES[name]
    write(tmp_path / file)
    got = read_predictions(tmp_path / file, COUNTS, kind='logits')
    assert got.logits.dtype == torch.float64
    assert np.array_equal(got.logits.numpy(), LOGITS)
    assert got.labels.tolist() == LABELS.tolist()
    assert got.class_counts.tolist() == COUNTS
    assert got.probabilities is None


def test_bfloat16_is_read(tmp_path):
    torch.save(
        {'logits': TENSORS['logits'].bfloat16(), 'labels': LABELS.tolist()},
        tmp_path / 'p.pt',
    )
    got = read_predictions(tmp_path / 'p.pt', COUNTS)
    assert got.logits.dtype == torch.float32
    assert np.array_equal(got.logits.numpy(), LOGITS)


class Command:
    def __reduce__(self):
        return print, ('code of the file was run',)


@pytest.mark.parametrize('save', [torch.save, None])
def test_a_pickle_with_code_is_refused_and_not_run(save, tmp_path, capsys):
    path = tmp_path / 'p.pt'
    content = {'logits': LOGITS, 'labels': Command()}
    if save:
        save(content, path)
    else:
        path.write_bytes(pickle.dumps(content))
    with pytest.raises(ValueError, match=r'holds .*print.*np\.savez'):
        read_arrays(path)
    assert capsys.readouterr().out == ''


def test_code_inside_a_storage_is_refused(tmp_path, capsys):
    class Storage:
        def __reduce__(self):
            return torch.storage._load_from_bytes, (pickle.dumps(Command()),)

    path = tmp_path / 'p.pkl'
    path.write_bytes(pickle.dumps({'logits': Storage()}))
    with pytest.raises(ValueError, match=r'p\.pkl'):
        read_arrays(path)
    assert capsys.readouterr().out == ''


def test_arrow_is_asked_for_where_it_is_missing(tmp_path, monkeypatch):
    (tmp_path / 'p.parquet').write_bytes(b'PAR1')
    monkeypatch.setitem(sys.modules, 'pyarrow', None)
    with pytest.raises(ImportError, match=r"pip install 'mmlt\[parquet\]'"):
        read_arrays(tmp_path / 'p.parquet')


def test_what_mmlt_dumped_says_more(tmp_path):
    from mmlt.runs.dump import save_predictions
    from mmlt.structures import Predictions

    dumped = Predictions(
        logits=torch.from_numpy(LOGITS).float(),
        labels=torch.tensor(LABELS),
        class_counts=torch.tensor(COUNTS),
        meta=dict(split='test', dataset='photos'),
        kappa=torch.tensor([3.0, 2.0, 1.0]),
        overlap=torch.tensor([0.1, 0.2, 0.3]),
    )
    save_predictions(dumped, tmp_path / 'p.npz')
    got = read_predictions(tmp_path / 'p.npz')
    assert got.kappa.tolist() == [3, 2, 1]
    assert got.meta['dataset'] == 'photos'
    named = read_predictions(tmp_path / 'p.npz', COUNTS, list('abc'))
    assert named.class_names == list('abc')
    with pytest.raises(ValueError, match='training images.*Leave them'):
        read_predictions(tmp_path / 'p.npz', [50, 20, 6])
    with pytest.raises(ValueError, match=r"are of 'test'\. .*held-out"):
        read_predictions(tmp_path / 'p.npz', split='held-out')


@pytest.mark.parametrize('meta', ['my network', '{"seed": 1}', [1, 2]])
def test_a_meta_of_others_does_not_make_it_a_dump_of_ours(meta, tmp_path):
    content = dict(
        meta=meta, logits=LOGITS, labels=LABELS, class_counts=COUNTS
    )
    np.savez(tmp_path / 'p.npz', **content)
    with_pickle({**content, 'meta': {'split': 'test'}})(tmp_path / 'p.pkl')
    for file in ('p.npz', 'p.pkl'):
        got = read_predictions(tmp_path / file)
        assert np.array_equal(got.logits.numpy(), LOGITS)
        assert got.class_counts.tolist() == COUNTS


@pytest.mark.parametrize('ending', ['.tsv', '.csv'])
def test_names_with_commas_stand_between_tabs(ending, tmp_path):
    names = ['tench, Tinca tinca', 'shark, a, b, c', 'goldfish, x']
    rows = ['\t'.join([*(f'logit_{n}' for n in names), 'label'])]
    for scores, label in zip(LOGITS, LABELS, strict=True):
        rows.append('\t'.join([*map(str, scores), names[label]]))
    path = tmp_path / f'p{ending}'
    path.write_text('\n'.join(rows) + '\n')
    got = read_predictions(path, COUNTS)
    assert got.class_names == names
    assert got.labels.tolist() == LABELS.tolist()
    assert np.array_equal(got.logits.numpy(), LOGITS)
    path = tmp_path / f'counts{ending}'
    pairs = zip(names, COUNTS, strict=True)
    path.write_text('\n'.join(f'{n}\t{c}' for n, c in pairs))
    assert read_counts(path) == (COUNTS, names)


def test_probability_zero_counts_the_same_in_every_format(tmp_path):
    probs = np.array([[1.0, 0.0], [1.0, 0.0], [0.25, 0.75]])
    labels = [0, 1, 1]
    for dtype in ('f2', 'f4', 'f8'):
        np.savez(
            tmp_path / f'{dtype}.npz',
            probabilities=probs.astype(dtype),
            labels=labels,
        )
    rows = [f'{a},{b},{y}' for (a, b), y in zip(probs, labels, strict=True)]
    text = '\n'.join(['probability_0,probability_1,label', *rows])
    (tmp_path / 'p.csv').write_text(text)
    expected = (126 * np.log(2) - np.log(0.75)) / 3
    for file in ('f2.npz', 'f4.npz', 'f8.npz', 'p.csv'):
        got = read_predictions(tmp_path / file, [9, 4])
        found = numbers_of(got)['numbers']['nll']
        assert found == pytest.approx(expected, rel=1e-7)
        # and so of the logits, which calibrators begin with
        found = summarize(got.logits, got.labels, kind='logits')['numbers']
        assert found['nll'] == pytest.approx(expected, rel=1e-7)


@pytest.mark.parametrize('dtype', ['>f2', '>f4', '>f8', np.longdouble])
def test_numbers_of_other_machines_are_read(dtype, tmp_path):
    path = tmp_path / 'p.npz'
    np.savez(path, logits=LOGITS.astype(dtype), labels=LABELS.astype('>i8'))
    got = read_predictions(path, COUNTS)
    assert np.array_equal(got.logits.numpy(), LOGITS)
    assert got.labels.tolist() == LABELS.tolist()


def test_a_row_without_a_label_is_named(tmp_path):
    path = tmp_path / 'p.csv'
    sentence = r'p.csv, but 1 of 3 have none, the first is sample 1 '
    for begin, labels in (('0,1', '0,,1'), ('a,b', 'a,,b')):
        columns = [f'logit_{c}' for c in begin.split(',')]
        rows = [f'1.5,0.5,{y}' for y in labels.split(',')]
        path.write_text('\n'.join([','.join([*columns, 'label']), *rows]))
        with pytest.raises(ValueError, match=sentence):
            read_predictions(path, [9, 4])


def test_columns_may_be_named_by_the_classes(tmp_path):
    path = tmp_path / 'p.csv'
    path.write_text('prob_dog,prob_cat,label\n0.25,0.75,cat\n0.5,0.5,dog\n')
    got = read_predictions(path, [9, 4])
    assert got.class_names == ['dog', 'cat']  # as they stand
    assert got.labels.tolist() == [1, 0]
    got = read_predictions(path, [4, 9], ['cat', 'dog'])
    assert got.labels.tolist() == [0, 1]
    assert got.probabilities.tolist() == [[0.75, 0.25], [0.5, 0.5]]


def test_names_that_are_numbers_are_names_where_the_columns_have_them(
    tmp_path,
):
    path = tmp_path / 'p.csv'
    path.write_text('logit_1,logit_2,logit_10,label\n5,1,1,1\n1,1,5,10\n')
    got = read_predictions(path, [9, 4, 2], ['1', '10', '2'])
    assert got.labels.tolist() == [0, 1]
    assert got.logits.argmax(1).tolist() == [0, 1]


def test_the_kind_is_said_and_not_guessed(tmp_path):
    np.savez(tmp_path / 'p.npz', scores=LOGITS, labels=LABELS)
    content = read_arrays(tmp_path / 'p.npz')
    with pytest.raises(ValueError, match='--kind logits'):
        scores_of(content, 'p.npz')
    assert scores_of(content, 'p.npz', 'logits').kind == 'logits'
    np.savez(tmp_path / 'p.npz', logits=LOGITS, labels=LABELS)
    with pytest.raises(ValueError, match='`logits`, which are logits'):
        scores_of(read_arrays(tmp_path / 'p.npz'), 'p.npz', 'probabilities')
