"""Fine-tuning speed of ResNet-50 in the installed PyTorch: eager, SGD with momentum, one device.

Prints one JSON line per precision. Images are random tensors in memory, so that only the steps are measured; with --images, an
epoch of an image folder through torchvision's usual loader is measured as well. PyTorch's usual advice is followed: channels-last,
autocast for bfloat16, set_to_none.
"""

import argparse
import contextlib
import json
import time

import torch
import torchvision


def network(name, device):
    model = getattr(torchvision.models, name)(num_classes=10)
    return model.to(device).to(memory_format=torch.channels_last).train()


def step(model, optimizer, images, labels, precision):
    optimizer.zero_grad(set_to_none=True)
    autocast = torch.autocast(images.device.type, torch.bfloat16) if precision == "bf16" else contextlib.nullcontext()
    with autocast:
        loss = torch.nn.functional.cross_entropy(model(images), labels)
    loss.backward()
    optimizer.step()
    # The worker reads each loss, to stop at NaN and to draw its curve; so does this script.
    return loss.item()


def prepare(args, precision):
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = precision != "fp32"
    model = network(args.network, args.device)
    return model, torch.optim.SGD(model.parameters(), 1e-3, momentum=0.9)


def in_memory(args, precision):
    model, optimizer = prepare(args, precision)
    images = torch.rand(args.batch, 3, args.side, args.side, device=args.device).to(memory_format=torch.channels_last)
    labels = torch.randint(0, 2, (args.batch,), device=args.device)
    for _ in range(args.warm_up):
        step(model, optimizer, images, labels, precision)
    start = time.perf_counter()
    for _ in range(args.steps):
        step(model, optimizer, images, labels, precision)
    return args.batch * args.steps / (time.perf_counter() - start)


def from_folder(args, precision):
    model, optimizer = prepare(args, precision)
    change = torchvision.transforms.Compose(
        [
            torchvision.transforms.RandomResizedCrop(args.side, scale=(0.5, 1)),
            torchvision.transforms.RandomHorizontalFlip(),
            torchvision.transforms.ToTensor(),
            torchvision.transforms.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]),
        ]
    )
    data = torchvision.datasets.ImageFolder(args.images, change)
    loader = torch.utils.data.DataLoader(
        data, args.batch, shuffle=True, num_workers=args.workers, pin_memory=args.device != "cpu", persistent_workers=args.workers > 0
    )
    rates = []
    for _ in range(args.epochs):
        start = time.perf_counter()
        for images, labels in loader:
            images = images.to(args.device, non_blocking=True).to(memory_format=torch.channels_last)
            step(model, optimizer, images, labels.to(args.device), precision)
        rates.append(len(data) / (time.perf_counter() - start))
    return max(rates[1:] or rates)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--network", default="resnet50")
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--side", type=int, default=224)
    parser.add_argument("--warm-up", type=int, default=5)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--workers", type=int, default=8)
    parser.add_argument("--images")
    parser.add_argument("--precisions", default="fp32,tf32,bf16")
    args = parser.parse_args()
    torch.manual_seed(1)
    for precision in args.precisions.split(","):
        row = {"torch": torch.__version__, "precision": precision, "in_memory": in_memory(args, precision)}
        if args.images:
            row["from_folder"] = from_folder(args, precision)
        print(json.dumps(row), flush=True)


if __name__ == "__main__":
    main()
