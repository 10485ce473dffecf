"""Export a trained model: TorchScript, ONNX or plain mmpretrain."""

from mmlt.cli import run_tool
from mmlt.cli.commands import export

if __name__ == '__main__':
    run_tool(export)
