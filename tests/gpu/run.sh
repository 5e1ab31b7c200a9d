#!/usr/bin/env bash
# Runs the checks of checks.py with the libtorch of an installed PyTorch. Usage:
#   run.sh [--device cuda:0|cpu] [--quick] [--out FOLDER] [--archive FILE] [--libtorch FOLDER] [--only PART,…] [--minutes N]
# --libtorch names a folder of libtorch where python3 has no PyTorch, or another one than should be used.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
device=cuda:0 quick="" only="" minutes=8 python=${PYTHON:-python3} libtorch=""
out=$here/../../artifacts/gpu/results archive=$here/../../artifacts/gpu/pack.tar.xz
while (($#)); do
  case $1 in
    --device) device=$2; shift ;;
    --out) out=$2; shift ;;
    --archive) archive=$2; shift ;;
    --libtorch) libtorch=$2; shift ;;
    --only) only=$2; shift ;;
    --minutes) minutes=$2; shift ;;
    --quick) quick=--quick ;;
    *) echo "Unknown option: $1" >&2; exit 2 ;;
  esac
  shift
done

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# Python's tarfile reads xz even where the xz program is missing.
"$python" -c 'import sys, tarfile; tarfile.open(sys.argv[1]).extractall(sys.argv[2])' "$archive" "$work/pack" 2>/dev/null \
  || { mkdir -p "$work/pack"; tar -xJf "$archive" -C "$work/pack"; }

if [[ -z $libtorch ]]; then
  libtorch=$("$python" -c 'import os, torch; print(os.path.join(os.path.dirname(torch.__file__), "lib"))')
fi
# PyTorch's wheels keep the CUDA libraries in packages of their own beside torch.
folders=$libtorch
for folder in "$libtorch"/../../nvidia/*/lib "$libtorch"/../../nvidia/*/lib/*/; do
  if compgen -G "$folder/*.so*" > /dev/null; then folders+=:$(cd "$folder" && pwd); fi
done

mkdir -p "$out"
BLAZORTRANSFER_LIBTORCH=$libtorch WORKER_LIBRARY_PATH=$folders "$python" -u "$here/checks.py" \
  --pack "$work/pack" --out "$out" --work "$work" --device "$device" --minutes "$minutes" ${quick:+$quick} ${only:+--only "$only"} \
  2>&1 | tee "$out/log.txt"
