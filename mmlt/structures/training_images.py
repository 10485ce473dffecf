"""Training images as a network sees them, for a person to look at."""

from dataclasses import dataclass

from PIL.Image import Image

__all__ = ['ClassImages', 'ShownImage', 'TrainingImages']


@dataclass(frozen=True)
class ShownImage:
    """One training image and what becomes of it.

    Args:
        original: As it lies in the data set, RGB.
        name: Of its file, or ''.
        versions: As the network gets it, each time with other random
            numbers; the mean and standard deviation are put back.
        labels: What each version is labeled with, in words, where that is
            more than its class; else ''.
    """

    original: Image
    name: str
    versions: list[Image]
    labels: list[str]


@dataclass(frozen=True)
class ClassImages:
    """Some images of a class.

    Args:
        name: Of the class.
        count: Its training images.
        images: Those that are shown.
    """

    name: str
    count: int
    images: list[ShownImage]


@dataclass(frozen=True)
class TrainingImages:
    """Images of some classes of a training set.

    Args:
        dataset: Class of the data set.
        counts: (C,) training images of every class, shown or not.
        classes: Those that are shown, most training images first.
        steps: What is done to an image: a heading, and a line for each step.
        seed: Of the draw and of the random numbers.
    """

    dataset: str
    counts: list[int]
    classes: list[ClassImages]
    steps: dict[str, list[str]]
    seed: int
