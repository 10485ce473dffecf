from mmengine.visualization import LocalVisBackend
from mmpretrain.registry import VISBACKENDS

from mmlt.fileio import json_text

__all__ = ['StrictJSONVisBackend']


@VISBACKENDS.register_module()
class StrictJSONVisBackend(LocalVisBackend):
    """mmengine's ``LocalVisBackend`` that writes JSON of any reader.

    The numbers of a training, ``vis_data/scalars.json``, hold those that are
    none, too: the accuracy of a shot group without a class. mmengine writes
    NaN, which is no JSON and which jq, JavaScript and databases refuse; here
    it is null.

    Args:
        *args: As ``LocalVisBackend``.
        **kwargs: As ``LocalVisBackend``.
    """

    def _dump(
        self, value_dict: dict, file_path: str, file_format: str
    ) -> None:
        """Append a line to a file."""
        with open(file_path, 'a', encoding='utf-8') as file:
            file.write(json_text(value_dict, indent=None) + '\n')
