"""The page of training images."""

import base64
import io
import re
import xml.etree.ElementTree as ET

from PIL import Image

from mmlt.report.image_page import image_page
from mmlt.structures.training_images import (
    ClassImages,
    ShownImage,
    TrainingImages,
)
from tests.test_bad_inputs.in_process import run

SRC = re.compile(r'src="data:image/(png|jpeg);base64,([^"]+)"')


def shown(name='cat', size=(32, 32), labels=('', ''), total=3):
    image = Image.new('RGB', size, (200, 10, 30))
    one = ShownImage(image, 'a.jpg', [image, image], list(labels))
    counts = [150, *[5] * (total - 1)]
    return TrainingImages(
        'CustomDataset',
        counts,
        [ClassImages(name, 150, [one])],
        {'Drawn by': ['A(b="<c>")']},
        7,
    )


def page(*args, **kwargs):
    return image_page(shown(*args, **kwargs), 'ce/a', 'mmlt browse', 100, 20)


def test_it_says_what_is_shown_and_what_is_not():
    text = page()
    assert '1 of 160 training images (CustomDataset), drawn with seed 7' in (
        text
    )
    assert '1 of 3 classes are shown' in text
    assert '2 are left out' in text
    assert '150 training images, many' in text
    assert 'Every class is shown (1).' in page(total=1)


def test_a_small_image_loses_nothing_and_a_large_one_is_made_small():
    for size, kind, width in (
        ((32, 20), 'png', 32),
        ((400, 200), 'jpeg', 112),
    ):
        found = SRC.findall(page(size=size))
        assert [k for k, _ in found] == [kind] * 3
        image = Image.open(io.BytesIO(base64.b64decode(found[0][1])))
        assert image.width == width
        if kind == 'png':
            assert image.getpixel((3, 3)) == (200, 10, 30)


def test_names_that_others_chose_do_no_harm():
    text = page(name='<script>alert("x")</script> & \x00', labels=['<b>', ''])
    ET.fromstring(text.replace('<!DOCTYPE html>', ''))
    assert '<script' not in text
    assert '&lt;script&gt;' in text


def test_it_needs_nothing_else():
    assert not re.findall(r'(?:src|href)="(?!data:|#)', page())


def test_from_a_recipe_and_from_a_run(tmp_path):
    words = ['ce/resnet20_digitslt', '--classes', 3, '--per-class', 1]
    done = run(['browse', *words, '--out', 'a.html'], tmp_path)
    assert done.code == 0, done.errors
    assert done.output == 'Wrote a.html: 3 classes\n'
    text = (tmp_path / 'a.html').read_text()
    assert len(SRC.findall(text)) == 3 * 4
    assert '130 training images' in text  # the most frequent digit

    folder = tmp_path / 'run'
    folder.mkdir()
    (folder / 'mine.py').write_text(
        "_base_ = 'mmlt::ce/resnet20_digitslt.py'\n"
        'test_evaluator = dict(metrics=[dict(type="ShotAccuracy", many=50)])\n'
    )
    words = [folder, '--classes', 9, '--seed', 3, '--few', 7]
    done = run(['browse', *words, '--out', 'b.html'], tmp_path)
    assert done.code == 0, done.errors
    text = (tmp_path / 'b.html').read_text().replace('\u2011', '-')
    found = dict(re.findall(r'(\d+) training images, (\w+)-shot', text))
    assert found['130'] == 'many'
    assert found['47'] == 'medium'  # the run counts from 50
    assert found['6'] == 'few'
