from .long_tail_classifier import LongTailClassifier

__all__ = ['LongTailClassifier']
