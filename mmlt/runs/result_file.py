"""The file of predictions that ``mmlt test --out FILE.pkl`` writes."""

import mmengine
from mmengine.evaluator import DumpResults
from mmengine.logging import print_log

from mmlt.fileio import whole_file

from .predict import places_of_images

__all__ = ['ResultFile']


class ResultFile(DumpResults):
    """mmengine's list of predictions, each with the image that it is of.

    Each has 'sample_idx', its place in the data set, by which mmpretrain's
    ``analyze_results.py`` finds the image, and 'img_path' where there is a
    file. The pickle is there whole or not at all.

    Args:
        path: Ends with .pkl or .pickle.
        dataset: What is tested on, in order.
    """

    def __init__(self, path: str, dataset) -> None:
        super().__init__(path)
        self.dataset = dataset

    def compute_metrics(self, results: list[dict]) -> dict:
        """Write the predictions of all processes."""
        found = places_of_images(self.dataset, len(results))
        for place, result in enumerate(results if found else []):
            result['sample_idx'] = place
            if 'image_paths' in found:
                result['img_path'] = found['image_paths'][place]
        with whole_file(self.out_file_path) as draft:
            mmengine.dump(results, draft)
        print_log(
            f'The predictions are in {self.out_file_path}.', logger='current'
        )
        return {}
