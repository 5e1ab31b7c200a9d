using System.IO.Compression;
using BlazorTransfer.Training.Evaluation;
using BlazorTransfer.Training.Foundation;

namespace BlazorTransfer.Worker;

/// <summary>Opens a model as a person names it: a downloaded zip, a run folder, or a weights file with its description.</summary>
internal static class ModelFile
{
    public static Predictor Open(string path)
    {
        string scratch = Directory.CreateTempSubdirectory("blazortransfer-model-").FullName;
        try
        {
            return Predictor.Open(Locate(path, scratch));
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }
    }

    /// <summary>The weights file of a model, with its description beside it.</summary>
    /// <param name="path">As a person names it.</param>
    /// <param name="unpackTo">A folder for what a zip holds of them; made where it is needed.</param>
    public static string Locate(string path, string unpackTo)
    {
        if (Directory.Exists(path))
        {
            string[] candidates =
            [
                Path.Combine(path, "checkpoints", "best.safetensors"),
                Path.Combine(path, "model.safetensors"),
                Path.Combine(path, "best.safetensors"),
            ];
            return candidates.FirstOrDefault(File.Exists)
                ?? throw TrainingException.BadInput(
                    "model.folder-without",
                    $"The folder '{path}' holds no model (no model.safetensors and no checkpoints/best.safetensors)."
                );
        }

        if (!File.Exists(path))
            throw TrainingException.BadInput("model.none", $"There is no model '{path}'.");
        return Path.GetExtension(path).Equals(".zip", StringComparison.OrdinalIgnoreCase) ? Unpack(path, unpackTo) : path;
    }

    private static string Unpack(string path, string folder)
    {
        Directory.CreateDirectory(folder);
        using ZipArchive zip = ZipFile.OpenRead(path);
        foreach (string name in new[] { "model.safetensors", "model.json" })
        {
            ZipArchiveEntry entry =
                zip.GetEntry(name)
                ?? throw TrainingException.BadInput("model.no-package", $"'{path}' is not a model package: it has no {name}.");
            entry.ExtractToFile(Path.Combine(folder, name));
        }

        return Path.Combine(folder, "model.safetensors");
    }
}
