using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Messages;
using BlazorTransfer.Core.Previews;
using BlazorTransfer.Imaging;
using BlazorTransfer.Training.Augmentation;
using BlazorTransfer.Training.Backbones;
using BlazorTransfer.Training.Foundation;
using BlazorTransfer.Training.Inputs;
using BlazorTransfer.Training.Methods;
using BlazorTransfer.Training.Numerics;
using BlazorTransfer.Training.Settings;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Runs;

/// <summary>Shows what a run's training would see of a few images, by the way that training itself takes, on the CPU.</summary>
public static class PreviewRun
{
    private const int MostImages = 4;
    private const int Views = 3;
    private const int LongestSide = 160;
    private const int Quality = 85;

    /// <exception cref="TrainingException">Something that the user can mend.</exception>
    public static PreviewSheet Execute(PreviewJob job)
    {
        (TransferMethod method, ParameterSet settings) = TransferMethodRegistry.Create(job.Method, job.Parameters);
        using TransferMethod own = method;
        BackboneSpec backbone =
            BackboneRegistry.Find(job.Backbone)
            ?? throw TrainingException.BadInput("network.unknown", $"There is no network named '{job.Backbone}'.");
        Preprocessing preprocessing = ImageSize.PreprocessingOf(backbone, settings);
        var images = new ImageStore(job.Data.ImageRoot, preprocessing.ResizeShorterSide);
        DatasetManifest data = LoadData(job);
        Sample[] samples = Choose(data);
        InputReader still = InputReader.Evaluation(images, preprocessing),
            drawn = RandomCrop.From(settings)?.Reader(images, preprocessing) ?? still;
        ImageBatches Batches(InputReader reader) => new(samples, data.ClassTask, _ => reader, job.Seed, CPU);
        byte[][] originals = Encode(Batches(still), preprocessing, epoch: 0);
        BatchSource training = AugmentedBatches.Of(Batches(drawn), settings, preprocessing);
        byte[][][] views = [.. Enumerable.Range(1, Views).Select(epoch => Encode(training, preprocessing, epoch))];
        return new PreviewSheet(
            preprocessing.CropSize,
            [.. samples.Select((s, i) => new PreviewedImage(s.Name, NameOf(data, s), originals[i], [.. views.Select(v => v[i])]))]
        );
    }

    private static string NameOf(DatasetManifest data, Sample sample) => string.Join(", ", data.ClassTask.LabelsOf(sample)!);

    private static DatasetManifest LoadData(PreviewJob job)
    {
        try
        {
            return job.Data.Read();
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            throw TrainingException.BadInput("data.unreadable", $"The data set cannot be read: {Message.Of(e)}", e);
        }
    }

    /// <summary>Of each class one, then of each another.</summary>
    private static Sample[] Choose(DatasetManifest data)
    {
        Sample[] chosen =
        [
            .. data.Of(Split.Train)
                .Where(s => data.ClassTask.LabelsOf(s) is not null)
                .GroupBy(s => NameOf(data, s), StringComparer.Ordinal)
                .SelectMany(g => g.Select((sample, rank) => (Sample: sample, Rank: rank)))
                .OrderBy(s => s.Rank)
                .Take(MostImages)
                .Select(s => s.Sample),
        ];
        return chosen.Length > 0
            ? chosen
            : throw TrainingException.BadInput("data.no-training-images", $"The data set has no training images.");
    }

    /// <summary>A JPEG of each image, as the network sees it in an epoch.</summary>
    private static byte[][] Encode(BatchSource source, Preprocessing preprocessing, int epoch)
    {
        var files = new List<byte[]>();
        foreach (
            Batch batch in source.Read([.. Enumerable.Range(0, source.Samples.Count)], source.Samples.Count, epoch, CancellationToken.None)
        )
        {
            using Batch own = batch;
            using var scope = NewDisposeScope();
            Tensor std = tensor([.. preprocessing.Std], [1, 3, 1, 1]),
                mean = tensor([.. preprocessing.Mean], [1, 3, 1, 1]);
            Tensor bytes = batch
                .Inputs.mul(std)
                .Plus(mean)
                .Times(255)
                .Plus(0.5)
                .Clamp(0, 255)
                .to(ScalarType.Byte)
                .permute(0, 2, 3, 1)
                .contiguous(); // [N, S, S, 3]
            for (int i = 0; i < batch.Samples.Count; i++)
                files.Add(Encode(new RgbImage(preprocessing.CropSize, preprocessing.CropSize, bytes[i].data<byte>().ToArray())));
        }

        return [.. files];
    }

    private static byte[] Encode(RgbImage image)
    {
        using var file = new MemoryStream();
        JpegEncoder.Encode(image.ShorterSide > LongestSide ? PilResize.ShorterSide(image, LongestSide) : image, file, Quality);
        return file.ToArray();
    }
}
