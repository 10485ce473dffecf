"""Predictions of any framework: files and arrays to checked predictions.

- ``reading``: a file to named arrays; ``tables`` (CSV, Parquet) and
  ``pickles`` are its formats
- ``columns``: which array is the scores, and which the labels;
  ``named_columns``: of columns that are named by the classes; ``ranked``: of
  columns that are ranks, as ``mmlt predict`` writes them
- ``classes``: names of the classes, and their training images
- ``given``: all of that as :class:`~mmlt.structures.Predictions`
- ``evaluating``: :func:`evaluate`, for arrays that are there already
"""

from mmlt.star_imports import public_names

from .classes import *
from .columns import *
from .evaluating import *
from .given import *
from .reading import *

__all__ = public_names(globals())
