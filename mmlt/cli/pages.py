"""Parts of a page that a program writes, between two marks."""


def between_marks(text: str, begin: str, end: str, new: str) -> str:
    """A page with something else between its marks.

    Args:
        text: The page.
        begin: The first mark.
        end: The second.
        new: What is to stand between them; it brings its own line ends.

    Raises:
        ValueError: If a mark is missing, or they stand the wrong way round.
    """
    before, found, rest = text.partition(begin)
    if not found or end not in rest:
        raise ValueError(
            f'Expected the page to hold {begin} and, after it, {end}, but it '
            'does not. Put both where the table belongs.'
        )
    return f'{before}{begin}{new}{end}{rest.partition(end)[2]}'
