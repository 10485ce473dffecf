"""Names of classes, runs and files are text, wherever a report writes them."""

import csv
import io
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest

from mmlt.report.escape import (
    code_block,
    csv_cell,
    html_text,
    markdown_text,
    one_line,
)
from mmlt.report.names import with_names
from mmlt.report.page import (
    Code,
    Report,
    Section,
    draw_panels,
    html_page,
    markdown_page,
)
from mmlt.report.pictures import Panel, Picture
from mmlt.report.table import csv_text, markdown_table
from mmlt.report.tables import Table, Value
from mmlt.visualization import recall_by_class

from .conftest import record_of

NAMES = [
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    "' onload='alert(1)",
    '&lt;b&gt; & &#60;',
    '[link](javascript:alert(1)) ![image](http://a.b/c.png)',
    '<http://a.b/c>',
    'a | b \\| c',
    '`code` ``more`` `<b>`',
    '\\`<img src=x onerror=alert(1)>\\`',
    '``` \n# heading\n```',
    'two\nlines\r\n\r\n<b>and more</b>\u2028end',
    '$x^2$ and $\\frac{1}$',
    '*bold* _slanted_ __init__ a_b',
    '\x00\x07\x1b[31mred\x1b[0m',
    'right \u202eot left',
    'not UTF-8: \udcff',
    '=cmd()', '+1+2', '-2+3', '@SUM(A1)',
    '_hidden',
    '',
]  # fmt: skip


def read_back(name):
    """What a reader sees of a name."""
    return ' '.join(one_line(name).split())


def report():
    """A report in which every text is a name of the list."""
    rows = [[name, *NAMES[1:3], Value(1.5)] for name in NAMES]
    picture = Picture(
        'names',
        panels=[
            Panel(
                f'panel-{i}',
                name,
                lambda figure, name=name: recall_by_class(
                    {name or 'x': np.array([1.0, 2.0])},
                    [2, 1],
                    [name, 'other'],
                    title=name,
                    figure=figure,
                ),
            )
            for i, name in enumerate(map(one_line, NAMES))
        ],
        caption=' '.join(NAMES),
    )
    head = ['name', *NAMES[:2], 'number']
    sections = [
        Section(
            f'{i} {name}',
            [
                name,
                Table(f'table-{i}', name, name, head, rows),
                Code(name),
                picture if i == 0 else None,
            ],
        )
        for i, name in enumerate(NAMES)
    ]
    return Report(' '.join(NAMES), ' '.join(NAMES), sections)


@pytest.fixture(scope='module')
def drawn():
    pictures = report().blocks(Picture)
    return draw_panels([p for picture in pictures for p in picture.panels])


@pytest.mark.filterwarnings('ignore:Glyph')
def test_the_page_is_of_our_elements_alone(drawn):
    page = html_page(report(), drawn)
    page.encode('utf-8')
    tree = ElementTree.fromstring(page.partition('\n')[2])
    names = {element.tag.rpartition('}')[2] for element in tree.iter()}
    assert not names & {'script', 'img', 'b', 'iframe', 'object', 'image'}
    for element in tree.iter():
        assert not [key for key in element.attrib if key.startswith('on')]
        for key, value in element.attrib.items():
            if key.rpartition('}')[2] in ('href', 'src'):
                assert value.startswith('#')
    cells = [''.join(x.itertext()) for x in tree.iter('th')]
    for name in NAMES:
        if '`' not in name:  # `code` is marked
            assert one_line(name) in cells


@pytest.mark.filterwarnings('ignore:Glyph')
def test_a_picture_is_well_formed_and_has_the_name_in_its_legend(drawn):
    for i, name in enumerate(NAMES):
        inside, file = drawn[f'panel-{i}']
        file.encode('utf-8')
        texts = [
            ' '.join(''.join(x.itertext()).split())
            for x in ElementTree.fromstring(file).iter()
            if x.tag.endswith('text')
        ]
        ElementTree.fromstring(inside)
        if name and '\n' not in name:
            assert read_back(name) in texts, name


