using System.Globalization;
using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Models;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Training.Backbones;
using BlazorTransfer.Training.Methods;
using BlazorTransfer.Training.Models;

namespace BlazorTransfer.Training.Export;

/// <summary>The README of a downloaded model, with code that runs as it stands for this very model.</summary>
public static class PackageReadme
{
    private const int MostNames = 20;

    private const string ReadThresholds = "thresholds = json.load(open(\"model.json\", encoding=\"utf-8\"))[\"thresholds\"]";

    public static string For(ModelDescription model, JobSpec job)
    {
        Preprocessing p = model.Preprocessing;
        PyTorchCode pytorch = BackboneRegistry.PyTorch(model.Backbone);
        return $$"""
            # Image classifier: {{Few(model.Classes)}}

            {{model.Backbone}}, {{model.Method}}, {{model.Classes.Count}} classes{{FurtherQuestions(
                model
            )}}, trained with BlazorTransfer on {{job.Data.Version ?? "a data set of the user"}}.
            {{Accuracy(model, job)}}{{FurtherAccuracy(model)}}{{Several(model)}}

            | file | what it is |
            |---|---|
            {{string.Join("\n", ExporterRegistry.Exporters.Select(e => $"| `{e.FileName}` | {e.Description} |"))}}
            | `labels.txt` | {{(
                model.LabelSets is null
                    ? "the classes, in the order of the outputs"
                    : "what each output stands for, in their order: the classes, then the labels of each set as `set: label`"
            )}} |
            | `preprocessing.json` | how an image becomes the input |
            | `run.json` | configuration, seed, version of the data, metrics |
            | `model.json` | what `worker predict` needs |{{Notice(job)}}

            ## PyTorch
            ```python
            {{ThresholdsInPython(model, "import json")}}import sys
            import torch
            from PIL import Image
            from torchvision import transforms
            {{pytorch.Preparation}}

            labels = open("labels.txt", encoding="utf-8").read().splitlines()
            {{ThresholdsInPython(model, ReadThresholds)}}model = {{pytorch.Construction}}
            {{HeadInPyTorch(model)}}model.load_state_dict(torch.load("model.pth"), strict=True)  # on PyTorch 2: weights_only=True works too
            model.eval()

            prepare = transforms.Compose([
                transforms.Resize({{p.ResizeShorterSide}}, transforms.InterpolationMode.{{p.Interpolation.ToUpperInvariant()}}),
                transforms.CenterCrop({{p.CropSize}}),
                transforms.ToTensor(),
                transforms.Normalize([{{Numbers(p.Mean)}}], [{{Numbers(p.Std)}}]),
            ])
            for path in sys.argv[1:]:
                with torch.no_grad():
                    logits = model(prepare(Image.open(path).convert("RGB"))[None])[0]
            {{AnswerInPyTorch(model)}}
            ```

            ## TorchSharp
            The package loads with the engine of BlazorTransfer (`BlazorTransfer.Training`), which builds the
            network and prepares the image:
            ```csharp
            using BlazorTransfer.Training.Evaluation;

            // model.json lies beside model.safetensors and names the network, the classes and the preprocessing.
            using Predictor predictor = Predictor.Open("model.safetensors");
            foreach (var answer in predictor.Predict("image.jpg"){{(model.Thresholds is null ? "" : ".Where(a => a.IsPredicted == true)")}})
                Console.WriteLine($"{answer.Label} {answer.Probability:P1}");{{FurtherInTorchSharp(
                model
            )}}
            ```

            ## Command line
            ```sh
            BlazorTransfer.Worker predict --model model.zip image.jpg
            ```

            """;
    }

    /// <summary>What each output stands for: a line each in <c>labels.txt</c>.</summary>
    public static IReadOnlyList<string> OutputsOf(ModelDescription model) =>
        [.. model.Classes, .. (model.LabelSets ?? []).SelectMany(s => s.Labels.Select(label => $"{s.Name}: {label}"))];

    private static string Few(IReadOnlyList<string> names) =>
        $"{string.Join(", ", names.Take(MostNames))}{(names.Count > MostNames ? $" and {names.Count - MostNames} more" : "")}";

    private static string Notice(JobSpec job) =>
        WeightsNotice.For(job) is null
            ? ""
            : $"\n| `{WeightsNotice.FileName}` | origin and licence of the pretrained weights; keep it with copies of the model |";

    private static string FurtherQuestions(ModelDescription model) =>
        string.Concat((model.LabelSets ?? []).Select(s => $", and {s.Name}: {Few(s.Labels)}"));

    private static string FurtherAccuracy(ModelDescription model) =>
        string.Concat((model.LabelSets ?? []).Select(s => $" {s.Name}: {Top1(model, MetricKeys.Of(MetricKeys.ValidationTop1, s.Name))}."));

