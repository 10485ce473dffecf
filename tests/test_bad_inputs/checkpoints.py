"""Checkpoints that are wrong."""

from .bad_input import BadInput

ROWS: list[BadInput] = []
