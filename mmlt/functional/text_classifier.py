"""A classifier of images from features of texts that name the classes."""

import torch
from torch import Tensor

from .checks import at_least_float32, check_shapes
from .unit_vectors import unit_vectors

__all__ = ['text_classifier_weights']


def text_classifier_weights(
    text_features: Tensor, projection: Tensor
) -> Tensor:
    r"""Weights of a cosine classifier on image features before projection.

    CLIP compares P^T f of an image feature f with a text feature t. Here P t
    stands in its place: f . (P t) is the same dot product, and the classifier
    needs no projection of f.

    Args:
        text_features: (C, T, P), of T texts for each class (such as "a photo
            of a cat."), in the space that CLIP compares in. They are brought
            to length 1, averaged over the texts and to length 1 again.
        projection: (D, P), P: from image features to that space.

    Returns:
        (C, D), each of length 1, in at least float32.

    Raises:
        ValueError: If the shapes do not fit.

    Examples:
        >>> texts = torch.tensor([[[3.0, 4.0]], [[0.0, 2.0]]])
        >>> projection = torch.tensor([[1.0, 0.0], [0.0, 1.0], [0.0, 0.0]])
        >>> text_classifier_weights(texts, projection)
        tensor([[0.6000, 0.8000, 0.0000],
                [0.0000, 1.0000, 0.0000]])

    Source:
        Shi et al. (LIFT), ICML 2024, https://arxiv.org/abs/2309.10019;
        https://github.com/shijxcs/LIFT/blob/1643432e0a9c355fff397a7683b1cb062dcbd091/trainer.py
    """
    check_shapes(
        'Give one matrix of texts per class, and the projection of the image '
        'tower.',
        text_features=(text_features, 'C T P'),
        projection=(projection, 'D P'),
    )
    texts = at_least_float32(text_features)
    mean = unit_vectors(unit_vectors(texts, dim=2).mean(1))
    dtype = torch.promote_types(texts.dtype, projection.dtype)
    return unit_vectors(mean.to(dtype) @ projection.to(dtype).T)
