from .full_state_fsdp_strategy import FullStateFSDPStrategy

__all__ = ['FullStateFSDPStrategy']
