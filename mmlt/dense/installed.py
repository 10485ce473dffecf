"""Says what is missing, before a part of it is."""

import importlib.util

__all__ = [
    'HAS_DETECTION',
    'HAS_SEGMENTATION',
    'require_detection',
    'require_segmentation',
]

HAS_SEGMENTATION = importlib.util.find_spec('mmseg') is not None
HAS_DETECTION = importlib.util.find_spec('mmdet') is not None


def require_segmentation() -> None:
    """Raise where mmsegmentation is not installed.

    Raises:
        ImportError: With the command that installs it.
    """
    if not HAS_SEGMENTATION:
        raise ImportError(
            'Expected mmsegmentation for mmlt.dense, but it is not '
            "installed. Install it with pip install 'mmlt[seg]'."
        )


def require_detection() -> None:
    """Raise where mmdetection is not installed.

    Raises:
        ImportError: With the commands that install it.
    """
    if not HAS_DETECTION:
        raise ImportError(
            'Expected mmdetection for mmlt.dense.detection, but it is not '
            "installed. Install it with pip install 'mmlt[det]' and pip "
            "install --no-deps 'onedl-mmdetection>=3.5.1,<3.6' "
            '(docs/detection.md says why).'
        )
