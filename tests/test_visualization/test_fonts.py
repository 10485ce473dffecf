"""Letters that matplotlib's own font does not have."""

import warnings

import pytest
from matplotlib.figure import Figure
from matplotlib.font_manager import fontManager

from mmlt.visualization.fonts import font_families, missing_letters_once
from mmlt.visualization.style import save_figure, theme

PRIVATE = '\ue123\ue124'  # no font has letters for these


def figure_of(title):
    with theme():
        figure = Figure(figsize=(2, 2), layout='constrained')
        figure.add_subplot().set_title(title)
    return figure


def warnings_of(call, *arguments):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter('always')
        call(*arguments)
    return [str(warning.message) for warning in caught]


def test_further_fonts_are_those_of_the_machine(monkeypatch):
    names = ['DejaVu Sans', 'PingFang SC', 'Noto Sans CJK SC', 'Unknown']
    monkeypatch.setattr(fontManager, 'get_font_names', lambda: names)
    assert font_families() == ['sans-serif', 'Noto Sans CJK SC', 'PingFang SC']
    monkeypatch.setattr(fontManager, 'get_font_names', lambda: [])
    assert font_families() == ['sans-serif']


@pytest.mark.parametrize('ending', ['png', 'pdf'])
def test_one_warning_for_all_missing_letters(tmp_path, ending):
    figure = figure_of(f'a {PRIVATE} and {PRIVATE}')
    (said,) = warnings_of(save_figure, figure, tmp_path / f'a.{ending}')
    assert said.startswith(
        'No font of this machine has the letters \ue123 \ue124:'
    )
    assert 'Write an .svg' in said


def test_a_long_list_of_missing_letters_is_cut(tmp_path):
    letters = ''.join(chr(0xE100 + number) for number in range(11))
    (said,) = warnings_of(save_figure, figure_of(letters), tmp_path / 'a.png')
    assert ' '.join(letters[:10]) + ' ...:' in said


def test_letters_of_the_own_font_and_an_svg_say_nothing(tmp_path):
    assert not warnings_of(save_figure, figure_of('Año'), tmp_path / 'a.png')
    path = tmp_path / 'a.svg'
    assert not warnings_of(save_figure, figure_of(PRIVATE), path)
    assert PRIVATE in path.read_text(encoding='utf-8')


def test_other_warnings_are_passed_on():
    def other():
        with missing_letters_once():
            warnings.warn('something else', RuntimeWarning, stacklevel=1)

    with pytest.warns(RuntimeWarning, match='^something else$'):
        other()
