"""Text that a file of a picture or of a page can hold."""

import re

__all__ = ['printable']

# no letters: controls, ends of lines, and marks that turn the direction of
# what follows them
CONTROLS = re.compile(
    r'[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]+'
)


def printable(text: str) -> str:
    """Text with a space for what no XML and no UTF-8 may hold.

    Args:
        text: Of a name, a path or a whole file; tabs and newlines stay. A
            file name that is no UTF-8 has lone surrogates.
    """
    text = CONTROLS.sub(' ', text)
    return text.encode('utf-8', 'replace').decode('utf-8')
