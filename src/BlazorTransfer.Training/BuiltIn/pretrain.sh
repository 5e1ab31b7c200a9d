#!/bin/sh
# Makes resnet18_slim-tinyimagenet.safetensors anew: three stages, each from the one before. Hours on a CPU.
#   pretrain.sh TINY OUT     TINY holds Tiny ImageNet as train/CLASS/*.JPEG and val/CLASS/*.JPEG; OUT gets a folder for each stage
set -eu
[ $# -eq 2 ] || { echo "usage: $0 TINY OUT" >&2; exit 2; }
tiny=$1 out=$2
worker() { dotnet run -c Release --project "$(dirname "$0")/../../BlazorTransfer.Worker" -- "$@"; }
tune() {
    worker train --data "$tiny" --backbone resnet18_slim --method fine-tuning --batch-size 128 --optimizer sgd --head-learning-rate-factor 1 \
        --weight-decay 5e-5 --label-smoothing 0.1 --augmentation medium --image-size 96 "$@"
}

worker pretrain --data "$tiny" --backbone resnet18_slim --out "$out/first" --epochs 9 --batch-size 128 --learning-rate 0.2 --weight-decay 5e-5 --image-size 64 --first-image-size 48
tune --weights "$out/first/checkpoints/best.safetensors" --out "$out/second" --epochs 2 --learning-rate 0.08 --warm-up-epochs 0.1
tune --weights "$out/second/checkpoints/best.safetensors" --out "$out/third" --epochs 8 --learning-rate 0.12 --warm-up-epochs 0.2 --first-image-size 64 --write-backbone
echo "$out/third/artifacts/backbone.safetensors"