def test_markdown_makes_nothing_of_a_name():
    markdown_it = pytest.importorskip('markdown_it')
    parser = markdown_it.MarkdownIt('commonmark').enable('table')
    for name in NAMES:
        (_, inline, _) = parser.parse(f'x {markdown_text(name)} x')
        kinds = {token.type for token in inline.children}
        assert kinds <= {'text', 'text_special', 'code_inline'}, name
        said = ''.join(t.content for t in inline.children)
        if '`' not in name:
            assert read_back(said) == read_back(f'x {name} x')


def test_the_markdown_of_a_report_is_of_our_blocks_alone(drawn):
    markdown_it = pytest.importorskip('markdown_it')
    parser = markdown_it.MarkdownIt('commonmark').enable('table')
    page = markdown_page(report(), 'pictures', 'tables')
    page.encode('utf-8')
    tokens = parser.parse(page)
    assert sum(t.type == 'fence' for t in tokens) == len(NAMES)
    assert sum(t.type == 'table_open' for t in tokens) == len(NAMES)
    assert sum(t.type == 'tr_open' for t in tokens) == len(NAMES) * (
        len(NAMES) + 1
    )
    inline = [c for t in tokens for c in t.children or []]
    assert not {t.type for t in inline} & {'link_open', 'image'}
    own = [t.content for t in (*tokens, *inline) if t.type.startswith('html')]
    assert own
    assert all(
        line.startswith('<img src="pictures/panel-')
        for block in own
        for line in block.splitlines()
    )


def test_names_of_runs_and_classes_come_as_one_line():
    record = record_of(recipe='a', recipe_hash='a', class_names=NAMES)
    (named,) = with_names([record], ['two\nlines \udcff'])
    assert named.name == 'two lines ?'
    assert named.class_names == [*map(one_line, NAMES)]


def test_a_long_name_is_broken_at_its_signs_and_reads_as_before():
    text = 'runs/resnet32_cifar100lt+fast@42 <b>'
    made = html_text(text)
    assert made.count('<wbr/>') == 4
    assert 'runs/<wbr/>resnet32_<wbr/>cifar100lt+<wbr/>fast@<wbr/>42' in made
    read = ElementTree.fromstring(f'<p>{made}</p>')
    assert ''.join(read.itertext()) == text


@pytest.mark.parametrize('text', ['a/b', '1_000', 'many, few', 'x' * 40])
def test_a_word_that_fits_or_has_no_sign_stays_whole(text):
    assert html_text(text) == text


def test_a_block_of_code_ends_where_it_ends():
    assert code_block('a\n```\nb').splitlines()[0] == '````'
    assert code_block('a').splitlines() == ['```', 'a', '```']


@pytest.mark.parametrize('name', ['=1+2', '+a', '-a', '@a', ' =1', '\t=1'])
def test_no_spreadsheet_takes_a_name_for_a_formula(name):
    assert csv_cell(name).startswith("'")


@pytest.mark.parametrize('text', ['-1.5', '+2', '-', '1e-3', '-inf', 'a-b'])
def test_a_number_stays_one(text):
    assert csv_cell(text) == text
    assert csv_cell(-1.5) == -1.5


def test_tables_of_the_commands_are_text_too():
    rows = [{'name': name, 'top-1': 1.0} for name in NAMES]
    table = markdown_table(rows)
    assert len(table.splitlines()) == len(NAMES) + 2
    assert '<script' not in table
    text = csv_text(['name', 'top-1'], [list(row.values()) for row in rows])
    read = [*csv.reader(io.StringIO(text))]
    assert [len(row) for row in read] == [2] * (len(NAMES) + 1)
    assert not [row for row in read if row[0].startswith(('=', '+', '-', '@'))]
