import os
from collections.abc import Sequence

import torch
from mmpretrain.registry import MODELS
from mmpretrain.structures import DataSample
from torch import Tensor, nn

from mmlt.structures import labels_of
from mmlt.weights import (
    check_weights,
    load_weights,
    read_checkpoint,
    weights_of,
)

from .long_tail_classifier import LongTailClassifier

__all__ = ['DistillClassifier']


@MODELS.register_module()
class DistillClassifier(LongTailClassifier):
    """A classifier that learns from the logits of a trained one, the teacher.

    The teacher sees the same augmented batch, in evaluation mode and without
    gradient, and the head's loss gets ``teacher_logits`` (``DiVELoss``). The
    teacher is not part of the model: it is neither in the checkpoint nor in
    the optimizer, and is not needed at test. It is built and loaded when the
    training begins.

    Args:
        teacher: Config of the teacher's model.
        teacher_checkpoint: Its checkpoint, a file or a URL. None in a recipe
            whose ``first_stage`` trains the teacher, which then names it.
        **kwargs: Of the student, as for mmpretrain's ``ImageClassifier``.

    Raises:
        FileNotFoundError: If the checkpoint is missing when training begins.
        ValueError: If none is named, or it does not fit the teacher.

    Source:
        Hinton et al., 2015, https://arxiv.org/abs/1503.02531; as used by He et
        al. (DiVE), ICCV 2021, https://arxiv.org/abs/2103.15042
    """

    def __init__(
        self,
        *args,
        teacher: dict,
        teacher_checkpoint: str | None = None,
        **kwargs,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.teacher = teacher
        self.teacher_checkpoint = teacher_checkpoint
        # in a tuple, so that it is no submodule
        self._loaded: tuple[nn.Module, ...] = ()

    def init_weights(self) -> None:
        """Initialize the student and load the teacher; training begins."""
        super().init_weights()
        self.load_teacher()

    def load_teacher(self) -> None:
        """Build the teacher and load its checkpoint."""
        path = self.teacher_checkpoint
        if path is None:
            raise ValueError(
                'Expected `model.teacher_checkpoint` to name the checkpoint '
                'of the teacher, but it is None. Train with mmlt train, which '
                'trains the teacher of `first_stage` first, or name one.'
            )
        if '://' not in path and not os.path.isfile(path):
            raise FileNotFoundError(
                f'Expected the checkpoint of the teacher, but {path} does '
                'not exist. Train the teacher first ('
                f'{training_command(path)}), or name another one: '
                '--cfg-options model.teacher_checkpoint=FILE.'
            )
        config = dict(self.teacher)
        config.pop('data_preprocessor', None)  # the student's made the batch
        model = MODELS.build(config)
        content = read_checkpoint(path)
        check_weights(content, path)
        weights = {
            name: value
            for name, value in weights_of(content).items()
            if not name.startswith('data_preprocessor.')
        }
        load_weights(model, weights, path, strict=True)
        model.requires_grad_(False)
        self._loaded = (model.eval(),)

    @torch.no_grad()
    def teacher_logits(self, inputs: Tensor) -> Tensor:
        """Logits (N, C) of the teacher at test, of images (N, 3, H, W)."""
        if not self._loaded:
            self.load_teacher()
        (teacher,) = self._loaded
        return teacher.to(inputs)(inputs, mode='tensor')

    def loss(
        self, inputs: Tensor, data_samples: Sequence[DataSample]
    ) -> dict[str, Tensor]:
        """Losses of a training batch.

        Args:
            inputs: (N, 3, H, W).
            data_samples: N ``DataSample``, or one ``BatchDataSample``.

        Returns:
            Named scalar losses.
        """
        feats = self.extract_feat(inputs, labels=labels_of(data_samples))
        return self.head.loss(
            feats, data_samples, teacher_logits=self.teacher_logits(inputs)
        )


def training_command(checkpoint: str) -> str:
    """Command that makes work_dirs/METHOD/NAME/epoch_N.pth."""
    folder, name = os.path.split(os.path.dirname(checkpoint))
    config = f'configs/{os.path.basename(folder)}/{name}.py'
    if not os.path.isfile(config):
        config = 'CONFIG'
    return f'python tools/train.py {config}'
