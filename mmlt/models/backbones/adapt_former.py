import math

import torch
from mmengine.model import BaseModule
from mmpretrain.registry import MODELS
from torch import Tensor, nn

from mmlt.functional import adapter_branch, adapter_width
from mmlt.functional.checks import check_integer

__all__ = ['AdaptFormer', 'AdapterBranch']

PARENT = 'mmpretrain.models.backbones'
# kind of block -> its norm whose last input in a forward is what the MLP's
# output is added to
NORMS = {
    f'{PARENT}.vision_transformer.TransformerEncoderLayer': 'ln2',
    f'{PARENT}.beit.BEiTTransformerEncoderLayer': 'ln2',
    # it has an `ln2` too, and uses `ln1` twice
    f'{PARENT}.deit3.DeiT3TransformerEncoderLayer': 'ln1',
    f'{PARENT}.vit_sam.TransformerEncoderLayer': 'ln2',
    f'{PARENT}.vit_eva02.EVA02EndcoderLayer': 'norm2',
    'timm.models.vision_transformer.Block': 'norm2',
    'timm.models.beit.Block': 'norm2',
    'timm.models.eva.EvaBlock': 'norm2',
}


class AdapterBranch(nn.Module):
    """Registered form of :func:`mmlt.functional.adapter_branch`.

    At first ``up`` is 0, and so is what the branch adds.

    Args:
        dim: D of the tokens.
        width: r >= 1.

    Source:
        As :class:`AdaptFormer`.
    """

    def __init__(self, dim: int, width: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(dim)
        self.down = nn.Linear(dim, width)
        self.up = nn.Linear(width, dim)
        self.scale = nn.Parameter(torch.ones(1))
        nn.init.kaiming_normal_(self.down.weight, a=math.sqrt(5))
        for zero in (self.down.bias, self.up.weight, self.up.bias):
            nn.init.zeros_(zero)
        self._input: Tensor | None = None

    def forward(self, x: Tensor) -> Tensor:
        """a(x), (..., D) as x."""
        return adapter_branch(
            x,
            self.down.weight,
            self.down.bias,
            self.up.weight,
            self.up.bias,
            self.scale,
            self.norm.weight,
            self.norm.bias,
            self.norm.eps,
        )

    # both are hooks; as methods they are copied with the network (EMAHook)
    def keep_input(self, norm: nn.Module, args: tuple) -> None:
        """Remember x, the input of the norm before the MLP."""
        self._input = args[0]

    def add_to(self, block: nn.Module, args: tuple, output: Tensor) -> Tensor:
        """Output of the block with a(x)."""
        x, self._input = self._input, None
        if x is None:
            raise RuntimeError(
                f'Expected {type(block).__name__} to use its norm before the '
                'MLP, but it did not. Use another version of its package.'
            )
        return output + self(x)


@MODELS.register_module()
class AdaptFormer(BaseModule):
    """A frozen vision transformer with a trained branch beside each MLP.

    x' = x + MLP(LN2(x)) + a(x) in every block. Before any training a(x) is
    0 and the output is that of the transformer, bit for bit. Only the
    branches have gradients.

    Convention:
        - it loads its own checkpoints and those of the bare transformer.
        - ``save_frozen=False`` leaves the transformer out of checkpoints, as
          the parent's ``LoRAModel`` does; it is then read, whenever the
          network is built, from where its config says.

    Args:
        module: Config of a vision transformer of the parent
            (``VisionTransformer`` and its relatives, ``BEiTViT``,
            ``ViTEVA02``, ``ViTSAM``) or of timm (``TIMMBackbone`` with a
            ViT, DeiT, BEiT or EVA).
        width: r, hidden units of a branch, >= 1.
        num_classes: C, which gives r (:func:`mmlt.functional.adapter_width`)
            where ``width`` is None.
        save_frozen: Whether checkpoints hold the transformer too.

    Returns (forward):
        What the transformer returns.

    Raises:
        ValueError: If both or none of ``width`` and ``num_classes`` are
            given, the network has none of the blocks that are known, or
            ``save_frozen`` is False and the config does not say where
            the weights are.

    Source:
        Chen et al. (AdaptFormer), NeurIPS 2022,
        https://arxiv.org/abs/2205.13535, as in Shi et al. (LIFT), ICML 2024,
        https://arxiv.org/abs/2309.10019;
        https://github.com/shijxcs/LIFT/blob/1643432e0a9c355fff397a7683b1cb062dcbd091/models/peft_modules.py#L54-L78
    """

    def __init__(
        self,
        module: dict,
        width: int | None = None,
        num_classes: int | None = None,
        save_frozen: bool = True,
    ) -> None:
        super().__init__()
        self.save_frozen = save_frozen
        self.module = MODELS.build(module)
        self.module.requires_grad_(False)
        if not save_frozen:
            check_weights_are_named(module)
            self.module.init_weights()
        blocks = known_blocks(self.module)
        self.width = branch_width(width, num_classes, len(blocks))
        self.adapters = nn.ModuleList()
        for block, norm in blocks:
            branch = AdapterBranch(norm.weight.numel(), self.width)
            norm.register_forward_pre_hook(branch.keep_input)
            block.register_forward_hook(branch.add_to)
            self.adapters.append(branch)
        if not save_frozen:
            self._register_state_dict_hook(leave_out_frozen)

    def init_weights(self) -> None:
        """Initialize the transformer, once."""
        if not getattr(self.module, 'is_init', False):
            self.module.init_weights()
        self._is_init = True

    def forward(self, x: Tensor):
        """Features of images (N, 3, H, W), as the transformer gives them."""
        return self.module(x)

    def _load_from_state_dict(self, state_dict, prefix, *args, **kwargs):
        inner = prefix + 'module.'
        for name, value in self.module.state_dict().items():
            if prefix + name in state_dict:  # of the bare transformer
                state_dict[inner + name] = state_dict.pop(prefix + name)
            elif not self.save_frozen:
                state_dict.setdefault(inner + name, value)
        super()._load_from_state_dict(state_dict, prefix, *args, **kwargs)


def leave_out_frozen(model: AdaptFormer, state: dict, prefix: str, _) -> None:
    """Hook of ``state_dict()``: take the transformer out of it."""
    for name in [n for n in state if n.startswith(f'{prefix}module.')]:
        del state[name]


def known_blocks(module: nn.Module) -> list[tuple[nn.Module, nn.Module]]:
    """Blocks of a transformer, each with its norm, see ``NORMS``.

    Raises:
        ValueError: If there is none.
    """
    found = []
    for part in module.modules():
        kind = f'{type(part).__module__}.{type(part).__name__}'
        if kind in NORMS:
            found.append((part, getattr(part, NORMS[kind])))
    if not found:
        raise ValueError(
            'Expected `module` of AdaptFormer to be a vision transformer '
            f'whose blocks are one of {", ".join(NORMS)}, but '
            f'{type(module).__name__} has none. Use VisionTransformer, or '
            'LoRAModel, which takes any linear layer.'
        )
    return found


def branch_width(
    width: int | None, num_classes: int | None, num_layers: int
) -> int:
    """Width r of the branches, given or from the number of classes.

    Raises:
        ValueError: If not exactly one of the two is given, or is no positive
            integer.
    """
    if (width is None) == (num_classes is None):
        raise ValueError(
            'Expected either `width` or `num_classes` of AdaptFormer, but '
            f'got width={width} and num_classes={num_classes}. Give '
            '`num_classes` alone for the width of LIFT.'
        )
    if num_classes is not None:
        return adapter_width(num_classes, num_layers)
    check_integer('`width` of AdaptFormer', width, 1, 'LIFT has 4 to 256.')
    return int(width or 0)


def check_weights_are_named(module: dict) -> None:
    """Check that a config says where the weights of its network are.

    Raises:
        ValueError: If not.
    """
    init = module.get('init_cfg') or []
    init = [init] if isinstance(init, dict) else init
    named = any(part.get('type') == 'Pretrained' for part in init)
    if not (
        named or module.get('pretrained') or module.get('checkpoint_path')
    ):
        raise ValueError(
            'Expected `module` of AdaptFormer to name its weights, as '
            '`save_frozen=False` leaves them out of checkpoints, but its '
            f'init_cfg is {module.get("init_cfg")}. Set '
            "init_cfg=dict(type='Pretrained', checkpoint=...), or drop "
            '`save_frozen=False`.'
        )
