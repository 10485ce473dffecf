"""FSDP: parameters, gradients and optimizer state in parts, one per device.

For a network that does not fit one device. Add it as the last of `_base_`,
and read docs/large_models.md.
"""

runner_type = 'FlexibleRunner'
strategy = dict(
    # one file with all weights, which tools/test.py reads
    type='FullStateFSDPStrategy',
    # parts of at least this many parameters are gathered one at a time
    model_wrapper=dict(
        auto_wrap_policy=dict(
            type='torch.distributed.fsdp.wrap.size_based_auto_wrap_policy',
            min_num_params=int(1e7),
        ),
    ),
)
