"""What a training costs, from counted operations and bytes."""

__all__ = ['all_reduce_bytes', 'model_state_bytes', 'step_seconds']


def all_reduce_bytes(gradient_bytes: float, num_devices: int) -> float:
    """Bytes that each device sends in one step of data parallelism.

    A ring sends every part of the gradient n - 1 times to be summed and
    n - 1 times to be spread, a part being the n-th of it; as much is
    received.

    Args:
        gradient_bytes: Bytes of the gradients of all trained parameters.
        num_devices: n >= 1.

    Returns:
        2 (n - 1) / n ``gradient_bytes``.

    Raises:
        ValueError: If ``num_devices`` is below 1.

    Source:
        Patarasuk and Yuan, J. Parallel Distrib. Comput. 69, 2009,
        https://doi.org/10.1016/j.jpdc.2008.09.002
    """
    if num_devices < 1:
        raise ValueError(
            f'Expected `num_devices` to be >= 1, but got {num_devices}. '
            'One device sends nothing.'
        )
    return 2 * (num_devices - 1) / num_devices * gradient_bytes


def step_seconds(
    operations: float,
    speed: float,
    sent_bytes: float = 0.0,
    bandwidth: float = float('inf'),
    overlap: bool = False,
) -> float:
    """Time of a training step on one of several devices.

    Args:
        operations: Floating point operations of this device in the step.
        speed: Operations a second that it reaches (peak times utilization).
        sent_bytes: Bytes that it sends in the step.
        bandwidth: Bytes a second that it can send.
        overlap: Whether it sends while it computes; else after.

    Returns:
        Seconds.

    Raises:
        ValueError: If ``speed`` or ``bandwidth`` is not positive.

    Source:
        Ours: computing plus sending, or the longer of the two where they
        overlap.
    """
    for name, value in (('speed', speed), ('bandwidth', bandwidth)):
        if not value > 0:
            raise ValueError(
                f'Expected `{name}` to be > 0, but got {value}. '
                'Measure it, or take the peak of the device.'
            )
    compute, send = operations / speed, sent_bytes / bandwidth
    return max(compute, send) if overlap else compute + send


def model_state_bytes(
    num_parameters: int, num_trained: int, moments: int = 1
) -> int:
    """Bytes of float32 parameters, gradients and the optimizer's state.

    Args:
        num_parameters: Of the whole model.
        num_trained: Of those, the ones with a gradient.
        moments: Numbers that the optimizer keeps for each of them: 0 for
            SGD, 1 with momentum, 2 for Adam.

    Source:
        Ours: counting, 4 bytes per float32 number.
    """
    return 4 * (num_parameters + (1 + moments) * num_trained)
