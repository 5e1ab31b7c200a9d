"""Checks a packed worker on a device, part after part, and writes gpu.md. run.sh sets the environment and calls this.

A part that fails or overruns its time is recorded, and the next one starts. The exit code is the number of failed checks.
"""

import argparse
import concurrent.futures
import json
import os
import shutil
import statistics
import subprocess
import sys
import threading
import time
import zipfile
from datetime import datetime
from pathlib import Path

import numpy

# Two runs of the same method on CPU and GPU differ by the order of summation alone, about 1e-6 a step in single precision, which batch
# norms and momentum amplify over two epochs of few steps. 2 % of a loss is far above that, and far below what a wrong kernel,
# a lost normalisation or TF32 by mistake changes. Accuracies may differ by one image on the border.
LOSS_TOLERANCE, WEIGHT_TOLERANCE = 0.02, 0.05
# bfloat16 keeps 8 significant bits, TF32 11.
ROUNDED_LOSS_TOLERANCE = 0.15
QUICK_METHODS = ["linear-probe", "fine-tuning", "distillation", "multi-task", "coral", "tradaboost", "dann"]


class Checks:
    def __init__(self, args):
        self.args = args
        self.deadline = time.monotonic() + 60 * args.minutes
        self.rows = []
        self.environment = os.environ | {"LD_LIBRARY_PATH": os.environ["WORKER_LIBRARY_PATH"]}
        self.gpu = args.device != "cpu"
        if not self.gpu:
            # Threads that wait for one another make a busy machine many times slower.
            self.environment["OMP_NUM_THREADS"] = "1"
        self.out, self.work, self.pack = Path(args.out), Path(args.work), Path(args.pack)
        (self.out / "logs").mkdir(parents=True, exist_ok=True)

    def add(self, check, passed, result):
        """Records a row; passed is None for a figure without a right answer."""
        self.rows.append((check, passed, result))
        print(f"{'    ' if passed is None else 'PASS' if passed else 'FAIL'}  {check}: {result}", flush=True)
        self.write()

    def left(self, limit):
        return max(1, min(limit, self.deadline - time.monotonic()))

    def worker(self, name, *arguments, limit=120):
        """Runs the worker and keeps its output as a log."""
        start = time.monotonic()
        with open(self.out / "logs" / f"{name}.log", "w") as log:
            try:
                code = subprocess.run(
                    [self.pack / "worker" / "BlazorTransfer.Worker", *map(str, arguments)],
                    env=self.environment,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    timeout=self.left(limit),
                ).returncode
            except subprocess.TimeoutExpired:
                code = f"time limit of {self.left(limit):.0f} s"
        return code, (self.out / "logs" / f"{name}.log").read_text(errors="replace"), time.monotonic() - start

    def train(self, name, data, *arguments, device=None, limit=120):
        """Trains, and returns exit code, output and events."""
        folder = self.work / name
        options = ["--data", data, "--out", folder, "--force", "--json", "--device", device or self.args.device]
        code, output, _ = self.worker(name, "train", *options, *arguments, limit=limit)
        events = folder / "events.jsonl"
        return code, output, [json.loads(line) for line in events.read_text().splitlines()] if events.exists() else []

    def write(self):
        lines = [f"# {self.title()}", "", "| check | | result |", "|---|---|---|"]
        lines += [f"| {c} | {'' if p is None else 'passed' if p else '**failed**'} | {r} |" for c, p, r in self.rows]
        (self.out / "gpu.md").write_text("\n".join(lines) + "\n")

    def title(self):
        return f"Worker on {self.args.device}, {datetime.now():%Y-%m-%d}"


def last_line(text):
    return (text.strip().splitlines() or ["no output"])[-1][:300].replace("|", "/")


def epochs(events):
    return [e for e in events if e["type"] == "epoch"]


# ---- Parts ------------------------------------------------------------------------------------------------------------------------


