using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Models;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Training.Evaluation;
using BlazorTransfer.Training.Foundation;
using BlazorTransfer.Training.Weights;

namespace BlazorTransfer.Training.Export;

/// <summary>
/// The download of a finished run: a zip that loads elsewhere without this program. Each weights file is opened again and must
/// give the checkpoint's answers on real images before the package appears.
/// </summary>
public static class ModelPackage
{
    private const int ProofImages = 4;
    private const double LargestDifference = 1e-5;

    /// <exception cref="TrainingException">A written file does not give the model's answers.</exception>
    public static ArtifactWritten Write(RunFolder folder, JobSpec job)
    {
        ModelDescription description = ModelDescription.Load(ModelDescription.PathBeside(folder.BestCheckpoint));
        IReadOnlyDictionary<string, TensorData> tensors = WeightsFile.Open(folder.BestCheckpoint);
        // In the run's folder: a container may have no other place to write to.
        string staging = Path.Combine(folder.Path, "package" + AtomicFile.TemporaryEnding);
        if (Directory.Exists(staging))
            Directory.Delete(staging, recursive: true);
        Directory.CreateDirectory(staging);
        try
        {
            var proof = new Dictionary<string, double>();
            string[] images = ProofImagesOf(job);
            foreach (Exporter exporter in ExporterRegistry.Exporters)
            {
                string file = Path.Combine(staging, exporter.FileName);
                exporter.Write(tensors, file);
                proof[exporter.FileName] = Prove(folder.BestCheckpoint, description, file, images);
            }

            File.WriteAllLines(Path.Combine(staging, "labels.txt"), PackageReadme.OutputsOf(description));
            File.WriteAllText(
                Path.Combine(staging, "preprocessing.json"),
                JsonSerializer.Serialize(description.Preprocessing, ProtocolJson.Indented)
            );
            description.Save(Path.Combine(staging, "model.json"));
            File.WriteAllText(Path.Combine(staging, "run.json"), RunRecord(folder, job, description, proof));
            File.WriteAllText(Path.Combine(staging, "README.md"), PackageReadme.For(description, job));
            if (WeightsNotice.For(job) is { } notice)
                File.WriteAllText(Path.Combine(staging, WeightsNotice.FileName), notice);
            return Zip(staging, folder);
        }
        finally
        {
            Directory.Delete(staging, recursive: true);
        }
    }

    private static string[] ProofImagesOf(JobSpec job) =>
        [
            .. DatasetManifest
                .Load(job.Data.Manifest)
                .Of(Split.Validation)
                .Take(ProofImages)
                .Select(s => Path.Combine(job.Data.ImageRoot, s.File)),
        ];

    /// <summary>Largest absolute difference of any logit, over the images.</summary>
    private static double Prove(string checkpoint, ModelDescription description, string exported, string[] images)
    {
        description.Save(ModelDescription.PathBeside(exported));
        using Predictor original = Predictor.Open(checkpoint),
            copy = Predictor.Open(exported);
        double difference = images.Max(image => original.Outputs(image).Zip(copy.Outputs(image), (a, b) => (double)Math.Abs(a - b)).Max());
        // The negation also catches a difference that is no number.
        if (!(difference <= LargestDifference))
        {
            throw new TrainingException(
                WorkerExitCode.InternalError,
                "export.differs",
                $"The exported {Path.GetFileName(exported)} does not give the model's answers (difference {difference:g3}), so "
                    + $"it is not offered."
            );
        }

        return difference;
    }

    private static string RunRecord(RunFolder folder, JobSpec job, ModelDescription description, Dictionary<string, double> proof)
    {
        RunEvent[] events = [.. RunEventTail.All(folder.Events).Where(e => e is RunStarted or EvaluationCompleted)];
        RunStarted? started = events.OfType<RunStarted>().FirstOrDefault();
        return JsonSerializer.Serialize(
            new
            {
                job.RunId,
                job.Backbone,
                Weights = new
                {
                    job.Weights.Name,
                    job.Weights.Sha256,
                    job.Weights.Origin,
                },
                Teacher = job.Teacher?.Name,
                job.Method,
                LabelSets = job.LabelSets.Count == 0 ? null : job.LabelSets,
                Settings = started?.Settings,
                job.Seed,
                Data = new
                {
                    job.Data.Version,
                    job.Data.Only,
                    started?.TrainSamples,
                    started?.ValidationSamples,
                    started?.TestSamples,
                },
                Target = job.Target is null
                    ? null
                    : new
                    {
                        job.Target.Data.Version,
                        job.Target.Data.Only,
                        job.Target.Data.ClassNames,
                        job.Target.Transductive,
                        started?.TargetSamples,
                        started?.TargetScored,
                    },
                Device = started?.DeviceDescription,
                Software = $"BlazorTransfer {EngineVersion.Current}, TorchSharp "
                    + $"{typeof(TorchSharp.torch).Assembly.GetName().Version?.ToString(3)}",
                BestEpoch = description.Epoch,
                BestEpochMetrics = description.Metrics,
                Evaluations = events
                    .OfType<EvaluationCompleted>()
                    .Select(e => new
                    {
                        e.Split,
                        e.OfTarget,
                        e.LabelSet,
                        e.Metrics,
                        e.ConfusionMatrix,
                        e.LabelScores,
                    }),
                ExportProof = new { Images = ProofImages, LargestLogitDifference = proof },
            },
            ProtocolJson.Indented
        );
    }

    private static ArtifactWritten Zip(string staging, RunFolder folder)
    {
        string[] files = [.. Directory.GetFiles(staging).Order(StringComparer.Ordinal)];
        AtomicFile.Write(
            folder.ModelPackage,
            stream =>
            {
                using var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true, Encoding.UTF8);
                foreach (string file in files)
                {
                    // Weights are noise to a compressor.
                    CompressionLevel level = ExporterRegistry.Exporters.Any(e => e.FileName == Path.GetFileName(file))
                        ? CompressionLevel.NoCompression
                        : CompressionLevel.Optimal;
                    zip.CreateEntryFromFile(file, Path.GetFileName(file), level);
                }
            }
        );
        using FileStream written = File.OpenRead(folder.ModelPackage);
        return new ArtifactWritten
        {
            File = "artifacts/model.zip",
            Format = "package",
            Bytes = written.Length,
            Sha256 = Convert.ToHexStringLower(SHA256.HashData(written)),
        };
    }
}
