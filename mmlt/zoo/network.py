"""A trained network in use: images in, class names and probabilities out."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from mmengine.config import Config
from mmengine.dataset import Compose, pseudo_collate
from mmengine.registry import DefaultScope
from mmpretrain.registry import TRANSFORMS
from PIL import Image, ImageOps
from torch import Tensor, nn

from mmlt.datasets.image_check import image_problem
from mmlt.datasets.pipelines import pipeline_of
from mmlt.export.inference import inference_config, input_size
from mmlt.posthoc.steps import Calibrator
from mmlt.runs.checkpoint import load_model
from mmlt.runs.predict import trained_classes

from .image_files import image_files

__all__ = ['Network', 'Prediction']

OneImage = str | Path | Image.Image | np.ndarray


@dataclass(frozen=True, repr=False)
class Prediction:
    """What a network says of one image.

    Args:
        classes: C names.
        probabilities: (C,) float32 on the CPU, in the order of ``classes``.
        path: Of the image; None where it was no file.
    """

    classes: tuple[str, ...]
    probabilities: Tensor
    path: Path | None = None

    def __repr__(self) -> str:
        """The most probable class alone, of however many."""
        where = '' if self.path is None else f', path={str(self.path)!r}'
        return (
            f'Prediction(name={self.name!r}, '
            f'probability={self.probability:.4f}{where})'
        )

    @property
    def name(self) -> str:
        """The most probable class."""
        return self.top(1)[0][0]

    @property
    def probability(self) -> float:
        """Its probability, in [0, 1]."""
        return self.top(1)[0][1]

    def top(self, k: int = 5) -> list[tuple[str, float]]:
        """The k most probable classes, or all where there are fewer.

        Args:
            k: How many.

        Returns:
            (name, probability), the most probable one first.
        """
        k = min(k, len(self.classes))
        values, places = self.probabilities.topk(k)
        return [
            (self.classes[place], value)
            for value, place in zip(
                values.tolist(), places.tolist(), strict=True
            )
        ]


class Network(nn.Module):
    """A classifier with its preprocessing and its class names.

    Convention:
        Images are RGB with pixel values from 0 to 255, as PIL and most
        libraries have them; not BGR, as mmpretrain and OpenCV.

    Args:
        config: Of the training.
        checkpoint: File or address of its weights.
        calibrator: Between the logits and the softmax of :meth:`predict`;
            None: the probabilities are those of the network itself.

    Attributes:
        model: mmpretrain's classifier, for features or further training.
        metainfo: 'classes', C names; 'class_counts', (C,) training images
            or None; 'image_size', (height, width) that the network gets;
            'mean' and 'std' of the normalization, RGB, or None.

    Raises:
        FileNotFoundError: If there is no such checkpoint.
        ValueError: If it is not that of the config.
    """

    def __init__(
        self,
        config: Config,
        checkpoint: str | Path,
        calibrator: Calibrator | None = None,
        weights: str | None = None,
    ) -> None:
        super().__init__()
        size = input_size(config)
        # mmpretrain's pipelines read files as BGR, and so does this config
        config = inference_config(config)
        self.model, content = load_model(config, checkpoint, weights=weights)
        steps = pipeline_of(config.test_dataloader.dataset)
        with DefaultScope.overwrite_default_scope('mmpretrain'):
            read, *steps = [TRANSFORMS.build(step) for step in steps]
        self.read, self.steps = read, Compose(steps)
        meta = content['meta']
        known = trained_classes(meta)
        number = getattr(self.model.head, 'num_classes', 0)
        pixels = self.model.data_preprocessor
        normalizes = getattr(pixels, '_enable_normalize', False)
        order = 1 if getattr(pixels, 'to_rgb', False) else -1
        self.metainfo = {
            'classes': tuple(map(str, known or range(number))),
            'class_counts': meta.get('class_counts'),
            'image_size': (size, size) if isinstance(size, int) else size,
            **{
                name: getattr(pixels, name).flatten().tolist()[::order]
                if normalizes
                else None
                for name in ('mean', 'std')
            },
        }
        self.calibrator = calibrator
        self.eval()

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the classes, in the order of the logits."""
        return self.metainfo['classes']

    def forward(self, images: Tensor) -> Tensor:
        """Logits (N, C), before a calibrator.

        Args:
            images: (N, 3, H, W) RGB pixel values from 0 to 255, uint8 or
                floating point, of the size ``metainfo['image_size']``.
        """
        return self.model(self.normalized(images), mode='tensor')

    def normalized(self, images: Tensor) -> Tensor:
        """What ``model`` takes, on its device.

        Args:
            images: As :meth:`forward`.

        Returns:
            (N, 3, H, W) float32.
        """
        # mmengine's models note where they are in their own `to` alone
        self.model.to(next(self.model.parameters()).device)
        data = {'inputs': images.flip(1)}
        return self.model.data_preprocessor(data)['inputs']

    @torch.no_grad()
    def predict(
        self,
        images: OneImage | Iterable[OneImage],
        batch_size: int = 32,
    ) -> Prediction | list[Prediction]:
        """Class names and probabilities of images.

        Images are prepared as those of the test set of the recipe.

        Args:
            images: One or several: path of a file, image of PIL, or array
                (H, W, 3) uint8 RGB or (H, W) gray; or an array (N, H, W, 3);
                or the path of a folder, for all images in it and below.
            batch_size: Images that go through the network at once.

        Returns:
            A prediction for one image, else a list of them.

        Raises:
            FileNotFoundError: If a file does not exist, or a folder has no
                image.
            TypeError: If an image is something else.
            ValueError: If a file is no image, or an array has another form.
        """
        if isinstance(images, str | Path) and Path(images).is_dir():
            images = image_files([images])
        if isinstance(images, str | Path | Image.Image) or (
            isinstance(images, np.ndarray) and images.ndim < 4
        ):
            return self.predict([images], batch_size)[0]
        if not isinstance(images, Iterable):
            pixels_of(images)  # says what an image is
        found: list[Prediction] = []
        images = iter(images)
        while batch := list(islice(images, batch_size)):
            found += self._predict_batch(batch)
        return found

    def _predict_batch(self, images: list[OneImage]) -> list[Prediction]:
        found = self.predict_prepared([self.prepared(i) for i in images])
        return [
            replace(one, path=Path(image))
            if isinstance(image, str | Path)
            else one
            for one, image in zip(found, images, strict=True)
        ]

    @torch.no_grad()
    def predict_prepared(self, images: list[dict]) -> list[Prediction]:
        """A batch of images that :meth:`prepared` made."""
        pixels = torch.stack(pseudo_collate(images)['inputs']).flip(1)
        rows = self.probabilities_of(self(pixels)).cpu()
        names = self.classes or tuple(map(str, range(rows.shape[1])))
        return [Prediction(names, row) for row in rows]

    def probabilities_of(self, logits: Tensor) -> Tensor:
        """Softmax of logits, calibrated where there is a calibrator.

        Args:
            logits: (N, C) of :meth:`forward`.

        Returns:
            (N, C) float32.
        """
        if self.calibrator is not None:
            logits = self.calibrator(logits.double())
        return logits.float().softmax(dim=1)

    def prepared(self, image: OneImage) -> dict:
        """One image as the pipeline of the test makes it.

        Args:
            image: As :meth:`predict`.

        Returns:
            With 'inputs', (3, H, W) BGR.
        """
        if isinstance(image, str | Path):
            return self.steps(self._read(Path(image)))
        pixels = np.ascontiguousarray(pixels_of(image)[:, :, ::-1])
        shape = pixels.shape[:2]
        return self.steps(
            {'img': pixels, 'img_shape': shape, 'ori_shape': shape}
        )

    def _read(self, path: Path) -> dict:
        if not path.is_file():
            what = 'is a folder' if path.is_dir() else 'does not exist'
            raise FileNotFoundError(
                f'Expected an image, but {path} {what}. Name a file.'
            )
        try:
            return self.read({'img_path': str(path)})
        except Exception as error:
            raise ValueError(
                f'Expected {path} to be an image, but it cannot be read '
                f'({image_problem(str(path)) or type(error).__name__}). '
                'Leave it out; `mmlt predict` passes over such files and '
                'names them.'
            ) from error


