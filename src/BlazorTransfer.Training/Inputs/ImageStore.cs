using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Messages;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Imaging;
using BlazorTransfer.Training.Foundation;

namespace BlazorTransfer.Training.Inputs;

/// <summary>
/// Reads a data set's images, each once as far as there is room: decoding costs many times what a crop out of memory does. For training
/// they are kept a little larger than the network's input, for evaluation as the pixels that the network sees.
/// </summary>
public sealed class ImageStore
{
    private readonly string _root;
    private readonly int _workingSide;
    private readonly string _workingKey;
    private readonly DecodedImages _decoded;

    /// <param name="root">The folder that samples are relative to.</param>
    /// <param name="workingSide">Shorter side of images for training, in pixels.</param>
    public ImageStore(string root, int workingSide)
        : this(root, workingSide, DecodedImages.Of(spill: null)) { }

    /// <inheritdoc cref="ImageStore(string, int)"/>
    /// <param name="root">See above.</param>
    /// <param name="workingSide">See above.</param>
    /// <param name="decoded">Where decoded images are kept; several stores may share it.</param>
    internal ImageStore(string root, int workingSide, DecodedImages decoded) =>
        (_root, _workingSide, _workingKey, _decoded) = (root, workingSide, $"working {workingSide}", decoded);

    /// <summary>The pixels that evaluation sees, which are those of PIL and torchvision.</summary>
    /// <exception cref="TrainingException">The file is gone or damaged.</exception>
    public RgbImage Evaluated(Sample sample, ImageTransforms transforms) =>
        _decoded.GetOrAdd(new DecodedKey(sample.Key, transforms.EvaluationKey), () => Read(sample, transforms.EvaluationCrop));

    /// <summary>The image with its shorter side reduced to the working side.</summary>
    /// <inheritdoc cref="Evaluated"/>
    public RgbImage Working(Sample sample) =>
        _decoded.GetOrAdd(
            new DecodedKey(sample.Key, _workingKey),
            () =>
                Read(
                    sample,
                    (file, region) =>
                    {
                        DecodedImage decoded = region is { } area
                            ? new DecodedImage(ImageDecoder.DecodeRegion(file, area))
                            : ImageDecoder.DecodeReduced(file, minimumShorterSide: _workingSide);
                        return PilResize.ShorterSide(decoded, Math.Min(decoded.ShorterSide, _workingSide));
                    }
                )
        );

    private RgbImage Read(Sample sample, Func<byte[], PixelArea?, RgbImage> decode)
    {
        try
        {
            return decode(File.ReadAllBytes(Path.Combine(_root, sample.File)), sample.Region);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ImageException)
        {
            throw new TrainingException(
                WorkerExitCode.BadInput,
                "data.image-unreadable",
                $"The image '{sample.Name}' cannot be read any more: {Message.Of(e)}",
                e
            );
        }
    }
}
