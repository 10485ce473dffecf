"""Named numbers to pictures; nothing is computed here."""

from .by_count import by_class_count
from .clusters import feature_map
from .curves import training_curves
from .matrices import confusion_matrix, overlap_matrix
from .recall import recall_by_class
from .reliability import reliability_diagram
from .strategies import accuracy_by_strategy
from .style import css_svg, file_svg, save_figure, side_by_side, theme

__all__ = [
    'accuracy_by_strategy',
    'by_class_count',
    'confusion_matrix',
    'css_svg',
    'feature_map',
    'file_svg',
    'overlap_matrix',
    'recall_by_class',
    'reliability_diagram',
    'save_figure',
    'side_by_side',
    'theme',
    'training_curves',
]
