from .distill_classifier import DistillClassifier
from .long_tail_classifier import LongTailClassifier

__all__ = ['DistillClassifier', 'LongTailClassifier']
