"""What a test is given on the command line."""

import shlex

import pytest
import torch
from mmengine import load
from mmengine.config import Config
from mmpretrain.registry import DATASETS

from mmlt.datasets.make_lists import EXTENSIONS
from mmlt.runs import testing
from mmlt.runs.recipes import load_recipe
from mmlt.runs.testing import choose_columns, files_of_test
from tests.test_bad_inputs.in_process import run


def test_a_config_and_its_checkpoint_are_taken_as_they_are():
    assert files_of_test('a.py', 'b.pth') == ('a.py', 'b.pth')


def test_the_folder_of_a_run_stands_for_both(folder):
    config, checkpoint = files_of_test(str(folder), None)
    assert config == str(folder / 'resnet20_digitslt.py')
    assert checkpoint == str(folder / 'epoch_2.pth')


def test_another_checkpoint_of_a_run_can_be_named(folder):
    config, checkpoint = files_of_test(str(folder), 'epoch_1.pth')
    assert config == str(folder / 'resnet20_digitslt.py')
    assert checkpoint == 'epoch_1.pth'


@pytest.mark.parametrize('name', ['a.py', 'bsce/resnet20_digitslt'])
def test_a_config_alone_is_refused_with_both_ways_out(name, tmp_path):
    if name == 'a.py':
        name = str(tmp_path / name)
        (tmp_path / 'a.py').touch()
    with pytest.raises(
        ValueError, match=f'checkpoint after the config {name}.*folder of a r'
    ):
        files_of_test(name, None)


def test_what_does_not_exist_is_said_to_be_missing(tmp_path):
    (tmp_path / 'bsce').mkdir()
    with pytest.raises(
        FileNotFoundError, match=r'no file or folder .*nope\. In .*: bsce\.'
    ):
        files_of_test(str(tmp_path / 'nope'), None)
    with pytest.raises(FileNotFoundError, match='mean `bsce/resnet20_digits'):
        files_of_test('bcse/resnet20_digitslt', None)


def test_a_folder_without_a_run_says_what_is_missing(tmp_path):
    with pytest.raises(FileNotFoundError, match='config'):
        files_of_test(str(tmp_path), None)


def test_a_config_of_a_run_has_its_columns_put_in_order():
    """The keys of a config that was written are sorted."""
    columns = {
        'accuracy/top1': 'top-1',
        'calibration/ece': 'ECE',
        'macro/accuracy': 'macro',
        'mine/number': 'mine',
        'shot/few': 'few',
        'shot/many': 'many',
    }
    hooks = [dict(type='ResultTableHook', columns=columns)]
    cfg = Config(dict(custom_hooks=hooks))
    choose_columns(cfg)
    assert list(cfg.custom_hooks[0].columns.values()) == [
        *('macro', 'top-1', 'many', 'few', 'ECE', 'mine')
    ]


def test_other_images_are_tested_by_the_names_of_their_folders(
    photo_place, tmp_path
):
    """Two of the four classes; their order is that of the network."""
    kinds = sorted(p.name for p in (photo_place / 'photos').iterdir())
    new = tmp_path / 'new'
    new.mkdir()
    for kind in (kinds[3], kinds[1]):
        (new / kind).symlink_to(photo_place / 'photos' / kind)
    number = sum(len(list(folder.iterdir())) for folder in new.iterdir())
    words = ['test', 'run', '--work-dir', tmp_path / 'out', '--images']
    out = tmp_path / 'found.json'
    size = 'test_dataloader.batch_size=4'
    kept = ['--out', out, '--out-item', 'metrics', '--cfg-options', size]
    done = run([*words, new, *kept], photo_place)
    assert done.code == 0, done.errors
    found = load(out)
    # most of the photographs are those that the classifier was fitted to
    assert found['accuracy/top1'] > 60
    log = next((tmp_path / 'out').glob('*/*.log')).read_text()
    assert f'[{-(-number // 4)}/{-(-number // 4)}]' in log

    # the two commands that it names end in a report of the same test
    dump, evaluate = (
        shlex.split(part.split('mmlt ')[1])
        for part in done.errors.splitlines()[-1].split(', and then ')
    )
    assert size in dump
    dump[dump.index('p.npz')] = evaluate[2] = tmp_path / 'p.npz'
    evaluate[-1] = tmp_path / 'report'
    for words_of in (dump, evaluate):
        done = run(words_of, photo_place)
        assert done.code == 0, done.errors
    (numbers,) = (tmp_path / 'report/numbers').iterdir()
    record = load(numbers)
    top1 = record['numbers']['top1']
    assert top1 == pytest.approx(found['accuracy/top1'])

    refused = run([*dump[:-2], '--split', 'val', *dump[-2:]], photo_place)
    assert 'instead of a --split' in refused.errors
    nothing = [f'test_{part}=None' for part in ('dataloader', 'cfg')]
    nothing += ['test_evaluator=None']
    refused = run([*dump, '--cfg-options', *nothing], photo_place)
    assert 'Expected a config of a test, but' in refused.errors
    assert 'has no `test_dataloader`' in refused.errors
    refused = run(dump[:-2], photo_place)
    assert '--images needs --out FILE.npz' in refused.errors

    (new / 'nobody').mkdir()
    (new / 'nobody/a.jpg').symlink_to(
        next((photo_place / 'photos' / kinds[1]).iterdir())
    )
    done = run([*words, new], photo_place)
    assert done.code == 1
    assert 'nobody' in done.errors


