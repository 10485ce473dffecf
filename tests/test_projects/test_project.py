"""A project is written whole, from what was found, or not at all."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from mmengine.config import Config

from mmlt.cli.commands.new import found_lines
from mmlt.datasets import LongTailedList, read_list
from mmlt.projects.config_text import ProjectData, config_text
from mmlt.projects.project import ProjectSettings, new_project
from mmlt.projects.source import SourceSettings
from mmlt.runs.recipes import first_stage_recipe, load_recipe

from .conftest import draw, gray


def make(images, folder, **settings):
    return new_project(
        folder, ProjectSettings(SourceSettings(str(images)), **settings)
    )


def lines(folder, split):
    table = read_list(folder / f'{split}.txt', 99)
    return dict(zip(table.all_names(), table.labels.tolist(), strict=True))


def test_a_folder_like_that_of_a_person(photos, tmp_path):
    record = make(photos, tmp_path / 'own')
    assert sorted(p.name for p in (tmp_path / 'own').iterdir()) == [
        *('bsce.py', 'classes.txt', 'images.json'),
        *('test.txt', 'train.txt', 'val.txt'),
    ]
    splits = {s: lines(tmp_path / 'own', s) for s in ('train', 'val', 'test')}
    whole = {k: v for split in splits.values() for k, v in split.items()}
    assert len(whole) == sum(map(len, splits.values())) == 54 + 2
    assert 'kind 1/bad.png' not in whole
    assert list(record['unreadable']) == ['kind 1/bad.png']
    assert record['other_files'] == {'.txt': 1}
    assert record['copies'] == {
        'equal': [['kind 2/0.png', 'kind 2/copy.png']],
        'near': [['kind 0/0.png', 'kind 0/larger.bmp']],
        'near_compared': 'all',
        'of_two_classes': [],
        'near_of_two_classes': [],
        'in_two_lists': [],
    }
    for group in (*record['copies']['equal'], *record['copies']['near']):
        assert sum(set(group) <= set(own) for own in splits.values()) == 1
    counts = {
        name: facts['class_counts'] for name, facts in record['lists'].items()
    }
    assert counts['train.txt'][5:] == [1, 1]
    assert counts['test.txt'][5:] == [1, 0]
    assert counts['val.txt'][5:] == [0, 0]
    assert all(counts['train.txt'])
    kept = json.loads((tmp_path / 'own/images.json').read_text())
    assert kept['lists'] == record['lists']


def test_the_same_seed_gives_the_same_lists(photos, tmp_path):
    names = ('train.txt', 'val.txt', 'test.txt')
    texts = []
    for folder, seed in (('a', 0), ('b', 0), ('c', 1)):
        make(photos, tmp_path / folder, seed=seed)
        texts.append([(tmp_path / folder / n).read_text() for n in names])
    assert texts[0] == texts[1]
    assert texts[0] != texts[2]


def test_mmengine_alone_reads_the_config_from_anywhere(
    photos, tmp_path, monkeypatch
):
    record = make(photos, tmp_path / 'own')
    (tmp_path / 'own').rename(tmp_path / 'moved')
    monkeypatch.chdir('/')
    cfg = Config.fromfile(tmp_path / 'moved/bsce.py')
    assert cfg.model.head.loss.type == 'BalancedSoftmaxLoss'
    assert cfg.auto_scale_lr == dict(base_batch_size=128, enable=True)
    for split in ('train', 'val', 'test'):
        settings = dict(cfg[f'{split}_dataloader'].dataset)
        assert settings.pop('type') == 'LongTailedList'
        dataset = LongTailedList(**settings)
        facts = record['lists'][f'{split}.txt']
        assert dataset.metainfo['class_counts'] == facts['class_counts']
        assert list(dataset.metainfo['classes']) == record['classes']
        assert Path(dataset.image_paths()[0]).is_file()
        image = dataset[0]['inputs']
        assert tuple(image.shape) == (3, 64, 64)


@pytest.mark.parametrize(
    'name', ["o'neil", 'a "b"', 'été', 'a{b}', 'back\\slash', 'a b']
)
def test_folders_of_any_name(name, tmp_path):
    draw(tmp_path / name / 'photos', (4, 3))
    (tmp_path / name / 'photos/kind 0').rename(
        tmp_path / name / f'photos/{name}'
    )
    make(tmp_path / name / 'photos', tmp_path / name / 'own')
    cfg = Config.fromfile(tmp_path / name / 'own/bsce.py')
    dataset = LongTailedList(
        **{
            k: v
            for k, v in cfg.train_dataloader.dataset.items()
            if k != 'type'
        }
    )
    assert name in dataset.metainfo['classes']
    assert all(Path(path).is_file() for path in dataset.image_paths())
    assert dataset[0]['inputs'].shape[0] == 3


def test_the_size_follows_the_images(tmp_path):
    rng = np.random.RandomState(0)
    for number in range(6):
        gray(
            tmp_path / 'photos' / 'ab'[number % 2] / f'{number}.png', rng, 120
        )
        edge = 90 + 40 * (number % 2)
        gray(
            tmp_path / 'photos' / 'ab'[number % 2] / f'{number}.png',
            rng,
            edge,
            300,
        )
    assert make(tmp_path / 'photos', tmp_path / 'own')['size'] == 128
    cfg = Config.fromfile(tmp_path / 'own/bsce.py')
    crop, resize = (
        cfg[f'{s}_dataloader'].dataset.pipeline[1] for s in ('train', 'test')
    )
    assert (crop.scale, resize.scale) == (128, (128, 128))
    assert make(tmp_path / 'photos', tmp_path / 'b', size=32)['size'] == 32


@pytest.mark.parametrize(
    ('counts', 'batch'), [((5, 2), 4), ((160, 2), 8), ((600, 100), 16)]
)
def test_the_batch_follows_their_number(counts, batch, tmp_path):
    rng = np.random.RandomState(0)
    for label, count in enumerate(counts):
        for number in range(count):
            gray(tmp_path / 'p' / f'{label}' / f'{number}.png', rng, 3, 3)
    record = make(tmp_path / 'p', tmp_path / 'own', near=False, size=8)
    assert record['batch_size'] == batch
    cfg = Config.fromfile(tmp_path / 'own/bsce.py')
    assert cfg.train_dataloader.batch_size == batch
    # four lines an epoch
    steps = len(Path(tmp_path, 'own/train.txt').read_text().split('\n'))
    interval = cfg.default_hooks.logger.interval
    assert interval == max((steps - 1) // batch // 4, 1)


def test_a_batch_is_never_larger_than_the_training_set(tmp_path):
    draw(tmp_path / 'p', (3, 3))
    assert make(tmp_path / 'p', tmp_path / 'own')['batch_size'] == 2


def test_copies_in_two_splits_of_the_source_are_a_leak(tmp_path):
    for split, seed in (('train', 0), ('test', 1)):
        draw(tmp_path / 'own' / split, (5, 3), seed)
    copied = tmp_path / 'own/test/kind 0/0.png'
    copied.write_bytes((tmp_path / 'own/train/kind 0/1.png').read_bytes())
    record = make(tmp_path / 'own', tmp_path / 'project')
    assert record['given_splits'] == ['test', 'train']
    assert record['copies']['in_two_lists'] == [
        ['test/kind 0/0.png', 'train/kind 0/1.png']
    ]
    assert record['lists']['test.txt']['class_counts'] == [5, 3]


def test_copies_with_two_labels_are_told_and_trained_on(tmp_path):
    draw(tmp_path / 'p', (6, 6))
    for number in (0, 1):
        (tmp_path / 'p/kind 1' / f'{number}.png').write_bytes(
            (tmp_path / 'p/kind 0' / f'{number}.png').read_bytes()
        )
    record = make(tmp_path / 'p', tmp_path / 'own')
    groups = record['copies']['of_two_classes']
    assert groups == [
        [f'kind {label}/{number}.png' for label in (0, 1)] for number in (0, 1)
    ]
    train = lines(tmp_path / 'own', 'train')
    assert {path for group in groups for path in group} <= set(train)


def test_the_first_two_copies_have_the_two_labels(tmp_path):
    draw(tmp_path / 'p', (6, 6))
    same = (tmp_path / 'p/kind 0/0.png').read_bytes()
    for name in ('kind 0/1.png', 'kind 1/0.png'):
        (tmp_path / 'p' / name).write_bytes(same)
    record = make(tmp_path / 'p', tmp_path / 'own')
    (group,) = record['copies']['of_two_classes']
    assert group == ['kind 0/0.png', 'kind 1/0.png', 'kind 0/1.png']


def test_a_class_of_damaged_images_is_left_out(photos, tmp_path):
    (photos / 'kind 6/0.png').write_text('no image')
    record = make(photos, tmp_path / 'own')
    assert record['classes_left_out'] == ['kind 6']
    assert record['classes'] == [f'kind {label}' for label in range(6)]


def test_an_empty_class_is_left_out_and_said(photos, tmp_path):
    for name in ('kind 7', 'kind 8', 'kind 3/inside'):
        (photos / name).mkdir()
    (photos / 'kind 8/0.heic').write_text('of another ending')
    record = make(photos, tmp_path / 'own')
    assert record['classes_left_out'] == ['kind 7', 'kind 8']
    assert record['classes'] == [f'kind {label}' for label in range(7)]
    said = found_lines(record)
    assert (
        'left out: 2 classes without an image that can be read: kind 7, kind 8'
    ) in said
    assert 'left out: 2 files of other endings (.heic: 1, .txt: 1)' in said


def test_a_class_that_a_split_lacks_is_no_mistake(tmp_path):
    """Its folder is there: of rare classes often nothing else."""
    draw(tmp_path / 'p/train', (9, 4))
    draw(tmp_path / 'p/val', (3,))
    for name in ('val/kind 1', 'train/kind 2', 'val/kind 2'):
        (tmp_path / 'p' / name).mkdir()
    record = make(tmp_path / 'p', tmp_path / 'own')
    assert record['classes'] == ['kind 0', 'kind 1']
    assert record['classes_left_out'] == ['kind 2']
    assert record['lists']['val.txt']['class_counts'] == [3, 0]


def test_what_lies_about_is_counted_and_said(photos, tmp_path):
    (photos / 'kind 0/Thumbs.db').write_text('x')
    (photos / '.DS_Store').write_text('x')
    for number in range(2):
        (photos / f'kind 1/._{number}.png').write_text('x')
    (photos / '@eaDir/kind 1').mkdir(parents=True)
    (photos / '@eaDir/kind 1/0.png').write_text('x')
    (photos / 'readme.txt').write_text('x')
    record = make(photos, tmp_path / 'own')
    assert record['hidden_files'] == {
        '.0.png': 1,
        '.DS_Store': 1,
        '._*': 2,
        '@eaDir': 1,
        'Thumbs.db': 1,
    }
    assert record['files_beside_classes'] == ['readme.txt']
    said = found_lines(record)
    assert (
        'left out: 6 files of other programs (.0.png: 1, .DS_Store: 1, '
        '._*: 2 and 2 more)'
    ) in said
    assert (
        'left out: 1 file beside the folders of the classes: readme.txt'
    ) in said


def test_groups_of_copies_are_all_in_the_record(photos, tmp_path):
    said = '\n'.join(found_lines(make(photos, tmp_path / 'one')))
    assert '1 group of equal files, together in one list' in said
    assert 'has all' not in said
    (photos / 'kind 1/copy.png').write_bytes(
        (photos / 'kind 1/0.png').read_bytes()
    )
    said = '\n'.join(found_lines(make(photos, tmp_path / 'two')))
    assert '2 groups of equal files' in said
    assert ' and kind 1/copy.png; images.json has all' in said


def test_one_image_is_one_image(tmp_path):
    draw(tmp_path / 'p', (3, 1))
    said = found_lines(make(tmp_path / 'p', tmp_path / 'own'))
    assert any(line.startswith('val.txt: 1 image, 1 to 0') for line in said)
    assert not any('1 images' in line for line in said)


def test_the_teacher_of_dive_is_its_first_stage(photos, tmp_path):
    record = make(photos, tmp_path / 'own', methods=['ce', 'dive', 'ce'])
    assert list(record['configs']) == ['ce', 'dive']
    cfg = Config.fromfile(tmp_path / 'own/dive.py')
    assert cfg.model.teacher.head.num_classes == 7
    first = first_stage_recipe(load_recipe(tmp_path / 'own/dive.py'))
    assert first.model.head == cfg.model.teacher.head
    assert first.train_dataloader.dataset == cfg.train_dataloader.dataset


def refuse(kind, match, images, folder, **settings):
    before = sorted(folder.parent.rglob('*'))
    with pytest.raises(kind, match=match):
        make(images, folder, **settings)
    assert sorted(folder.parent.rglob('*')) == before


def test_what_cannot_be_is_refused_and_leaves_nothing(photos, tmp_path):
    new = tmp_path / 'own'
    (tmp_path / 'empty').mkdir()
    refuse(ValueError, 'one subfolder per class', tmp_path / 'empty', new)
    refuse(FileNotFoundError, 'Correct the path', tmp_path / 'none', new)
    refuse(ValueError, "be a method, but got 'x'", photos, new, methods=['x'])
    refuse(ValueError, 'outside of the images', photos, photos / 'own')
    refuse(FileExistsError, 'nothing was changed', photos, tmp_path / 'empty')
    draw(tmp_path / 'single', (1, 1))
    refuse(ValueError, 'no class has two', tmp_path / 'single', new)
    draw(tmp_path / 'one', (9,))
    refuse(ValueError, "only 'kind 0'", tmp_path / 'one', new)
    (tmp_path / 'one/void').mkdir()
    refuse(
        ValueError,
        "only 'kind 0', and folders without a file of .*png.* are void",
        tmp_path / 'one',
        new,
    )
    for path in (tmp_path / 'single').rglob('*.png'):
        path.write_text('no image')
    refuse(ValueError, '2 of 2 cannot be read', tmp_path / 'single', new)
    draw(tmp_path / 'given/train', (4,))
    draw(tmp_path / 'given/test', (1, 2))
    refuse(ValueError, 'none of kind 1. Move', tmp_path / 'given', new)


def test_a_config_is_a_screen_of_text(tmp_path):
    data = ProjectData(tmp_path, tmp_path, [30, 4], 64, 16)
    text = config_text('drw-ldam', data)
    code = text.split('"""')[2]
    assert len(code.strip().splitlines()) <= 28
    assert '0.1 for 128 images a step, by the batch: 0.0125' in text


def test_images_of_16_bits_that_turn_nearly_black_are_told(tmp_path):
    """12 bits in a file of 16 reach the network as 0 to 15 of 255."""
    rng = np.random.default_rng(0)
    for kind, depth, dtype in (
        ('microscope', 2**12, np.uint16),
        ('scanner', 2**16, np.uint16),
        ('night', 20, np.uint8),  # dark itself
    ):
        folder = tmp_path / 'photos' / kind
        folder.mkdir(parents=True)
        for k in range(6):
            pixels = rng.integers(0, depth, (20, 20)).astype(dtype)
            assert cv2.imwrite(str(folder / f'{k}.png'), pixels)
    record = make(tmp_path / 'photos', tmp_path / 'own')
    assert set(record['darkened']) == {f'microscope/{k}.png' for k in range(6)}
    assert 2**11 < max(record['darkened'].values()) < 2**12
    (said,) = (line for line in found_lines(record) if '8 bits' in line)
    assert said.startswith('6 images of more than 8 bits nearly black')
    assert 'microscope/0.png' in said
