using System.Globalization;
using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Models;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Training.Backbones;
using BlazorTransfer.Training.Methods;

namespace BlazorTransfer.Training.Export;

/// <summary>The README of a downloaded model, with code that runs as it stands for this very model.</summary>
public static class PackageReadme
{
    public static string For(ModelDescription model, JobSpec job)
    {
        Preprocessing p = model.Preprocessing;
        PyTorchCode pytorch = BackboneRegistry.PyTorch(model.Backbone);
        return $$"""
            # Image classifier: {{string.Join(", ", model.Classes)}}

            {{model.Backbone}}, {{model.Method}}, {{model.Classes.Count}} classes, trained with BlazorTransfer on {{job.Data.Version ?? "a data set of the user"}}.
            {{Accuracy(model, job)}}

            | file | what it is |
            |---|---|
            | `model.safetensors` | the weights, torchvision's names |
            | `model.pth` | the same as a PyTorch state dictionary |
            | `labels.txt` | the classes, in the order of the outputs |
            | `preprocessing.json` | how an image becomes the input |
            | `run.json` | configuration, seed, version of the data, metrics |
            | `model.json` | what `worker predict` needs |

            ## PyTorch
            ```python
            import sys
            import torch
            from PIL import Image
            from torchvision import transforms
            {{pytorch.Preparation}}

            labels = open("labels.txt", encoding="utf-8").read().splitlines()
            model = {{pytorch.Construction}}
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
                best = logits.softmax(0).argmax().item()
                print(path, labels[best], [round(v, 4) for v in logits.tolist()])
            ```

            ## TorchSharp
            The package loads with the engine of BlazorTransfer (`BlazorTransfer.Training`), which builds the network and prepares the image:
            ```csharp
            using BlazorTransfer.Training.Evaluation;

            // model.json lies beside model.safetensors and names the network, the classes and the preprocessing.
            using Predictor predictor = Predictor.Open("model.safetensors");
            foreach (var answer in predictor.Predict("image.jpg")) Console.WriteLine($"{answer.Label} {answer.Probability:P1}");
            ```

            ## Command line
            ```sh
            BlazorTransfer.Worker predict --model model.zip image.jpg
            ```

            """;
    }

    /// <summary>What puts a head into the network that is not the architecture's own; nothing where it is that.</summary>
    private static string HeadInPyTorch(ModelDescription model)
    {
        if (model.Head is not { } head) return "";
        using Backbone backbone = BackboneRegistry.Create(model.Backbone, model.Classes.Count);
        string place = string.Concat(backbone.HeadName.Split('.').Select(part => int.TryParse(part, out _) ? $"[{part}]" : $".{part}"));
        PyTorchCode code = OwnHead.PyTorch(backbone.Spec.FeatureDim, head, backbone.HeadTakesMap);
        return $"{code.Preparation}model{place} = {code.Construction}\n";
    }

    private static string Accuracy(ModelDescription model, JobSpec job)
    {
        string Top1(string key) => model.Metrics.TryGetValue(key, out double value) ? value.ToString("P1", CultureInfo.InvariantCulture) : "unknown";
        return job.Target is not { } target
            ? $"Validation top-1: {Top1(MetricKeys.ValidationTop1)} (epoch {model.Epoch}, chosen on the same validation images, so expect a little less on new ones)."
            : $"It is for images like {target.Data.Version ?? "those of its target domain"}{(target.Data.Only is { } only ? $" ({only})" : "")}. Top-1 there: {Top1(MetricKeys.TargetTop1)} (epoch {model.Epoch}; {LabelsOf(job, target)}).";
    }

    private static string LabelsOf(JobSpec job, TargetSpec target) => !TransferMethodRegistry.All.Any(m => m.Name == job.Method && m.UsesTargetLabels) ? "no label of these images was used to train or to choose it"
        : $"{target.LabelledPerClass} labelled images of each class were learned from, and none of those that scored it";

    private static string Numbers(IEnumerable<float> values) => string.Join(", ", values.Select(v => v.ToString(CultureInfo.InvariantCulture)));
}
