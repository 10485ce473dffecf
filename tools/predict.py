"""Name images of your own: python tools/predict.py RUN photos --out p.csv."""

from mmlt.cli import run_tool
from mmlt.cli.commands import predict

if __name__ == '__main__':
    run_tool(predict)
