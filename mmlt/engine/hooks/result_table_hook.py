import math

from mmengine.hooks import Hook
from mmpretrain.registry import HOOKS

__all__ = ['ResultTableHook']

# metric key -> heading
COLUMNS = {
    'accuracy/top1': 'top-1',
    'shot/many': 'many',
    'shot/medium': 'medium',
    'shot/few': 'few',
    'calibration/ece': 'ECE',
    'overlap/mean': 'overlap',
}


@HOOKS.register_module()
class ResultTableHook(Hook):
    """Writes a short table of the result at the end of the log.

    The numbers are those of the last epoch (after training) or of the test,
    in percent; a group without test samples shows a dash.

    Args:
        columns: ``{metric key: heading}``; keys that were not measured are
            left out.
    """

    priority = 'VERY_LOW'

    def __init__(self, columns: dict[str, str] | None = None) -> None:
        self.columns = columns or COLUMNS
        self.last: dict[str, float] | None = None

    def after_val_epoch(self, runner, metrics=None) -> None:
        """Remember the metrics of this epoch."""
        self.last = metrics
        self.last_epoch = runner.epoch

    def after_train(self, runner) -> None:
        """Write the table of the last epoch."""
        if self.last:
            title = f'after epoch {self.last_epoch}'
            runner.logger.info(result_table(self.last, self.columns, title))

    def after_test_epoch(self, runner, metrics=None) -> None:
        """Write the table of the test."""
        if metrics:
            runner.logger.info(result_table(metrics, self.columns, 'test'))


def result_table(
    metrics: dict[str, float], columns: dict[str, str], title: str
) -> str:
    """A two-line table of the measured columns.

    Args:
        metrics: Metric key to percent.
        columns: Metric key to heading.
        title: What the numbers are of.

    Returns:
        Text that starts on a new line.
    """
    shown = {key: name for key, name in columns.items() if key in metrics}
    cells = [_cell(metrics[key]) for key in shown]
    widths = [
        max(len(name), len(cell), 6)
        for name, cell in zip(shown.values(), cells, strict=True)
    ]
    head = '  '.join(
        name.rjust(w) for name, w in zip(shown.values(), widths, strict=True)
    )
    body = '  '.join(c.rjust(w) for c, w in zip(cells, widths, strict=True))
    rule = '-' * len(head)
    return f'Result {title} (percent)\n{rule}\n{head}\n{body}\n{rule}'


def _cell(value: float) -> str:
    return '-' if math.isnan(value) else f'{value:.2f}'
