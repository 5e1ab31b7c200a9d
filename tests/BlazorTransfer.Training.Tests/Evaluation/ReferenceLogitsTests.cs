using System.Text.Json;
using BlazorTransfer.Core.Models;
using BlazorTransfer.Training.Backbones;
using BlazorTransfer.Training.Evaluation;
using BlazorTransfer.Training.Models;
using BlazorTransfer.Training.Weights;
using TorchSharp;

namespace BlazorTransfer.Training.Tests.Evaluation;

/// <summary>From a JPEG to logits as torchvision gives them: decoding, resizing, normalising and the network together.</summary>
public sealed class ReferenceLogitsTests
{
    [Fact]
    public void Logits_OfRealPhotographs_AreTorchvisions()
    {
        JsonElement images = JsonDocument
            .Parse(File.ReadAllText(SharedFiles.Path("reference", "mobilenet_v2-hymenoptera.json")))
            .RootElement.GetProperty("imagenet_logits");
        string data = SharedFiles.Path("data", "hymenoptera"),
            weights = SharedFiles.Path("weights", "mobilenet_v2-imagenet.pth");
        string[] classes = [.. Enumerable.Range(0, 1000).Select(c => c.ToString(System.Globalization.CultureInfo.InvariantCulture))];
        using Backbone backbone = BackboneRegistry.Create("mobilenet_v2", classes.Length);
        WeightsLoader.Load(backbone, WeightsFile.Open(weights));
        var model = new ModelDescription
        {
            Backbone = "mobilenet_v2",
            Classes = classes,
            Preprocessing = backbone.Spec.Preprocessing,
            Method = "none",
            Epoch = 1,
            Metrics = new Dictionary<string, double>(),
        };
        string folder = Directory.CreateTempSubdirectory("blazortransfer-").FullName;
        try
        {
            string file = Path.Combine(folder, "model.safetensors");
            Safetensors.Write(file, new TransferModel(backbone, classes, torch.CPU).Snapshot());
            model.Save(ModelDescription.PathBeside(file));
            using Predictor predictor = Predictor.Open(file);
            int sameTop1 = 0;
            foreach (JsonProperty image in images.EnumerateObject())
            {
                int[] top5 = image.Value.GetProperty("top5").Deserialize<int[]>()!;
                double[] expected = image.Value.GetProperty("logits").Deserialize<double[]>()!;
                float[] logits = predictor.Outputs(Path.Combine(data, image.Name));
                if (Array.IndexOf(logits, logits.Max()) == top5[0])
                    sameTop1++;
                for (int i = 0; i < top5.Length; i++)
                    Assert.True(
                        Math.Abs(logits[top5[i]] - expected[i]) <= 0.5,
                        $"{image.Name}, class {top5[i]}: {logits[top5[i]]:F3} here, {expected[i]} in torchvision."
                    );
            }

            Assert.True(sameTop1 >= 11, $"Top-1 is torchvision's on {sameTop1} of 12 images only.");
        }
        finally
        {
            TestFolder.Delete(folder);
        }
    }
}
