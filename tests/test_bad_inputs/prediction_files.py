"""Files of predictions, and other files of numbers, that are wrong."""

from .bad_input import BadInput

ROWS: list[BadInput] = []
