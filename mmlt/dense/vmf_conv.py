from collections.abc import Sequence

from torch import Tensor

from mmlt.functional import directional_maps

from .vmf_layer import VMFLayer

__all__ = ['VMFConv']


class VMFConv(VMFLayer):
    r"""vMF classifier of every pixel, in the place of a 1 x 1 convolution.

    The logits of a pixel with feature f, f~ = f / |f|, are

        training    kappa_i f~.mu_i + b_i + log n_i
        evaluation  kappa_i f~.mu_i + b_i + log p_i

    with n_i the labeled training pixels of class i and p the ``test_prior``.
    Kappa and b are those of :class:`~mmlt.models.VMFClsHead`. The parameter
    ``weight`` has the name and shape of a 1 x 1 convolution, so its
    checkpoints load; a bias in them is left out. ``weight`` may have any
    length: mu is its direction.

    The counts come from ``PixelCountsHook`` or :meth:`set_class_counts`.

    Args:
        channels: D >= 2.
        num_classes: C >= 2.
        init_kappa: Initial concentration, > 0.
        test_prior: How frequent the classes are where the network is used:
            'balanced', all equally, which mean accuracy asks for; 'train', as
            in training, which the mean overlap (mIoU) often asks for, as it
            counts false pixels of a rare class by the little that this class
            has; a number t between and beyond, for n_i^t; or C numbers > 0.
        test_alpha: Post-training calibration by the overlap of the classes
            (:func:`~mmlt.functional.calibrated_concentration`), in [0, 1]:
            1 keeps the learned kappa where the network is used. To be chosen
            on images that are not those of the test.

    Raises:
        ValueError: If a setting is out of range.

    Source:
        Wang et al., ECCV 2022, https://arxiv.org/abs/2208.10043; Sec. 3 of
        its appendix: kappa begins with 16 on ADE20K. Its code has no part
        for segmentation; the layer is ours.
    """

    counts_hook = 'PixelCountsHook'

    def __init__(
        self,
        channels: int,
        num_classes: int,
        init_kappa: float = 16.0,
        test_prior: str | float | Sequence[float] = 'balanced',
        test_alpha: float = 1.0,
    ) -> None:
        super().__init__(
            (num_classes, channels, 1, 1),
            num_classes,
            init_kappa,
            test_prior,
            test_alpha,
            hint='It is the width of the decode head (`channels`).',
        )

    def forward(self, features: Tensor) -> Tensor:
        """Logits (N, C, H, W), in at least float32, of (N, D, H, W)."""
        self.keep(features)
        kappa, mu = self.vmf_parameters()
        kappa = self.scoring(kappa)
        return directional_maps(features, kappa, mu, self.logit_offset())
