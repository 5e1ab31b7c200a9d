"""The usual PyTorch and torchvision script, for SpeedComparison: reads a task as a line of JSON, does it, and answers with its seconds."""
import json
import sys
import time

try:
    import torch
    import torchvision
    from PIL import Image
    from torchvision import transforms as T
except ImportError as missing:
    print(json.dumps({"missing": str(missing)}), flush=True)
    sys.exit()

NORMALISE = T.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
EVALUATE = T.Compose([T.Resize(256), T.CenterCrop(224), T.ToTensor(), NORMALISE])
TRAIN = T.Compose([T.RandomResizedCrop(224), T.RandomHorizontalFlip(), T.ToTensor(), NORMALISE])
networks, held, probes = {}, {}, {}


class Photographs(torch.utils.data.Dataset):
    def __init__(self, files):
        self.files = files

    def __len__(self):
        return len(self.files)

    def __getitem__(self, index):
        return EVALUATE(read(self.files[index])), 0


def read(path):
    with open(path, "rb") as file:
        return Image.open(file).convert("RGB")


def decoded(path):
    if path not in held:
        held[path] = T.Resize(256)(read(path))
    return held[path]


def network(channels_last, bfloat16=False):
    if (channels_last, bfloat16) not in networks:
        model = torchvision.models.resnet18(weights=None)
        images, labels = torch.rand(16, 3, 224, 224), torch.randint(0, 2, (16,))
        if channels_last:
            model, images = model.to(memory_format=torch.channels_last), images.to(memory_format=torch.channels_last)
        if bfloat16:
            model, images = model.bfloat16(), images.bfloat16()
        networks[channels_last, bfloat16] = (model, torch.optim.SGD(model.parameters(), 1e-4, momentum=0.9), images, labels)
    return networks[channels_last, bfloat16]


def features(channels_last, bfloat16):
    model, _, images, _ = network(channels_last, bfloat16)
    model.eval()
    with torch.no_grad():
        model(images)


def step(channels_last, bfloat16):
    model, optimizer, images, labels = network(channels_last, bfloat16)
    model.train()
    optimizer.zero_grad()
    torch.nn.functional.cross_entropy(model(images).float(), labels).backward()
    optimizer.step()


def autocast_step(channels_last):
    model, optimizer, images, labels = network(channels_last)
    model.train()
    optimizer.zero_grad()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        logits = model(images)
    torch.nn.functional.cross_entropy(logits.float(), labels).backward()
    optimizer.step()


def probe_epoch(files, validation):
    """An epoch of PyTorch's tutorial on transfer learning, with the network as a fixed feature extractor."""
    if not probes:
        model = torchvision.models.resnet18(weights=None)
        for weight in model.parameters():
            weight.requires_grad = False
        model.fc = torch.nn.Linear(model.fc.in_features, 2)
        probes["both"] = (model, torch.optim.SGD(model.fc.parameters(), 1e-3, momentum=0.9))
    model, optimizer = probes["both"]
    for learns, part in ((True, files), (False, validation)):
        model.train(learns)
        for images, labels in torch.utils.data.DataLoader(Photographs(part), batch_size=16, shuffle=True, num_workers=2):
            optimizer.zero_grad()
            with torch.set_grad_enabled(learns):
                loss = torch.nn.functional.cross_entropy(model(images), labels)
                if learns:
                    loss.backward()
                    optimizer.step()


print(json.dumps({"torch": torch.__version__, "torchvision": torchvision.__version__}), flush=True)
for line in sys.stdin:
    task = json.loads(line)
    torch.set_num_threads(task["threads"])
    work = {
        "evaluate": lambda: [EVALUATE(read(f)) for f in task["files"]],
        "train": lambda: [TRAIN(read(f)) for f in task["files"]],
        "cached": lambda: [TRAIN(decoded(f)) for f in task["files"]],
        "features": lambda: features(task["channelsLast"], task["bFloat16"]),
        "step": lambda: step(task["channelsLast"], task["bFloat16"]),
        "probe-epoch": lambda: probe_epoch(task["files"], task["validation"]),
        "autocast-step": lambda: autocast_step(task["channelsLast"]),
    }[task["name"]]
    start, processor = time.perf_counter(), time.process_time()
    work()
    print(json.dumps({"wall": time.perf_counter() - start, "processor": time.process_time() - processor}), flush=True)
