"""Fonts for letters that the font of matplotlib does not have."""

import logging
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import matplotlib as mpl
from matplotlib.font_manager import fontManager

__all__ = ['font_families', 'missing_letters_once']

# what systems bring along for the letters that 'DejaVu Sans' lacks
FURTHER_FONTS = (
    # Chinese, Japanese and Korean: free ones, Windows, macOS
    'Noto Sans CJK SC',
    'Noto Sans CJK JP',
    'Noto Sans CJK KR',
    'Noto Sans SC',
    'Noto Sans JP',
    'Noto Sans KR',
    'Source Han Sans SC',
    'WenQuanYi Micro Hei',
    'WenQuanYi Zen Hei',
    'Droid Sans Fallback',
    'NanumGothic',
    'Microsoft YaHei',
    'SimHei',
    'Yu Gothic',
    'Malgun Gothic',
    'PingFang SC',
    'Hiragino Sans',
    'Hiragino Sans GB',
    'Apple SD Gothic Neo',
    'Arial Unicode MS',
    # Indic scripts and Thai
    'Noto Sans Devanagari',
    'Noto Sans Bengali',
    'Noto Sans Tamil',
    'Noto Sans Thai',
    'Nirmala UI',
    'Leelawadee UI',
    'Kohinoor Devanagari',
    'Thonburi',
)
MISSING = re.compile(r'Glyph (\d+) .*missing from')


def font_families() -> list[str]:
    """Fonts in the order in which a letter is looked for.

    Returns:
        Matplotlib's own, and those of a list of further ones that this
        machine has.
    """
    installed = set(fontManager.get_font_names())
    return ['sans-serif', *filter(installed.__contains__, FURTHER_FONTS)]


@contextmanager
def missing_letters_once(tell: bool = True) -> Iterator[None]:
    """Join the warnings of letters without a font.

    Matplotlib warns of each of them, each time that it measures a text, and
    of each further font that has no normal weight.

    Args:
        tell: Whether to warn at the end; not of a file that holds letters,
            not their shapes.
    """
    letters: dict[str, None] = {}
    logger = logging.getLogger(fontManager.__module__)
    level = logger.level
    try:
        logger.setLevel(logging.ERROR)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter('always')
            yield
    finally:
        logger.setLevel(level)
    for warning in caught:
        found = MISSING.match(str(warning.message))
        if found:
            letters[chr(int(found[1]))] = None
        else:
            warnings.warn_explicit(
                warning.message,
                warning.category,
                warning.filename,
                warning.lineno,
            )
    if letters and tell:
        first = ' '.join(list(letters)[:10])
        more = ' ...' if len(letters) > 10 else ''
        warnings.warn(
            f'No font of this machine has the letters {first}{more}: they are '
            'boxes in the picture. Write an .svg, which the fonts of its '
            'reader draw, or install a font with these letters ("Noto Sans '
            'CJK SC" has the Chinese, Japanese and Korean ones) and delete '
            f'{mpl.get_cachedir()}, where matplotlib remembers the fonts.',
            stacklevel=3,
        )
