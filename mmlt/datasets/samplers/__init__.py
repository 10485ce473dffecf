from .long_tail_sampler import LongTailSampler

__all__ = ['LongTailSampler']
