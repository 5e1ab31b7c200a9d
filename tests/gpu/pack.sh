#!/usr/bin/env bash
# Packs what run.sh needs on a machine without .NET and without a network: a self-contained worker without libtorch, some images, a
# small network's weights, and the functions that TorchSharp expects of libtorch. Usage: pack.sh [--no-publish]
set -euo pipefail
repository=$(cd "$(dirname "$0")/../.." && pwd)
shared=${BLAZORTRANSFER_SHARED:-$repository/../shared}
pack=$repository/artifacts/gpu/pack
archive=$repository/artifacts/gpu/pack.tar.xz

if [[ ${1:-} != --no-publish ]]; then
  rm -rf "$pack/worker"
  dotnet publish "$repository/src/BlazorTransfer.Worker" -c Release -r linux-x64 --self-contained -p:TorchBackend=none \
    -o "$pack/worker" -v q --nologo
  # The pack brings weights of its own; the built-in ones would not fit.
  rm -rf "$pack/worker/builtin"
  # Neither debugging nor documentation is needed there.
  find "$pack/worker" \( -name '*.pdb' -o -name '*.xml' -o -name createdump -o -name 'libmscord*.so' \) -delete
fi
nm -D --undefined-only "$pack/worker/libLibTorchSharp.so" | awk '$1 == "U" { sub(/@.*/, "", $2); print $2 }' > "$pack/symbols.txt"

# Copies the first images of each class. Usage: images SOURCE TARGET COUNT CLASS…
images() {
  local source=$1 target=$2 count=$3
  for class in "${@:4}"; do
    mkdir -p "$target/$class"
    find "$source/$class" -type f | sort | sed -n "1,${count}p" | xargs -r cp -t "$target/$class"
  done
}
rm -rf "$pack/images"
images "$shared/data/hymenoptera/train" "$pack/images/speed/train" 64 ants bees
images "$shared/data/hymenoptera/val" "$pack/images/speed/val" 16 ants bees
images "$shared/data/pacs-small/photo" "$pack/images/domains/photo" 12 dog elephant house person
images "$shared/data/pacs-small/cartoon" "$pack/images/domains/cartoon" 12 dog elephant house person
cp "$shared/weights/resnet20-cifar10-12fca82f.th" "$pack/"

tar -C "$pack" -cf - . | xz -T0 -6 > "$archive"
megabytes() { awk '{ printf "%.1f MB", $1 / 1e6 }'; }
echo "worker: $(tar -C "$pack/worker" -cf - . | xz -T0 -6 | wc -c | megabytes) compressed"
echo "archive: $archive, $(stat -c %s "$archive" | megabytes)"
