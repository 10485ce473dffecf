"""The pipeline in the config of a data set, through its wrappers."""

import copy

__all__ = ['pipeline_of', 'with_pipeline']


def pipeline_of(dataset: dict) -> list:
    """The pipeline of a dataset, through its wrappers."""
    while 'pipeline' not in dataset and isinstance(
        dataset.get('dataset'), dict
    ):
        dataset = dataset['dataset']
    return dataset.get('pipeline', [])


def with_pipeline(dataset: dict, pipeline: list) -> dict:
    """A dataset with another pipeline, through its wrappers."""
    dataset = copy.deepcopy(dataset)
    inner = dataset
    while 'pipeline' not in inner and isinstance(inner.get('dataset'), dict):
        inner = inner['dataset']
    inner['pipeline'] = copy.deepcopy(pipeline)
    return dataset
