"""A work directory: config, checkpoint, record, log, splits, predictions.

The doors, one for each:

- ``folder``: :func:`~mmlt.runs.folder.find_run`,
  :func:`~mmlt.runs.folder.read_work_dir`
- ``recipes``: :func:`~mmlt.runs.recipes.load_recipe`
- ``checkpoint``: :func:`~mmlt.runs.checkpoint.load_model`,
  :func:`~mmlt.runs.checkpoint.read_checkpoint`
- ``predict``: :func:`~mmlt.runs.predict.predictions_of`
- ``dump``: :func:`~mmlt.runs.dump.load_predictions`,
  :func:`~mmlt.runs.dump.save_predictions`
- ``record`` and ``log``: what made a run, and what it logged
"""

from mmlt.environment import require_trainer

require_trainer()