def symbols(checks):
    """Which functions that TorchSharp calls are missing from this libtorch; stubs stand in for them, and end a process that calls one."""
    program = """
import ctypes, os, sys
folder = os.environ["BLAZORTRANSFER_LIBTORCH"]
names = ["c10", "torch_cpu", "c10_cuda", "torch_cuda", "torch"]
files = [os.path.join(folder, f"lib{n}.so") for n in names]
libraries = [ctypes.CDLL(f, ctypes.RTLD_GLOBAL) for f in files if os.path.exists(f)]
for name in open(sys.argv[1]).read().split():
    if not name.startswith("_ZSt") and not any(hasattr(l, name) for l in libraries):
        print(name)
"""
    found = subprocess.run(
        [sys.executable, "-c", program, checks.pack / "symbols.txt"], env=checks.environment, capture_output=True, text=True, timeout=60
    )
    if found.returncode != 0:
        return checks.add("libtorch loads", False, last_line(found.stderr))
    missing = found.stdout.split()
    total = len((checks.pack / "symbols.txt").read_text().split())
    (checks.out / "missing-symbols.txt").write_text("".join(m + "\n" for m in missing))
    names = f": {', '.join(missing[:5])}" if missing else ""
    checks.add("functions that TorchSharp calls", None, f"{len(missing)} of {total} missing{names}")
    if missing and shutil.which("gcc"):
        source = "#include <stdio.h>\n#include <stdlib.h>\n"
        for i, name in enumerate(missing):
            if name.startswith(("_ZTV", "_ZTI", "_ZTS")):
                source += f'void *data{i}[64] __asm__("{name}");\n'
            else:
                source += f'void call{i}(void) __asm__("{name}");\n'
                source += f'void call{i}(void) {{ fputs("This libtorch lacks {name}.\\n", stderr); _Exit(127); }}\n'
        (checks.work / "stubs.c").write_text(source)
        stubs = checks.work / "libstubs.so"
        subprocess.run(["gcc", "-shared", "-fPIC", "-o", stubs, checks.work / "stubs.c"], check=True, timeout=60)
        checks.environment["LD_PRELOAD"] = str(stubs)
        checks.add("stubs for missing functions", None, "loaded; a process that needs one ends with its name")


def doctor(checks):
    code, output, seconds = checks.worker("doctor", "doctor", "--folder", checks.work, "--json", limit=120)
    if code != 0:
        return checks.add("doctor", False, f"{code}; {last_line(output)}")
    report = json.loads(output[output.index("{\n") :])
    checks.add("doctor", True, f"{seconds:.0f} s; {' '.join(report['verdicts'])}")
    checks.add("processor", None, f"{report['processor']['name']}, {report['processor']['threads']} threads")
    checks.add("libtorch", None, f"{report['libtorch'].get('version')}, TorchSharp {report['libtorch']['torchSharpVersion']}")
    for gpu in report["gpus"]:
        capability = f"compute capability {gpu.get('computeCapability')}, driver {gpu['driverVersion']}"
        checks.add(f"GPU {gpu['index']}", None, f"{gpu['name']}, {capability}")
    if checks.gpu:
        checks.add("GPU is usable", report["usableGpus"] > 0, f"{report['usableGpus']}")
    for m in report["measurements"]:
        checks.add(
            f"{m['operation']} in {m['precision']} on {m['device']}",
            m["error"] <= m["tolerance"],
            f"{m['milliseconds']:.3f} ms, error {m['error']:.1e} (at most {m['tolerance']:.0e})",
        )


def method_arguments(checks, method, teacher):
    # Nothing random per device: no augmentation, no dropout. One rounding per device: no TF32.
    arguments = ["--method", method["name"], "--epochs", 2, "--augmentation", "none", "--tf32", "false"]
    arguments += ["--batch-size", 16, "--image-size", 64]
    domains = checks.pack / "images" / "domains"
    if any(p["name"] == "probe-epochs" for p in method["parameters"]):
        arguments += ["--probe-epochs", 2]
    if method["adaptsToTarget"]:
        arguments += ["--target", domains / "cartoon"]
    if method["usesTargetLabels"]:
        arguments += ["--target-labels", 3]
    if method["takesTeacher"]:
        arguments += ["--teacher", teacher]
    if method["source"] == "trunkAndHead":
        # Pretrained with its head, and without dropout, which draws other numbers on each device.
        arguments += ["--backbone", "resnet20_cifar", "--weights", checks.pack / "resnet20-cifar10-12fca82f.th"]
    if not method["takesWeights"]:
        # From random weights, the usual rate amplifies a difference of the last bit to some percent within six steps.
        arguments += ["--weights", "random", "--learning-rate", 0.001]
    if method["learnsLabelSets"]:
        return domains, arguments + ["--layout", "domains", "--label-set", "domain"]
    return domains / "photo", arguments


