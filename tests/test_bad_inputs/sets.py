"""Sets, lists of images, images and class files that are wrong."""

from .bad_input import BadInput

ROWS: list[BadInput] = []
