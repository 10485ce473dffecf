"""verify_splits.py and make_longtail.py, on JPEGs that the test makes."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from mmlt.cli.main import main
from mmlt.datasets import LongTailedList, image_check, read_list
from mmlt.datasets.known_splits import KNOWN_SPLITS
from mmlt.functional import long_tailed_counts


@pytest.fixture
def verify(tmp_path):
    """Run verify-splits; returns exit code and report."""
    report = tmp_path / 'report.json'

    def run(*arguments):
        report.unlink(missing_ok=True)
        command = ['verify-splits', *arguments, '--processes', 2]
        code = main([*command, '--report', report])
        return code, json.loads(report.read_text()) if code < 2 else None

    run.unfinished = Path(f'{report}.unfinished')
    return run


@pytest.fixture
def make(image_folder, tmp_path):
    """Run make-longtail on the image folder; returns the folder of lists."""

    def run(*arguments, out='lists'):
        main(['make-longtail', image_folder, tmp_path / out, *arguments])
        return tmp_path / out

    return run


@pytest.fixture
def own(make, image_folder):
    """Arguments that check the made lists."""
    lists = make('--profile', 'all', '--test-per-class', 1)
    return [
        *('own', '--num-classes', 3, '--data-root', lists),
        *('--data-prefix', image_folder, '--train', 'train.txt'),
        *('--test', 'test.txt'),
    ]


def test_a_good_data_set_is_all_right(verify, own, capsys):
    code, report = verify(*own)
    assert code == 0
    assert report['ok']
    assert report['images'] == {
        'check': 'decode',
        'checked': 12,
        'problems': [],
    }
    train = report['lists']['train']
    assert train['class_counts'] == [6, 2, 1]
    assert train['shots'] == {'many': 0, 'medium': 0, 'few': 3}
    out = capsys.readouterr().out
    assert 'train: 9 images, 3 classes of 6 to 1' in out
    assert 'all right' in out
    assert not verify.unfinished.exists()


def test_every_kind_of_bad_image_is_found(verify, own, image_folder, capsys):
    truncated = image_folder / 'ant' / 'photo 3.jpg'
    truncated.write_bytes(truncated.read_bytes()[:500])
    (image_folder / 'ant' / 'photo 5.jpg').unlink()
    (image_folder / 'bee' / 'photo 0.jpg').write_text('<html>')
    (image_folder / 'été' / 'photo 1.jpg').write_bytes(b'')
    code, report = verify(*own)
    assert code == 1
    found = {
        Path(entry['path']).relative_to(image_folder).as_posix(): entry
        for entry in report['images']['problems']
    }
    kinds = {path: e['problem'].split(':')[0] for path, e in found.items()}
    assert kinds == {
        'ant/photo 3.jpg': 'unreadable',
        'ant/photo 5.jpg': 'missing',
        'bee/photo 0.jpg': 'unreadable',
        'été/photo 1.jpg': 'empty',
    }
    assert 'truncated' in found['ant/photo 3.jpg']['problem'].lower()
    assert found['bee/photo 0.jpg']['label'] == 1
    assert len(report['problems']) == 3
    assert 'PROBLEM 2 images unreadable' in capsys.readouterr().out
    # looking alone is faster and sees less
    code, report = verify(*own, '--check', 'exists')
    assert code == 1
    kinds = {e['problem'] for e in report['images']['problems']}
    assert kinds == {'missing', 'empty'}
    assert verify(*own, '--check', 'none')[0] == 0


def test_an_interrupted_check_goes_on(verify, own, image_folder, monkeypatch):
    """What was good is not looked at again, what was bad is."""
    monkeypatch.setattr(image_check, 'CHUNK', 3)  # 4 chunks
    kept = {}
    record = image_check.Record

    class Interrupted(record):
        def __init__(self, path, key):
            super().__init__(path, key)
            kept['done'] = set(self.done)

        def add(self, number):
            super().add(number)
            if interrupt and number == 1:
                raise KeyboardInterrupt

    monkeypatch.setattr(image_check, 'Record', Interrupted)
    interrupt = True
    assert verify(*own) == (130, None)
    assert '1' in verify.unfinished.read_text().splitlines()[1:]
    with verify.unfinished.open('a') as file:
        file.write('2')  # cut off in the middle of a number
    # now damage an image of the finished chunk 1 and one of another
    paths = {}
    for number in (1, 3):
        lists = Path(own[4])
        names = [
            line.rsplit(' ', 1)[0]
            for split in ('train', 'test')
            for line in (lists / f'{split}.txt').read_text().splitlines()
        ]
        paths[number] = image_folder / names[3 * number]
    content = {n: path.read_bytes() for n, path in paths.items()}
    paths[1].write_bytes(b'')
    paths[3].write_bytes(b'')
    interrupt = False
    # as if chunk 1 alone had been finished
    lines = verify.unfinished.read_text().splitlines()
    verify.unfinished.write_text(f'{lines[0]}\n1\n2')
    code, report = verify(*own)
    assert kept['done'] == {1}
    assert code == 1
    (problem,) = report['images']['problems']
    assert problem['path'] == str(paths[3])
    assert not verify.unfinished.exists()
    # another data set does not go on with the record of this one
    verify.unfinished.write_text('another key\n0\n1\n2\n3\n')
    code, report = verify(*own)
    assert kept['done'] == set()
    assert len(report['images']['problems']) == 2
    for number, path in paths.items():
        path.write_bytes(content[number])
    assert verify(*own)[0] == 0


def test_leakage_and_repetition_are_reported(verify, own):
    lists = Path(own[4])
    test = (lists / 'test.txt').read_text()
    first = test.splitlines()[0]
    # the same file, written in another way
    with (lists / 'train.txt').open('a') as file:
        file.write('./' + first.replace('/', '\\', 1) + '\n' + first + '\n')
    code, report = verify(*own, '--check', 'none')
    assert code == 1
    name = first.rsplit(' ', 1)[0]
    assert report['repeated'] == {
        'train twice': [name],
        'train and test': [name],
    }
    assert any('leakage' in problem for problem in report['problems'])


@pytest.mark.parametrize(
    ('data', 'prefix', 'splits', 'missing'),
    [
        ('imagenetlt', 'cb', ('val', 'test'), ['train']),
        ('placeslt', 'cb', ('train', 'val', 'test'), []),
        ('placeslt', 'sade', ('train', 'val', 'test'), []),
        ('inat18', 'sade', ('val',), ['train']),
    ],
)
def test_published_lists_are_recognized(
    verify, published_lists, tmp_path, data, prefix, splits, missing, capsys
):
    known = KNOWN_SPLITS[data]
    for split in splits:
        name = known[split].file
        content = (published_lists / f'{prefix}_{name}').read_bytes()
        (tmp_path / name).write_bytes(content)
    code, report = verify(data, '--data-root', tmp_path, '--check', 'none')
    assert report['lists_missing'] == missing
    assert code == bool(missing)
    assert report['repeated'] == {}  # no leakage in the published lists
    for split in splits:
        facts = report['lists'][split]
        assert facts['published_by']
        assert facts['difference'] == ''
    if data == 'placeslt':
        shots = report['lists']['train']['shots']
        assert list(shots.values()) == [131, 163, 71]
        # one line less: named, and no longer the published file
        path = tmp_path / 'Places_LT_train.txt'
        path.write_bytes(path.read_bytes().rsplit(b'\n', 2)[0] + b'\n')
        code, report = verify(data, '--data-root', tmp_path, '--check', 'none')
        assert code == 1
        assert report['problems'] == [
            'train list: 62499 images instead of 62500'
        ]
        assert 'NOT the published split' in capsys.readouterr().out


@pytest.mark.parametrize(
    ('change', 'match'),
    [
        (dict(train='no.txt'), 'train list at .*no.txt'),
        (dict(content='a.jpg 3\n'), 'line 1 .* label 3'),
        (dict(content=''), 'is empty'),
    ],
)
def test_a_check_that_cannot_be_made_is_an_error(verify, own, change, match):
    if 'content' in change:
        (Path(own[4]) / 'train.txt').write_text(change['content'])
    else:
        own[own.index('--train') + 1] = change['train']
    with pytest.raises(SystemExit, match=f'^error: .*{match}'):
        verify(*own)


def test_no_list_at_all_says_where_they_are(verify, tmp_path):
    with pytest.raises(SystemExit, match='classifier-balancing'):
        verify('placeslt', '--data-root', tmp_path)


@pytest.mark.parametrize(
    'arguments', [['own'], ['imagenetlt', '--num-classes', 3], ['other']]
)
def test_wrong_arguments_are_refused(verify, arguments):
    with pytest.raises(SystemExit) as error:
        verify(*arguments)
    assert error.value.code == 2


def lines(path):
    return path.read_text('utf-8').splitlines()


def test_the_same_seed_makes_the_same_lists(make):
    arguments = ('--imbalance-ratio', 3, '--test-per-class', 1)
    a, b = (make(*arguments, out=out) for out in 'ab')
    other = make(*arguments, '--seed', 1, out='c')
    for name in ('train.txt', 'test.txt', 'classes.txt', 'longtail.json'):
        assert (a / name).read_bytes() == (b / name).read_bytes()
    assert lines(a / 'test.txt') != lines(other / 'test.txt')
    assert lines(a / 'classes.txt') == ['ant', 'bee', 'été']


def test_splits_are_balanced_apart_and_of_the_right_class(make, image_folder):
    out = make(
        *('--imbalance-ratio', 1, '--test-per-class', 1),
    )
    train, test = (lines(out / f'{split}.txt') for split in ('train', 'test'))
    assert not set(train) & set(test)
    assert len(test) == 3
    names = ['ant', 'bee', 'été']
    for line in train + test:
        path, label = line.rsplit(' ', 1)
        assert path.split('/')[0] == names[int(label)]
        assert (image_folder / path).is_file()
    record = json.loads((out / 'longtail.json').read_text())
    assert record['lists']['train.txt']['class_counts'] == [1, 1, 1]
    assert record['settings']['seed'] == 0


def test_all_is_a_converter(make, image_folder):
    out = make('--profile', 'all')
    dataset = LongTailedList(
        ann_file=str(out / 'train.txt'),
        data_prefix=str(image_folder),
        classes=str(out / 'classes.txt'),
        pipeline=[dict(type='LoadImageFromFile')],
    )
    assert dataset.metainfo['class_counts'] == [7, 3, 2]
    assert dataset.CLASSES == ('ant', 'bee', 'été')
    assert dataset[11]['img'].shape == (24, 20, 3)
    assert not (out / 'test.txt').exists()


@pytest.mark.parametrize('profile', ['exponential', 'step', 'pareto'])
@pytest.mark.parametrize('order', ['index', 'frequency', 'random'])
def test_counts_are_those_of_the_profile(tmp_path, profile, order):
    sizes = [20, 44, 31, 60, 25]
    for name, size in zip('abcde', sizes, strict=True):
        (tmp_path / 'in' / name).mkdir(parents=True)
        for i in range(size):
            (tmp_path / 'in' / name / f'{i}.png').touch()
    out = tmp_path / 'out'
    command = [str(tmp_path / 'in'), str(out), '--profile', profile]
    command += ['--imbalance-ratio', '8', '--max-count', '16']
    command += ['--order', order, '--val-per-class', '3']
    main(['make-longtail', *command])
    counts = np.bincount(read_list(out / 'train.txt', 5).labels)
    expected = long_tailed_counts(5, 16, 8, profile)
    if order == 'index':
        assert counts.tolist() == expected.tolist()
    if order == 'frequency':
        by_size = np.argsort(-np.array(sizes))
        assert counts[by_size].tolist() == expected.tolist()
    assert sorted(counts) == sorted(expected)
    assert (
        np.bincount(read_list(out / 'val.txt', 5).labels).tolist() == [3] * 5
    )


@pytest.mark.parametrize(
    ('arguments', 'match'),
    [
        (['--imbalance-ratio', 0.01], 'n_min/n_max; pass 100'),
        (['--max-count', 50, '--imbalance-ratio', 2], 'at least 50 images'),
        (['--test-per-class', 2], r'1 of 3 have not: été \(2\). .*mmlt new'),
        (['--extensions', '.gif'], 'none that ends in .gif'),
    ],
)
def test_what_cannot_be_made_is_refused(make, arguments, match):
    with pytest.raises(SystemExit, match=f'^error: .*{match}'):
        make(*arguments)


def test_folders_of_splits_are_not_taken_for_classes(image_folder, tmp_path):
    for name in ('train', 'val'):
        shutil.copytree(image_folder, tmp_path / 'both' / name)
    with pytest.raises(SystemExit, match='train, val, which are splits. Name'):
        main(['make-longtail', tmp_path / 'both', tmp_path / 'lists'])


def test_lists_are_not_overwritten_unasked(make):
    make('--profile', 'all')
    with pytest.raises(SystemExit, match='add --overwrite'):
        make('--profile', 'all')
    make('--profile', 'all', '--overwrite')


def test_a_folder_that_is_none_is_refused(make, image_folder):
    image_folder.rename(image_folder.with_name('elsewhere'))
    with pytest.raises(SystemExit, match='Expected a folder of images'):
        make()
    image_folder.mkdir()
    with pytest.raises(SystemExit, match='one subfolder per class'):
        make()