def head(folder, classes):
    """The classifier's weights in a run's model package: the last tensor with a row for each class, or else the last matrix."""
    with zipfile.ZipFile(folder / "artifacts" / "model.zip") as package:
        name = next(n for n in package.namelist() if n.endswith(".safetensors"))
        data = package.read(name)
    length = int.from_bytes(data[:8], "little")
    header = {k: v for k, v in json.loads(data[8 : 8 + length]).items() if k != "__metadata__"}
    matrices = [v for v in header.values() if v["dtype"] == "F32" and len(v["shape"]) >= 2]
    last = max([m for m in matrices if m["shape"][0] == classes] or matrices, key=lambda v: v["data_offsets"][0])
    start, end = (8 + length + o for o in last["data_offsets"])
    return numpy.frombuffer(data[start:end], numpy.float32)


def difference(checks, name, on_device, on_cpu, loss_tolerance):
    """Problems that a comparison of two runs' epochs finds, and the largest relative difference of a loss."""
    problems, largest = [], 0.0
    a, b = epochs(on_device), epochs(on_cpu)
    if len(a) != len(b) or not a:
        return [f"{len(a)} and {len(b)} epochs"], largest
    images = next(e["validationSamples"] for e in on_cpu if e["type"] == "started")
    for one, other in zip(a, b):
        for key, value in other["metrics"].items():
            found = one["metrics"].get(key)
            if key.endswith(".loss"):
                largest = max(largest, abs(found - value) / max(abs(value), 0.1))
            if key.startswith("validation.top1") and abs(found - value) > 1.5 / images:
                problems.append(f"{key} {found:.3f} and {value:.3f} in epoch {one['epoch']}")
    if not largest <= loss_tolerance:
        problems.append(f"losses differ by {largest:.1%}")
    return problems, largest


