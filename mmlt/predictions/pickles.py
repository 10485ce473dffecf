"""Predictions that were pickled, read without running anything of the file.

What Lightning, Hugging Face and mmpretrain write: arrays, tensors, lists of
batches, and two classes of Hugging Face around them.
"""

import io
import zipfile
from pathlib import Path
from typing import Any

from torch._utils import _rebuild_tensor_v2

from mmlt.checkpoints.numpy_data import with_arrays
from mmlt.checkpoints.plain_data import load_plain, refused_name
from mmlt.datasets.plain_pickle import PlainUnpickler

__all__ = ['read_pickle']


class PredictionOutput(dict):
    """Stands in for what ``Trainer.predict`` of Hugging Face returns."""

    def __new__(cls, *values: Any) -> 'PredictionOutput':
        """The fields of the named tuple, by their names."""
        made = super().__new__(cls)
        names = ('predictions', 'label_ids', 'metrics')
        made.update(zip(names, values, strict=False))
        return made

    def __setstate__(self, state: dict) -> None:
        """The attributes of ``EvalPrediction``."""
        self.update(state)


def storage_of(content: bytes) -> Any:
    """Stands in for torch's reader of a storage, as data alone."""
    return load_plain(io.BytesIO(content))


ALLOWED = {
    'torch._utils._rebuild_tensor_v2': _rebuild_tensor_v2,
    'torch.storage._load_from_bytes': storage_of,
    'transformers.trainer_utils.PredictionOutput': PredictionOutput,
    'transformers.trainer_utils.EvalPrediction': PredictionOutput,
}


class PredictionsUnpickler(PlainUnpickler):
    """Knows arrays, tensors, and what Hugging Face puts around them."""

    def find_class(self, module: str, name: str) -> Any:
        """What a pickle asks for by name.

        Raises:
            UnpicklingError: If it is not on the list.
        """
        known = ALLOWED.get(f'{module}.{name}')
        return known or super().find_class(module, name)


def read_pickle(path: str | Path) -> Any:
    """Read a file of ``pickle.dump`` or ``torch.save`` as data.

    Args:
        path: The file.

    Returns:
        What was saved.

    Raises:
        ValueError: If it is damaged, or holds more than data.
    """
    try:
        if zipfile.is_zipfile(path):  # of torch.save
            return load_plain(path)
        with open(path, 'rb') as file:
            made = PredictionsUnpickler(file, encoding='latin1').load()
        return with_arrays(made)
    except OSError:
        raise
    except Exception as error:
        name = refused_name(error)
        if name is None:
            raise ValueError(
                f'Expected {path} to be a whole pickle, but it cannot be '
                f'read ({type(error).__name__}). Write it again, or save '
                'arrays: np.savez("p.npz", logits=..., labels=...).'
            ) from error
        raise ValueError(
            f'Expected {path} to hold arrays, tensors, numbers and texts '
            f'alone, but it holds {name}, and reading that could run code of '
            'whoever made the file. Save arrays in its place: '
            'np.savez("p.npz", logits=..., labels=...).'
        ) from error