    /// <summary>A line that only a model with thresholds needs.</summary>
    private static string ThresholdsInPython(ModelDescription model, string line) => model.Thresholds is null ? "" : line + "\n";

    /// <summary>How to read probabilities of labels that an image may have several of; nothing where it has one.</summary>
    private static string Several(ModelDescription model) =>
        model.Thresholds is null
            ? ""
            : " An image may have several of these classes, or none: it has each one whose probability (the sigmoid of its output) is at "
                + "least the class's threshold in `model.json`. Thresholds have the highest F1 on the validation images.";

    /// <summary>The best output, or the predicted labels; of a model that answers several questions, those of each one.</summary>
    private static string AnswerInPyTorch(ModelDescription model)
    {
        string[] lines = (model.LabelSets, model.Kind) switch
        {
            (null, LabelKind.SingleLabel) =>
            [
                "best = logits.softmax(0).argmax().item()",
                "print(path, labels[best], [round(v, 4) for v in logits.tolist()])",
            ],
            ({ } sets, LabelKind.SingleLabel) =>
            [
                "answers, first = [], 0",
                $"for count in [{string.Join(", ", sets.Select(s => s.Labels.Count).Prepend(model.Classes.Count))}]:  # outputs "
                    + "of the classes, and of each label set",
                "    answers.append(labels[first + logits[first:first + count].argmax().item()])",
                "    first += count",
                "print(path, *answers, [round(v, 4) for v in logits.tolist()])",
            ],
            _ =>
            [
                .. ModelTask
                    .Behind(0, (model.LabelSets ?? []).Prepend(LabelTask.OfClasses(model.Classes, model.Kind)).Select(t => (t, 1.0)))
                    .Select(t =>
                        (t.FirstOutput == 0 ? "answers = " : "answers += ")
                        + t.Kind.AnswerInPython($"logits[{t.FirstOutput}:{t.FirstOutput + t.Labels.Labels.Count}]", $"{t.FirstOutput}")
                    ),
                "print(path, answers, [round(v, 4) for v in logits.tolist()])",
            ],
        };
        return string.Join("\n", lines.Select(l => $"    {l}"));
    }

    private static string FurtherInTorchSharp(ModelDescription model) =>
        model.LabelSets is null
            ? ""
            : "\nforeach (var set in predictor.Answer(\"image.jpg\").LabelSets) Console.WriteLine($\"{set.Name}: {set.Top[0].Label}\");";

    /// <summary>What puts a head into the network that is not the architecture's own; nothing where it is that.</summary>
    private static string HeadInPyTorch(ModelDescription model)
    {
        if (model.Head is not { } head)
            return "";
        using Backbone backbone = BackboneRegistry.Create(model.Backbone, OutputsOf(model).Count);
        string place = string.Concat(backbone.HeadName.Split('.').Select(part => part.All(char.IsAsciiDigit) ? $"[{part}]" : $".{part}"));
        PyTorchCode code = OwnHead.PyTorch(backbone.Spec.FeatureDim, head, backbone.HeadTakesMap);
        return $"{code.Preparation}model{place} = {code.Construction}\n";
    }

    private static string Accuracy(ModelDescription model, JobSpec job)
    {
        if (job.TrainOn != TrainingImages.TrainingSplit)
            return $"It was trained on all labelled images ({model.Epoch} epochs), so no validation accuracy was measured.";
        return job.Target is not { } target
            ? $"Validation {Main(model)} (epoch {model.Epoch}, chosen on the same validation "
                + "images, so expect a little less on new ones)."
            : "It is for images like "
                + $"{target.Data.Version ?? "those of its target domain"}{(target.Data.Only is { } only ? $" ({only})" : "")}. Top-1 "
                + $"there: {Top1(model, MetricKeys.TargetTop1)} (epoch {model.Epoch}; {LabelsOf(job, target)}).";
    }

    private static string Main(ModelDescription model) =>
        model.Thresholds is null
            ? $"top-1: {Top1(model, MetricKeys.ValidationTop1)}"
            : $"mAP: {Top1(model, MetricKeys.ValidationMap)}, micro F1: {Top1(model, MetricKeys.ValidationMicroF1)}";

    private static string Top1(ModelDescription model, string key) =>
        model.Metrics.TryGetValue(key, out double value) ? value.ToString("P1", CultureInfo.InvariantCulture) : "unknown";

    private static string LabelsOf(JobSpec job, TargetSpec target) =>
        !TransferMethodRegistry.All.Any(m => m.Name == job.Method && m.UsesTargetLabels)
            ? "no label of these images was used to train or to choose it"
            : $"{target.LabelledPerClass} labelled images of each class were learned from, and none of those that scored it";

    private static string Numbers(IEnumerable<float> values) =>
        string.Join(", ", values.Select(v => v.ToString(CultureInfo.InvariantCulture)));
}
