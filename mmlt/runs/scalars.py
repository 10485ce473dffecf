"""The numbers of a training are logged where mmlt reads them."""

from mmengine.config import Config
from mmengine.logging import print_log

__all__ = ['keep_scalars']

OURS = 'StrictJSONVisBackend'
# both write vis_data/scalars.json
READ = (OURS, 'LocalVisBackend')


def keep_scalars(cfg: Config) -> None:
    """Log the numbers beside TensorBoard and the like, not only there.

    A config that replaces `vis_backends` takes away ``scalars.json``, which
    the curves of a report and a resumed training read: it is added again,
    and said.

    Args:
        cfg: Changed in place, where no backend writes that file.
    """
    visualizer = cfg.get('visualizer')
    if not visualizer:
        return
    backends = list(visualizer.get('vis_backends') or [])
    kinds = [backend.get('type') for backend in backends]
    names = [k if isinstance(k, str) else k.__name__ for k in kinds]
    if any(name.rpartition('.')[2] in READ for name in names):
        return
    visualizer.vis_backends = [*backends, {'type': OURS}]
    if names:
        print_log(
            f'The numbers go to {", ".join(names)}, and to '
            'vis_data/scalars.json beside it, for mmlt plot and report.',
            logger='current',
        )