def test_a_test_changes_nothing_that_a_later_one_reads(photo_place, tmp_path):
    (config,) = (photo_place / 'run').glob('*.py')
    before = config.read_text()
    images = ['--images', photo_place / 'photos']
    other = ['--cfg-options', 'test_dataloader.batch_size=4']
    done = run(['test', 'run', *images, *other], photo_place)
    assert done.code == 0, done.errors
    assert config.read_text() == before


def test_plain_weights_have_the_counts_of_the_config(photo_place, tmp_path):
    (config,) = (photo_place / 'run').glob('*.py')
    _, trained = files_of_test(str(photo_place / 'run'), None)
    content = torch.load(trained, weights_only=False)
    lines = (photo_place / 'ours/train.txt').read_text().splitlines()
    counts = [0] * len(content['meta']['class_counts'])
    for line in lines:
        counts[int(line.split()[-1])] += 1
    content['meta']['class_counts'] = counts
    said, plain = tmp_path / 'said.pth', tmp_path / 'plain.pth'
    torch.save(content, said)
    torch.save({'state_dict': content['state_dict']}, plain)
    numbers = []
    for checkpoint in (said, plain):
        out = tmp_path / 'found.json'
        words = ['test', config, checkpoint, '--work-dir', tmp_path / 'out']
        done = run(
            [*words, '--out', out, '--out-item', 'metrics'], photo_place
        )
        assert done.code == 0, done.errors
        numbers.append(load(out))
    assert numbers[0] == pytest.approx(numbers[1], nan_ok=True)
    assert any(name.startswith('shot/') for name in numbers[0])
    logs = [p.read_text() for p in (tmp_path / 'out').glob('*/*.log')]
    line = f'({len(lines)} images of {len(counts)} classes)'
    assert [line in log for log in logs].count(True) == 1

    gone = 'train_dataloader.dataset.data_root=nowhere'
    done = run([*words, '--cfg-options', gone], photo_place)
    assert done.code == 1
    assert 'but the checkpoint does not say them, and they' in done.errors


@pytest.mark.parametrize('ending', EXTENSIONS.split(','))
def test_images_of_every_kind_that_projects_take_are_tested(ending, tmp_path):
    for kind in ('a', 'b'):
        (tmp_path / kind).mkdir()
        (tmp_path / kind / f'one{ending}').write_bytes(b'image')
    (tmp_path / 'a/notes.txt').touch()
    cfg = load_recipe('ce/resnet18_images')
    testing.test_on(cfg, str(tmp_path))
    dataset = DATASETS.build(cfg.test_dataloader.dataset)
    assert len(dataset) == 2
    # and by the recipes without lists
    plain = Config.fromfile('configs/_base_/datasets/image_folder.py')
    for loader in (plain.train_dataloader, plain.test_dataloader):
        inner = loader.dataset
        while 'dataset' in inner:
            inner = inner.dataset
        assert inner.type == 'CustomDataset'
        assert set(inner.extensions) == set(EXTENSIONS.split(','))


def test_a_folder_without_classes_is_refused(photo_place, tmp_path):
    done = run(['test', 'run', '--images', tmp_path], photo_place)
    assert done.code == 1
    assert 'to be a folder with one of images for each class' in done.errors


def test_what_is_left_out_of_the_images_of_a_test_is_said(
    tmp_path, monkeypatch
):
    lines = []
    monkeypatch.setattr(
        testing, 'print_log', lambda text, **_: lines.append(text)
    )
    (tmp_path / 'a').mkdir()
    (tmp_path / 'nothing here').mkdir()
    (tmp_path / 'a/one.png').write_bytes(b'image')
    (tmp_path / 'a/.hidden.png').touch()
    cfg = load_recipe('ce/resnet18_images')
    testing.test_on(cfg, str(tmp_path))
    assert not lines
    for name in ('a.txt', 'b.txt', 'README'):
        (tmp_path / 'a' / name).touch()
    testing.test_on(cfg, str(tmp_path))
    assert lines == [
        f'1 images of {tmp_path} are tested. Files of other endings are left '
        'out (.txt: 2, none: 1).'
    ]


def test_empty_files_and_folders_without_images_are_refused(tmp_path):
    (tmp_path / 'a').mkdir()
    (tmp_path / 'a/notes.txt').touch()
    cfg = load_recipe('ce/resnet18_images')
    with pytest.raises(ValueError, match=r'no file in them ends in \.jpg'):
        testing.test_on(cfg, str(tmp_path))
    (tmp_path / 'a/one.png').write_bytes(b'image')
    (tmp_path / 'a/two.png').touch()
    with pytest.raises(ValueError, match='1 of 2 files are empty, a/two.png'):
        testing.test_on(cfg, str(tmp_path))
