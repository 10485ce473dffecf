from .batch_data_sample import (
    BatchDataSample,
    is_batch,
    labels_of,
    unpack_batch,
)
from .mixed_labels import MixedLabels

__all__ = [
    'BatchDataSample',
    'MixedLabels',
    'is_batch',
    'labels_of',
    'unpack_batch',
]
