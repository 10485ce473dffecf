"""A trained model as plain torch: images to logits, nothing of training."""

import copy
import json

import torch
from mmengine.config import Config
from mmpretrain.models import ClsHead, ImageClassifier, LinearClsHead
from torch import Tensor, nn

from mmlt.functional import linear_logits
from mmlt.models import LongTailClassifier
from mmlt.models.heads.reading import head_to_linear
from mmlt.posthoc.steps import Calibrator

from .inference import (
    dataset_settings,
    network_reads_rgb,
    preprocessor_settings,
)

# a subclass may score in another way
PLAIN_CLASSIFIERS = (ImageClassifier, LongTailClassifier)


def necks_of(model: nn.Module) -> list[nn.Module]:
    """Necks of a model that do something at test."""
    neck = getattr(model, 'neck', None)
    if neck is None:
        return []
    necks = list(neck) if isinstance(neck, nn.Sequential) else [neck]
    return [n for n in necks if not getattr(n, 'only_in_training', False)]


class PlainClassifier(nn.Module):
    """Images to scores: backbone, necks, and a linear classifier.

    What a head or a neck only needs in training is left out. A head that is
    not a linear classifier at test is kept as it is.

    Args:
        model: In evaluation mode; not changed.
        config: Its recipe.
        with_preprocessing: Whether it takes RGB pixel values, 0 to 255,
            uint8 or not, instead of what the data preprocessor makes of
            them.
        scores: What is done to the logits, see :class:`Scores`; None:
            nothing.
    """

    def __init__(
        self,
        model: nn.Module,
        config: Config,
        with_preprocessing: bool = False,
        scores: nn.Module | None = None,
    ) -> None:
        super().__init__()
        self.scores = scores
        model = copy.deepcopy(model)
        settings = preprocessor_settings(config)
        self.swap = with_preprocessing and not network_reads_rgb(config)
        self.normalize_pixels = with_preprocessing and bool(
            settings.get('mean')
        )
        if self.normalize_pixels:
            for name in ('mean', 'std'):
                value = torch.tensor(settings[name], dtype=torch.float32)
                self.register_buffer(name, value.view(-1, 1, 1))
        self.model = self.backbone = None
        if not is_plain_chain(model):
            self.model = model
            return
        self.backbone = model.backbone
        self.necks = nn.ModuleList(necks_of(model))
        weight, bias, self.normalize_features = head_to_linear(model.head)
        dtype = next(model.parameters()).dtype
        self.register_buffer('weight', weight.detach().to(dtype))
        self.register_buffer('bias', bias.detach().to(dtype))

    def forward(self, images: Tensor) -> Tensor:
        """Logits (N, C), or what ``scores`` makes of them.

        Args:
            images: (N, 3, H, W).
        """
        logits = self.logits(images)
        return logits if self.scores is None else self.scores(logits)

    def logits(self, images: Tensor) -> Tensor:
        """Logits (N, C) of the network.

        Args:
            images: (N, 3, H, W).
        """
        if self.swap:
            images = images.flip(1)
        if not images.is_floating_point():
            images = images.float()
        if self.normalize_pixels:
            images = (images - self.mean) / self.std
        if self.model is not None:
            return self.model(images, mode='tensor')
        features = self.backbone(images)
        for neck in self.necks:
            features = neck(features)
        return linear_logits(
            features[-1], self.weight, self.bias, self.normalize_features
        )


class Scores(nn.Module):
    """What an export makes of the logits.

    Args:
        calibrator: That was fitted for the network, or None.
        probabilities: Whether the softmax is inside.
    """

    def __init__(
        self, calibrator: Calibrator | None, probabilities: bool
    ) -> None:
        super().__init__()
        self.calibrator = calibrator
        self.probabilities = probabilities

    def forward(self, logits: Tensor) -> Tensor:
        """(N, C) logits to (N, C) logits or probabilities."""
        logits = self.logits(logits)
        return logits.softmax(dim=1) if self.probabilities else logits

    def logits(self, logits: Tensor) -> Tensor:
        """(N, C) logits, calibrated where there is a calibrator."""
        return logits if self.calibrator is None else self.calibrator(logits)

    def words(self) -> str:
        """What comes out."""
        what = 'probabilities' if self.probabilities else 'logits'
        if self.calibrator is None:
            return what
        return (
            f'{what}, calibrated by {self.calibrator.name}, fitted on '
            f'{self.calibrator.fitted_on}'
        )


def is_plain_chain(model: nn.Module) -> bool:
    """Whether a model is backbone, necks and a linear classifier at test."""
    head = getattr(model, 'head', None)
    plain = (
        type(model) in PLAIN_CLASSIFIERS
        and isinstance(head, ClsHead)
        and type(head).pre_logits
        in (ClsHead.pre_logits, LinearClsHead.pre_logits)
    )
    if not plain:
        return False
    try:
        head_to_linear(head)
    except TypeError:
        return False
    return True


def description(
    config: Config,
    meta: dict,
    preprocessing: bool,
    output: str = 'logits',
    size: int | tuple[int, int] | None = None,
) -> str:
    """JSON text that travels in an exported file: classes and input.

    Args:
        config: The recipe.
        meta: Of the checkpoint.
        preprocessing: Whether the model takes pixel values.
        output: What comes out, in words.
        size: Side, or (height, width), of the images; None: not said.
    """
    settings = preprocessor_settings(config)
    content = {
        'input': 'RGB pixel values, 0 to 255'
        if preprocessing
        else '(pixels - mean) / std, pixel values 0 to 255',
        'output': output,
        'channels': 'RGB'
        if preprocessing or network_reads_rgb(config)
        else 'BGR',
        'classes': list(meta.get('dataset_meta', {}).get('classes') or []),
    }
    if size is not None:
        content['image_size'] = [size, size] if isinstance(size, int) else size
        content['resizing'] = resizing_of(config)
    if not preprocessing:
        content['mean'] = list(settings.get('mean') or [])
        content['std'] = list(settings.get('std') or [])
    return json.dumps(content, ensure_ascii=False, allow_nan=False)


def resizing_of(config: Config) -> list[dict]:
    """Steps of the test between reading a file and the network's input.

    Returns:
        Settings of mmpretrain's transforms, in order; of a data set in
        memory, which resizes nothing, none.
    """
    steps = dataset_settings(config).get('pipeline') or []
    return [
        dict(step)
        for step in steps
        if not step['type'].startswith('LoadImage')
        and step['type'] != 'PackInputs'
    ]
