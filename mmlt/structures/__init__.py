from .batch_data_sample import (
    BatchDataSample,
    is_batch,
    labels_of,
    unpack_batch,
)

__all__ = ['BatchDataSample', 'is_batch', 'labels_of', 'unpack_batch']
