"""The page in a real browser: sorted, filtered, and no wider than a phone."""

import json
import re
import shutil
import subprocess
from html import unescape

import pytest
import torch

from mmlt.report.make import report_of
from mmlt.report.names import with_names
from mmlt.report.record import record_of_predictions
from mmlt.structures import Predictions

BROWSER = shutil.which('chromium') or shutil.which('google-chrome')
SIZE = 121

pytestmark = pytest.mark.skipif(
    BROWSER is None, reason='no chromium or google-chrome on the path'
)


@pytest.fixture(scope='module')
def page(tmp_path_factory):
    """A report of three models on 121 classes with long names."""
    torch.manual_seed(0)
    counts = torch.linspace(1979**0.5, 3, SIZE).square().round().long()
    labels = torch.arange(SIZE).repeat(3)
    loaded = []
    for name in ('ce', 'balanced_softmax', 'vmf'):
        logits = torch.randn(len(labels), SIZE)
        logits[torch.arange(len(labels)), labels] += 2
        predictions = Predictions(
            logits,
            labels,
            counts,
            meta={'split': 'test'},
            class_names=[f'kind_{c:03d}_of_some_animal' for c in range(SIZE)],
        )
        loaded.append((record_of_predictions(predictions, name), predictions))
    records = with_names([r for r, _ in loaded], [r.name for r, _ in loaded])
    out = tmp_path_factory.mktemp('browser') / 'report'
    report_of(
        list(zip(records, (p for _, p in loaded), strict=True)), out, 'mmlt'
    )
    return out / 'index.html'


def answer(page, width, script):
    """What a script returns in the page, of some width in pixels.

    The page stands in a frame: no window of a browser is narrower than 500.
    """
    own = page.with_name('tried.html')
    ask = f'<script>document.title = JSON.stringify((() => {{{script}}})())'
    text = page.read_text()
    # the answer is taken in the frame and shown in the page around it
    own.write_text(text.replace('</body>', f'{ask}</script></body>'))
    around = page.with_name('around.html')
    around.write_text(
        f'<iframe src="tried.html" width="{width}" height="900" '
        'onload="document.body.append(this.contentDocument.title)"></iframe>'
    )
    done = subprocess.run(
        [
            *(BROWSER, '--headless', '--no-sandbox', '--disable-gpu'),
            *('--allow-file-access-from-files', '--dump-dom'),
            f'--user-data-dir={page.parent / "profile"}',
            around.as_uri(),
        ],
        capture_output=True,
        text=True,
        timeout=120,
    )
    found = re.search(r'</iframe>(.*)</body>', done.stdout, re.DOTALL)
    return json.loads(unescape(found[1]))


@pytest.mark.parametrize('width', [390, 1280])
def test_nothing_is_wider_than_the_window(page, width):
    script = """
    const root = document.documentElement;
    return [root.scrollWidth, root.clientWidth];
    """
    wide, window = answer(page, width, script)
    assert width - 20 <= window <= width
    assert wide <= window


def test_a_click_sorts_and_a_word_filters(page):
    script = """
    const table = document.querySelector('table.sortable');
    const heads = [...table.querySelectorAll('th[scope=col]')];
    const names = () => [...table.tBodies[0].rows]
      .filter((row) => !row.hidden).map((row) => row.cells[0].textContent);
    const cells = (i) => [...table.tBodies[0].rows]
      .map((row) => row.cells[i].textContent);
    const click = (i) => heads[i].querySelector('button').click();
    const found = {before: names()};
    click(3);
    found.recall = cells(3);
    found.marked = heads.map((head) => head.ariaSort);
    click(3);
    found.again = cells(3);
    click(6);
    found.taken = cells(6);
    click(0);
    found.byName = names();
    const box = document.querySelector('input[type=search]');
    box.value = 'KIND_01';
    box.dispatchEvent(new Event('input'));
    found.filtered = names();
    found.said = document.querySelector('[role=status]').textContent;
    return found;
    """
    found = answer(page, 1280, script)
    names = [f'kind_{c:03d}_of_some_animal' for c in range(SIZE)]
    assert found['before'] == names  # most training images first
    recall = [float(text) for text in found['recall']]
    assert recall == sorted(recall, reverse=True)
    assert found['again'] == sorted(found['again'], key=float)
    assert [i for i, order in enumerate(found['marked']) if order] == [3]
    assert found['marked'][3] == 'descending'
    often = [
        int(text.rpartition('(')[2].rstrip(')')) if text else 0
        for text in found['taken']
    ]
    assert often == sorted(often, reverse=True)
    assert max(often) > min(often)
    assert found['byName'] == sorted(names)
    assert found['filtered'] == names[10:20]
    assert found['said'] == f'10 of {SIZE}'
