"""Random numbers that a resumed run draws as an uninterrupted one would."""

import zlib

import torch
from mmengine.dist import get_rank

__all__ = ['EpochGenerator']


class EpochGenerator:
    """Makes a generator per epoch, process and purpose.

    Its numbers depend on the seed of the run (``randomness``), the epoch,
    the process and the purpose alone, not on what was drawn before.

    Args:
        purpose: A name; parts with different ones draw independently.
    """

    def __init__(self, purpose: str = '') -> None:
        # zlib's, because Python's own hash of a string changes from process
        # to process
        self.purpose = (zlib.crc32(purpose.encode()),) if purpose else ()
        self.epoch = 0
        self._generator: torch.Generator | None = None
        self._state: torch.Tensor | None = None

    def set_epoch(self, epoch: int) -> None:
        """Begin an epoch, counted from 0."""
        self.epoch = epoch
        self._generator = self._state = None

    def state(self) -> torch.Tensor | None:
        """How far it is in the epoch; None: nothing was drawn yet."""
        if self._generator is None:
            return self._state
        return self._generator.get_state()

    def set_state(self, state: torch.Tensor | None) -> None:
        """Go on in the epoch from what :meth:`state` was."""
        self._generator, self._state = None, state

    def on(self, device: torch.device | str) -> torch.Generator:
        """The generator of this epoch, on a device."""
        if self._generator is None:
            seed = (torch.initial_seed(), self.epoch, get_rank())
            self._generator = torch.Generator(device)
            self._generator.manual_seed(hash(seed + self.purpose) % 2**63)
            if self._state is not None:
                self._generator.set_state(self._state.cpu())
        return self._generator
