using System.IO.Compression;
using BlazorTransfer.Training;
using BlazorTransfer.Training.Evaluation;

namespace BlazorTransfer.Worker;

/// <summary>Opens a model as a person names it: a downloaded zip, a run folder, or a weights file with its description.</summary>
internal static class ModelFile
{
    public static Predictor Open(string path)
    {
        if (Directory.Exists(path))
        {
            string[] candidates = [Path.Combine(path, "checkpoints", "best.safetensors"), Path.Combine(path, "model.safetensors"), Path.Combine(path, "best.safetensors")];
            return Predictor.Open(candidates.FirstOrDefault(File.Exists)
                ?? throw TrainingException.BadInput($"The folder '{path}' holds no model (no model.safetensors and no checkpoints/best.safetensors)."));
        }

        if (!File.Exists(path)) throw TrainingException.BadInput($"There is no model '{path}'.");
        return Path.GetExtension(path).Equals(".zip", StringComparison.OrdinalIgnoreCase) ? OpenZip(path) : Predictor.Open(path);
    }

    private static Predictor OpenZip(string path)
    {
        string folder = Directory.CreateTempSubdirectory("blazortransfer-model-").FullName;
        try
        {
            using ZipArchive zip = ZipFile.OpenRead(path);
            foreach (string name in new[] { "model.safetensors", "model.json" })
            {
                ZipArchiveEntry entry = zip.GetEntry(name) ?? throw TrainingException.BadInput($"'{path}' is no model package: it has no {name}.");
                entry.ExtractToFile(Path.Combine(folder, name));
            }

            return Predictor.Open(Path.Combine(folder, "model.safetensors"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