def pixels_of(image: Image.Image | np.ndarray) -> np.ndarray:
    """(H, W, 3) uint8 RGB of an image.

    Raises:
        TypeError: If it is no image.
        ValueError: If an array has another form, or an image of PIL has
            pixels of more than 8 bits.
    """
    if isinstance(image, Image.Image):
        if image.mode[0] in 'IF':
            raise ValueError(
                'Expected an image of PIL with pixels of 8 bits, but got the '
                f'mode {image.mode!r}, of which PIL would cut off all above '
                '255. Name its file, or scale it and convert it to RGB first.'
            )
        return np.asarray(ImageOps.exif_transpose(image).convert('RGB'))
    if not isinstance(image, np.ndarray):
        raise TypeError(
            'Expected an image to be the path of a file, an image of PIL or '
            f'an array (H, W, 3), but got {type(image).__name__}. Tensors '
            'of pixel values go to the network itself: network(images).'
        )
    given = image
    if image.ndim == 2:
        image = np.repeat(image[:, :, None], 3, axis=2)
    if image.dtype != np.uint8 or image.shape[2:] != (3,) or not image.size:
        raise ValueError(
            'Expected an image to be an array (H, W, 3), or gray (H, W), of '
            f'uint8 from 0 to 255, but got {given.shape} of {given.dtype}. '
            'Convert it first.'
        )
    return image
