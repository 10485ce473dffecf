"""Pickles of arrays, numbers and texts, read without running them."""

import codecs
import pickle
from collections import OrderedDict
from pathlib import Path
from typing import Any

from mmlt.checkpoints.numpy_data import NUMPY_GLOBALS, with_arrays
from mmlt.checkpoints.plain_data import no_bytes

__all__ = ['PlainUnpickler', 'read_plain_pickle']

ALLOWED = {
    **NUMPY_GLOBALS,
    '_codecs.encode': codecs.encode,
    'builtins.bytes': no_bytes,
    'collections.OrderedDict': OrderedDict,
}


class PlainUnpickler(pickle.Unpickler):
    """Knows numpy's arrays by their stand-ins, and nothing else by name."""

    def find_class(self, module: str, name: str) -> Any:
        """What a pickle asks for by name.

        Raises:
            UnpicklingError: If it is not on the list.
        """
        asked = f'{module}.{name}'
        if asked not in ALLOWED:
            raise pickle.UnpicklingError(f'GLOBAL {asked}')
        return ALLOWED[asked]


def read_plain_pickle(path: str | Path) -> Any:
    """Read a pickle, also one of Python 2; nothing in it is run.

    Args:
        path: The file.

    Raises:
        ValueError: If it is damaged, no pickle, or holds more than data.
    """
    try:
        with open(path, 'rb') as file:
            return with_arrays(PlainUnpickler(file, encoding='latin1').load())
    except OSError:
        raise
    except Exception as error:
        refused = str(error).partition('GLOBAL ')[2]
        what = 'be a whole pickle'
        if refused:
            what = 'hold arrays, numbers and texts alone'
        raise ValueError(
            f'Expected {path} to {what}, but '
            f'{f"it holds {refused}, which is not run" if refused else error}'
            '. Put the official file there.'
        ) from error
