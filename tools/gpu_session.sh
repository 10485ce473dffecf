#!/usr/bin/env bash
# The most of a GPU that is lent for minutes, on a machine without a network
# whose commands are stopped after a time. It has Python 3.12 and PyTorch, and
# gets a copy of this checkout, without .git, and one archive.
#   tools/gpu_session.sh pack ARCHIVE [--only NAME ...]   here, with a network
#   ARCHIVE=a.tar OUT=dir tools/gpu_session.sh measure    there, the first call
#   ARCHIVE=a.tar OUT=dir PREVIOUS=dir tools/gpu_session.sh train [--only ...]
#   tools/gpu_session.sh collect DIR                      here: rows and runs
#   tools/gpu_session.sh --rehearse                       all of it, on a CPU
# OUT is the folder that is copied back, PREVIOUS the OUT of the call before:
# `train` takes from it what was measured, the rows, and the runs it began.
# LIMIT is the time of a call in seconds (600). SESSION is a folder for what
# the archive holds (.gpu_session), PYTHON the Python with PyTorch (python3).
set -euo pipefail
top=$(cd "$(dirname "$0")/.." && pwd)
python=${PYTHON:-python3}
limit=${LIMIT:-600}
session=${SESSION:-$top/.gpu_session}
scripts=$top/tools/gpu_session

usage() {
    sed -n '2,16s/^# \{0,1\}//p' "$0" >&2
    exit 2
}

# What the archive holds: packages, images, the commit. Once for a machine.
set_up() {
    : "${OUT:?name the folder that is copied back: OUT=dir}"
    : "${ARCHIVE:?name the archive that pack made: ARCHIVE=file.tar}"
    mkdir -p "$session" "$OUT"
    OUT=$(realpath "$OUT")
    ARCHIVE=$(realpath "$ARCHIVE")
    PREVIOUS=${PREVIOUS:+$(realpath "$PREVIOUS")}
    cd "$top"
    export PYTHONPATH=$session/site:$top
    # compiled once, for all trainings
    export TORCHINDUCTOR_CACHE_DIR=$session/inductor
    if [ ! -e "$session/done" ]; then
        tar -xf "$ARCHIVE" -C "$session"
        if compgen -G "$session/wheels/*.whl" >/dev/null; then
            "$python" -m pip install -q --no-index --no-deps --no-compile \
                --no-cache-dir --upgrade --target "$session/site" \
                "$session"/wheels/*.whl
        fi
        "$python" "$scripts/unpack.py" "$session"
        touch "$session/done"
    fi
}

# The rest of the call, with some seconds to end in.
left() {
    echo $((limit - SECONDS - 15))
}

measure() {
    set_up
    "$python" "$scripts/measure.py" "$OUT" --seconds "$(left)" \
        --call "$limit" "$@"
}

train() {
    set_up
    "$python" "$scripts/train.py" "$OUT" --seconds "$(left)" \
        ${PREVIOUS:+--previous "$PREVIOUS"} "$@" 2>&1 | tee "$OUT/train.log"
}

# Three machines that know nothing of each other, a plan of the digits.
rehearse() {
    work=${WORK:-$(mktemp -d)}
    echo "rehearsal in $work"
    git clone -q "$top" "$work/checkout"
    plan=$work/plan.yaml
    cat >"$plan" <<'PLAN'
runs:
- {recipe: ce/resnet20_digitslt, seeds: [1], with: [short]}
- {recipe: fcc/resnet20_digitslt, seeds: [1]}
- {recipe: crt/resnet20_digitslt, seeds: [1], with: [short]}
PLAN
    export ARCHIVE=$work/archive.tar
    # a busy machine is no failure
    export LIMIT=${LIMIT:-3600}
    (cd "$work/checkout" && PYTHONPATH=$work/checkout "$python" \
        tools/gpu_session/pack.py "$ARCHIVE" --plan "$plan" "$@")
    for call in 1 2 3; do
        machine=$work/machine$call
        mkdir "$machine"
        git -C "$work/checkout" archive HEAD | tar -x -C "$machine"
        export OUT=$work/out$call
        echo "call $call"
        if [ "$call" = 1 ]; then
            (cd "$machine" && tools/gpu_session.sh measure --tiny)
            continue
        fi
        # the second call ends when one of two runs is finished
        few=()
        [ "$call" = 2 ] && few=(--most-runs 1)
        (cd "$machine" && PREVIOUS=$work/out$((call - 1)) \
            tools/gpu_session.sh train --plan "$plan" --jobs 2 "${few[@]}")
    done
    cd "$work/checkout"
    ledger=$work/ledger.jsonl
    PYTHONPATH=$work/checkout "$python" tools/gpu_session/collect.py \
        "$work/out3" --ledger "$ledger" --root "$work/runs"
    rows=$(wc -l <"$ledger")
    if [ "$rows" != 3 ]; then
        echo "error: expected 3 rows in $ledger, but got $rows" >&2
        exit 1
    fi
    begun=$(tar -tf "$work/out2/runs_0.tar" | grep -c '^begun/.*\.pth$') || true
    echo "rehearsed: 3 runs, 3 rows; $begun checkpoints of begun runs went on"
}

[ "$#" -ge 1 ] || usage
action=$1
shift
case $action in
    pack) PYTHONPATH=$top exec "$python" "$scripts/pack.py" "$@" ;;
    measure) measure "$@" ;;
    train) train "$@" ;;
    collect) PYTHONPATH=$top exec "$python" "$scripts/collect.py" "$@" ;;
    --rehearse) rehearse "$@" ;;
    *) usage ;;
esac
