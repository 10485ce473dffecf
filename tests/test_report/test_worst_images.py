"""The most confident mistakes, with their images where they can be had."""

import base64
import io
import re

import pytest
import torch
from PIL import Image

from mmlt.cli.main import main
from mmlt.datasets import DigitsLT
from mmlt.report.blocks import Gallery
from mmlt.report.record import record_of_predictions
from mmlt.report.tables import Table
from mmlt.report.worst_images import worst_images
from mmlt.runs.dump import load_predictions
from mmlt.runs.shown_images import read_test_images
from mmlt.structures import Predictions
from mmlt.structures.image_predictions import ImagePredictions


def record(logits, labels, name='ce', paths=None):
    more = {} if paths is None else {'image_paths': paths}
    kind = Predictions if paths is None else ImagePredictions
    predictions = kind(
        torch.tensor(logits),
        torch.tensor(labels),
        torch.tensor([50, 5]),
        meta={'split': 'test'},
        class_names=['cat', 'dog'],
        **more,
    )
    return record_of_predictions(predictions, name)


def test_images_are_those_of_the_rows_and_said_in_words():
    wrong = record([[3.0, 0.0], [0.0, 1.0], [0.0, 2.0]], [1, 0, 1])
    asked = []

    def read(rows):
        asked.append(rows)
        return [Image.new('RGB', (300, 150), (r * 100, 0, 0)) for r in rows]

    found = worst_images([wrong], {id(wrong): read})
    assert type(found) is Gallery
    assert asked == [[0, 1]]  # the more confident one first
    (first, second) = found.groups['The most confident mistakes of ce']
    # in memory: no file, but a place
    assert first.lines == ('cat, 95 %', 'is dog', 'row 0')
    assert second.lines == ('dog, 73 %', 'is cat', 'row 1')
    assert found.table.head[-1] == 'row'
    image = Image.open(io.BytesIO(second.jpeg))
    assert image.size == (96, 48)
    assert abs(image.getpixel((9, 9))[0] - 100) < 4
    assert [row[:3] for row in found.table.rows] == [
        ['ce', 'dog', 'cat'],
        ['ce', 'cat', 'dog'],
    ]


def test_the_file_of_an_image_stands_under_it():
    paths = ['/data/photos/dog/1.png', '/data/photos/cat/2.png', 'c.png']
    wrong = record(
        [[3.0, 0.0], [0.0, 1.0], [0.0, 2.0]], [1, 0, 1], paths=paths
    )
    assert [m['image'] for m in wrong.mistakes] == paths[:2]
    image = Image.new('RGB', (4, 4))
    found = worst_images([wrong], {id(wrong): lambda rows: [image] * 2})
    (shown,) = found.groups.values()
    assert [s.lines[-1] for s in shown] == ['dog/1.png', 'cat/2.png']
    assert found.table.head[-1] == 'image'
    assert [row[-1] for row in found.table.rows] == paths[:2]
    # and where the images themselves are gone
    table = worst_images([wrong], {id(wrong): lambda rows: 'gone'})
    assert [row[-1] for row in table.rows] == paths[:2]


def test_words_alone_and_why_where_the_images_cannot_be_had():
    wrong = record([[3.0, 0.0]], [1])
    nothing = worst_images([wrong], {})
    assert type(nothing) is Table
    assert 'No images' not in nothing.note
    why = worst_images([wrong], {id(wrong): lambda rows: 'a.jpg is gone'})
    assert type(why) is Table
    assert why.note.endswith(' No images of ce: a.jpg is gone.')


def test_images_of_one_run_and_why_there_are_none_of_another():
    runs = [record([[3.0, 0.0]], [1], name) for name in ('ce', 'fcc')]
    image = Image.new('RGB', (4, 4))
    readers = {id(runs[0]): lambda rows: [image], id(runs[1]): lambda r: 'x'}
    found = worst_images(runs, readers)
    assert list(found.groups) == ['The most confident mistakes of ce']
    assert found.note.endswith(' No images of fcc: x.')
    assert found.table.note.endswith(' No images of fcc: x.')


def test_nothing_is_said_where_nothing_is_wrong():
    assert worst_images([record([[3.0, 0.0]], [0])], {}) is None


@pytest.fixture(scope='module')
def run(tmp_path_factory):
    """A run of one epoch, which is wrong often enough."""
    folder = tmp_path_factory.mktemp('runs') / 'ce'
    options = ['train_cfg.max_epochs=1', 'train_cfg.val_interval=1']
    options += ['param_scheduler.1.milestones=[1]']
    main(
        ['train', 'ce/resnet20_digitslt', '--work-dir', str(folder)]
        + ['--cfg-options', *options]
    )
    return folder


def test_page_of_a_run_shows_the_digits_that_were_mistaken(run, tmp_path):
    main(['report', str(run), '--out', str(tmp_path / 'out'), '--no-maps'])
    page = (tmp_path / 'out' / 'index.html').read_text()
    shown = re.findall(r'data:image/jpeg;base64,([^"]+)"', page)
    predictions = load_predictions(run / 'predictions_test.npz')
    wrong = (predictions.logits.argmax(1) != predictions.labels).sum()
    assert 0 < len(shown) <= min(12, int(wrong))
    image = Image.open(io.BytesIO(base64.b64decode(shown[0])))
    assert max(image.size) <= 96
    assert 'The most confident mistakes' in page


def test_images_are_those_of_the_data_set(run):
    data = DigitsLT(split='test')
    (image,) = read_test_images(run, [7])
    assert (
        torch.tensor(list(image.getdata())).view(image.height, image.width, 3)
        == torch.tensor(data.get_data_info(7)['img'])
    ).all()


def test_data_that_is_gone_is_named(run, tmp_path):
    config = tmp_path / 'lost'
    config.mkdir()
    (config / 'lost.py').write_text(
        "test_dataloader = dict(dataset=dict(type='LongTailedList', "
        "ann_file='nowhere.txt', data_prefix='nowhere', "
        "metainfo=dict(classes=['a', 'b'])))"
    )
    (config / 'last_checkpoint').write_text('epoch_1.pth')
    (config / 'epoch_1.pth').write_bytes(b'')
    assert 'nowhere.txt' in read_test_images(config, [0])
