from .distill_classifier import DistillClassifier
from .long_tail_classifier import LongTailClassifier
from .ncl_classifier import NCLClassifier

__all__ = ['DistillClassifier', 'LongTailClassifier', 'NCLClassifier']
