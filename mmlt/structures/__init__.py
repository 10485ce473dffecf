from .batch_data_sample import (
    BatchDataSample,
    is_batch,
    labels_of,
    unpack_batch,
)
from .mixed_labels import MixedLabels
from .predictions import Predictions, load_predictions, save_predictions

__all__ = [
    'BatchDataSample',
    'MixedLabels',
    'Predictions',
    'is_batch',
    'labels_of',
    'load_predictions',
    'save_predictions',
    'unpack_batch',
]
