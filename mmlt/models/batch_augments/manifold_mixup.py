from mmpretrain.registry import MODELS
from torch import Tensor, nn

from mmlt.models.epoch_generator import EpochGenerator
from mmlt.structures import MixedLabels

__all__ = ['ManifoldMixup']

Features = Tensor | tuple[Tensor, ...]


@MODELS.register_module()
class ManifoldMixup(nn.Module):
    """Mix the features of a batch inside the network, and its labels.

    ``model=dict(type='LongTailClassifier',
    mixing=dict(type='ManifoldMixup'))`` does it in training. Convention:

        - 'pool' is after the necks that need no labels (the pooling) and
          before the first neck that does. So ``FCCNeck`` scales
          mixed features by the factor of their mixed labels, wherever the
          mixture was made.
        - the random numbers depend on the seed of the run, the epoch and the
          process alone.

    Args:
        location: 'pool', or the name of a part of the backbone whose output
            is mixed: 'layer1', 'layer2', ...
        mixup: How: a config of ``BatchMixup`` or ``BatchRemix``. None is
            ``BatchMixup`` with alpha 1.

    Source:
        Verma et al., ICML 2019, https://arxiv.org/abs/1806.05236, with one
        place throughout instead of one at random; 'pool' and alpha = 1 are the
        settings of Bag of Tricks:
        https://github.com/zhangyongshun/BagofTricks-LT/blob/ce7859a930649d10fb2a4fd4ed9242007eb25e2f/configs/cao_cifar/mixup/manifold_mixup/cifar10_im100_mm_alpha10.yaml#L34-L36
    """

    def __init__(
        self, location: str = 'pool', mixup: dict | nn.Module | None = None
    ) -> None:
        super().__init__()
        if mixup is None:
            mixup = dict(type='BatchMixup', alpha=1.0)
        if isinstance(mixup, dict):
            mixup = MODELS.build(mixup)
        self.location = location
        self.mixup = mixup
        self._epoch_generator = EpochGenerator('ManifoldMixup')

    def set_progress(self, epoch: int, max_epochs: int) -> None:
        """Seed the random numbers of an epoch; called before each.

        Args:
            epoch: Epoch about to begin, counted from 0.
            max_epochs: Epochs in all.
        """
        self._epoch_generator.set_epoch(epoch)

    def random_state(self) -> Tensor | None:
        """How far the random numbers of the epoch are; None: at the start."""
        return self._epoch_generator.state()

    def set_random_state(self, state: Tensor | None) -> None:
        """Go on with them from what :meth:`random_state` was.

        Args:
            state: Of the same epoch, after :meth:`set_progress`.
        """
        self._epoch_generator.set_state(state)

    def forward(
        self, feats: Features, labels: Tensor
    ) -> tuple[Features, MixedLabels]:
        """The mixed features and their labels.

        Args:
            feats: (N, ...), or a tuple of them, all mixed with the same
                weights.
            labels: (N,) int64.
        """
        last = feats if isinstance(feats, Tensor) else feats[-1]
        generator = self._epoch_generator.on(last.device)
        return self.mixup(feats, labels, generator)

    def part_of(self, backbone: nn.Module) -> nn.Module:
        """The part of a backbone that ``location`` names.

        Raises:
            ValueError: If the backbone has no part of that name.
        """
        names = [name for name, _ in backbone.named_children()]
        try:
            if not self.location:
                raise AttributeError  # '' would be the backbone itself
            return backbone.get_submodule(self.location)
        except AttributeError:
            raise ValueError(
                "Expected `location` to be 'pool' or the name of a part of "
                f'{type(backbone).__name__}, but got {self.location!r}. '
                f'Choose among {names}.'
            ) from None

    def run(
        self, backbone: nn.Module, inputs: Tensor, labels: Tensor
    ) -> tuple[Features, MixedLabels]:
        """Features of images, mixed where ``location`` says.

        Args:
            backbone: From images to features.
            inputs: (N, 3, H, W).
            labels: (N,) int64.

        Raises:
            RuntimeError: If that part does not run once per pass.
        """
        found = []

        def mix(part: nn.Module, args: tuple, output: Features) -> Features:
            output, mixed = self(output, labels)
            found.append(mixed)
            return output

        # for this pass alone: a lasting hook would be copied with the model,
        # and the copy would mix by the original
        hook = self.part_of(backbone).register_forward_hook(mix)
        try:
            feats = backbone(inputs)
        finally:
            hook.remove()
        if len(found) != 1:
            raise RuntimeError(
                f'Expected {self.location!r} to run once in a pass through '
                f'{type(backbone).__name__}, but it ran {len(found)} times. '
                'Choose another `location`.'
            )
        return feats, found[0]