def methods(checks):
    """Every method for two epochs on the device and on the CPU; several at once, since each uses little of either."""
    catalogue = checks.worker("describe", "describe", "--json")[1]
    known = json.loads(catalogue[catalogue.index("{\n") :])["methods"]
    chosen = [m for m in known if not checks.args.quick or m["name"] in QUICK_METHODS]
    limit = 150 if checks.gpu else 3000
    photo = checks.pack / "images" / "domains" / "photo"
    code, output, _ = checks.train("teacher", photo, "--epochs", 1, "--image-size", 64, "--threads", 1, device="cpu")
    if code != 0:
        return checks.add("methods", False, f"the teacher cannot be trained: {last_line(output)}")
    ends = time.monotonic() + checks.left(limit)

    def run(method, where):
        device = "cpu" if where == "cpu" else checks.args.device
        data, arguments = method_arguments(checks, method, checks.work / "teacher")
        arguments += ["--threads", 2 if checks.gpu else 1]
        return checks.train(f"{method['name']}-{where}", data, *arguments, device=device, limit=max(1, ends - time.monotonic()))

    cores = os.cpu_count() or 2
    # On a CPU alone the second run has the same answer to the bit or nearly: the comparison itself is what is tried.
    pool = concurrent.futures.ThreadPoolExecutor
    with pool(max(1, cores // 4)) as cpu, pool(4 if checks.gpu else 1) as gpu:
        runs = [(m, gpu.submit(run, m, "device"), cpu.submit(run, m, "cpu")) for m in chosen]
        passed, largest_loss, largest_weights = 0, 0.0, 0.0
        for method, on_device, on_cpu in runs:
            (code, output, events), (cpu_code, cpu_output, cpu_events) = on_device.result(), on_cpu.result()
            if code != 0 or cpu_code != 0:
                reason = last_line(output if code else cpu_output)
                checks.add(f"method {method['name']}", False, f"{code} on the device, {cpu_code} on the CPU; {reason}")
                continue
            problems, loss = difference(checks, method["name"], events, cpu_events, LOSS_TOLERANCE)
            best = [next((e["bestEpoch"] for e in run if e["type"] == "finished"), None) for run in (events, cpu_events)]
            weights = None
            if best[0] == best[1] is not None:
                classes = len(cpu_events[[e["type"] for e in cpu_events].index("started")]["classes"])
                a, b = (head(checks.work / f"{method['name']}-{where}", classes) for where in ("device", "cpu"))
                weights = float(numpy.linalg.norm(a - b) / max(numpy.linalg.norm(b), 1e-12))
                if not weights <= WEIGHT_TOLERANCE:
                    problems.append(f"head weights differ by {weights:.1%}")
                largest_weights = max(largest_weights, weights)
            largest_loss = max(largest_loss, loss)
            passed += not problems
            with open(checks.out / "logs" / "methods.txt", "a") as log:
                log.write(f"{method['name']} loss {loss:.2e} weights {weights} best {best} {problems}\n")
            if problems:
                checks.add(f"method {method['name']}", False, "; ".join(problems))
    checks.add(
        f"methods equal to the CPU, {len(chosen)} of {len(known)}",
        passed == len(chosen),
        f"{passed} equal; largest difference of a loss {largest_loss:.1e} (at most {LOSS_TOLERANCE}), "
        f"of the head's weights {largest_weights:.1e} (at most {WEIGHT_TOLERANCE})",
    )


def rounded(checks):
    """Steps in TF32 and bfloat16 end near those in single precision."""
    photo = checks.pack / "images" / "domains" / "photo"
    common = ["--method", "fine-tuning", "--epochs", 2, "--augmentation", "none", "--image-size", 64]
    common += [] if checks.gpu else ["--threads", 1]
    code, output, exact = checks.train("rounded-fp32", photo, *common, "--tf32", "false")
    if code != 0:
        return checks.add("steps in single precision", False, f"{code}; {last_line(output)}")
    for name, options in [("TF32", ["--tf32", "true"]), ("bfloat16", ["--tf32", "false", "--precision", "bf16"])]:
        code, output, events = checks.train(f"rounded-{name}", photo, *common, *options)
        if code != 0:
            checks.add(f"steps in {name}", False, f"{code}; {last_line(output)}")
            continue
        problems, loss = difference(checks, name, events, exact, ROUNDED_LOSS_TOLERANCE)
        problems = [p for p in problems if "top1" not in p]
        changed = "" if loss > 0 or not checks.gpu else "; identical to single precision, so it was not used"
        result = f"losses differ by {loss:.1e} (at most {ROUNDED_LOSS_TOLERANCE}){changed}"
        checks.add(f"steps in {name}", not problems and not changed, result)


class MemorySampler(threading.Thread):
    """Samples the GPU's used memory, in MiB, with the time."""

    def __init__(self):
        super().__init__(daemon=True)
        self.samples, self.stopped = [], threading.Event()

    @staticmethod
    def used():
        query = ["nvidia-smi", "--query-gpu=memory.used", "--format=csv,noheader,nounits", "--id=0"]
        return int(subprocess.run(query, capture_output=True, text=True, timeout=10).stdout.strip())

    def run(self):
        while not self.stopped.wait(0.2):
            self.samples.append((time.time(), self.used()))


def speed(checks):
    """ResNet-50 fine-tuning in each precision: images/s, waiting for images, and memory over the epochs."""
    small = checks.args.quick
    network, batch, count = ("resnet18", 8, 2) if small else ("resnet50", 64, 12)
    data = checks.pack / "images" / ("domains/photo" if small else "speed")
    options = ["--method", "fine-tuning", "--backbone", network, "--weights", "random", "--epochs", count]
    options += ["--batch-size", batch, "--freeze-depth", 0]
    options += ["--image-size", 64, "--threads", 1] if small else []
    precisions = {"fp32": ["--tf32", "false"], "tf32": ["--tf32", "true"], "bf16": ["--tf32", "true", "--precision", "bf16"]}
    before = MemorySampler.used() if checks.gpu else None
    rates = {}
    for precision, settings in precisions.items() if checks.gpu else [("fp32", []), ("bf16", ["--precision", "bf16"])]:
        sampler = MemorySampler() if checks.gpu else None
        if sampler:
            sampler.start()
        code, output, events = checks.train(f"speed-{precision}", data, *options, *settings, limit=100)
        if sampler:
            sampler.stopped.set()
            sampler.join()
        if code != 0:
            checks.add(f"{network} fine-tuning in {precision}", False, f"{code}; {last_line(output)}")
            continue
        counted = [e["metrics"] for e in epochs(events)][1:]
        rate, wait = (statistics.median(m[k] for m in counted) for k in ("images-per-second", "data-wait"))
        rates[precision] = {"from_folder": rate, "wait": wait, "in_memory": rate / max(1e-3, 1 - wait)}
        result = f"{rate:.0f} images/s at batch {batch}; {wait:.0%} of the time waiting for images"
        checks.add(f"{network} fine-tuning in {precision}", None, result)
        live = [e["liveTensors"] for e in epochs(events)]
        checks.add(f"live tensors, {precision}", len(set(live[1:])) == 1, f"{live[0]}, then {sorted(set(live[1:]))}")
        if sampler:
            memory(checks, precision, sampler.samples, events)
    if checks.gpu:
        time.sleep(1)
        after = MemorySampler.used()
        checks.add("GPU memory returned", after <= before + 64, f"{before} MiB before, {after} MiB after all runs")
    (checks.out / "worker-speed.json").write_text(json.dumps(rates))
    peer(checks, network, batch, data, rates)


def memory(checks, precision, samples, events):
    ends = [datetime.fromisoformat(e["time"]).timestamp() for e in epochs(events)]
    peaks = [max((m for t, m in samples if start < t <= end), default=0) for start, end in zip([0, *ends], ends)]
    seen = [p for p in peaks[2:] if p > 0]
    flat = bool(seen) and max(seen) <= 1.02 * min(seen) + 32
    result = f"peak of each epoch from the third: {min(seen, default=0)} to {max(seen, default=0)} MiB"
    checks.add(f"GPU memory is flat, {precision}", flat, result)


def peer(checks, network, batch, data, rates):
    """The same in the installed PyTorch."""
    small = checks.args.quick
    command = [sys.executable, Path(__file__).with_name("peer.py"), "--device", checks.args.device, "--network", network, "--batch", batch]
    command += ["--side", 64, "--warm-up", 1, "--steps", 3, "--epochs", 1, "--workers", 0, "--precisions", "fp32,bf16"] if small else []
    command += ["--images", data if small else data / "train"]
    with open(checks.out / "logs" / "peer.log", "w") as log:
        process = subprocess.run(list(map(str, command)), stdout=subprocess.PIPE, stderr=log, text=True, timeout=checks.left(100))
    for row in map(json.loads, process.stdout.splitlines()):
        own = rates.get(row["precision"])
        if not own:
            continue
        for kind, name in [("in_memory", "steps alone"), ("from_folder", "from image files")]:
            checks.add(
                f"{network} in {row['precision']}, {name}",
                None,
                f"worker {own[kind]:.0f} images/s, PyTorch {row['torch']} {row[kind]:.0f}: {own[kind] / row[kind]:.2f} times",
            )
    if process.returncode != 0:
        checks.add("PyTorch's own speed", False, last_line((checks.out / "logs" / "peer.log").read_text()))


def out_of_memory(checks):
    """A batch that cannot fit ends with its message, and the next run works."""
    if not checks.gpu:
        return checks.add("memory that runs out", None, "GPU only")
    data = checks.pack / "images" / "speed"
    # 128 images of 1,024 × 1,024 need some 200 GB in ResNet-50's training.
    options = ["--method", "fine-tuning", "--backbone", "resnet50", "--weights", "random", "--batch-size", 1024, "--image-size", 1024]
    code, output, _ = checks.train("out-of-memory", data, *options, "--epochs", 1, limit=100)
    checks.add("memory that runs out is reported", code == 6 and "memory ran out" in output, f"exit code {code}; {last_line(output)}")
    code, output, _ = checks.train("after", checks.pack / "images" / "domains" / "photo", "--epochs", 1)
    checks.add("the next run works", code == 0, f"exit code {code}")


PARTS = {"symbols": symbols, "doctor": doctor, "methods": methods, "rounded": rounded, "speed": speed, "memory": out_of_memory}


def main():
    parser = argparse.ArgumentParser()
    for name in ("pack", "out", "work", "device"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--minutes", type=float, default=8)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only")
    checks = Checks(parser.parse_args())
    chosen = checks.args.only.split(",") if checks.args.only else list(PARTS)
    for name in chosen:
        if time.monotonic() > checks.deadline - 10:
            checks.add(name, False, "no time was left")
            continue
        start = time.monotonic()
        try:
            PARTS[name](checks)
        except Exception as failure:  # The next part can still tell something.
            checks.add(name, False, f"{type(failure).__name__}: {last_line(str(failure))}")
        print(f"      ({name}: {time.monotonic() - start:.0f} s)", flush=True)
    failed = sum(passed is False for _, passed, _ in checks.rows)
    print(f"{sum(passed is True for _, passed, _ in checks.rows)} passed, {failed} failed", flush=True)
    sys.exit(min(failed, 100))


if __name__ == "__main__":
    main()
