#!/usr/bin/env bash
# Train on several processes of this machine, or of several machines.
#   tools/dist_train.sh CONFIG PROCESSES [arguments of tools/train.py]
# Several machines: the same command on each, with NNODES, NODE_RANK,
# MASTER_ADDR and PORT in the environment.
set -euo pipefail
if [ "$#" -lt 2 ]; then
    echo "usage: $0 CONFIG PROCESSES [arguments of tools/train.py]" >&2
    exit 2
fi
here=$(cd "$(dirname "$0")" && pwd)
config=$1
processes=$2
shift 2
exec python -m torch.distributed.run \
    --nnodes="${NNODES:-1}" \
    --node_rank="${NODE_RANK:-0}" \
    --master_addr="${MASTER_ADDR:-127.0.0.1}" \
    --master_port="${PORT:-29500}" \
    --nproc_per_node="$processes" \
    "$here/train.py" "$config" --launcher pytorch "$@"
