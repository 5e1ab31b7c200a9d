using System.Security.Cryptography;
using System.Text;
using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Training.Inputs;
using BlazorTransfer.Training.Settings;

namespace BlazorTransfer.Training.Features;

/// <summary>Which pictures of some images features are computed of: those that evaluation sees, or a view, those that an epoch of training
/// draws.</summary>
/// <param name="Images">Where they are read.</param>
/// <param name="Side">Of the pictures, in pixels.</param>
/// <param name="Epoch">As which epoch they are read: what is drawn for an image comes from the seed, this and the image's number.</param>
/// <param name="Draws">All that decides what is drawn beside image and number; empty where nothing is.</param>
internal sealed record Pictures(BatchSource Images, int Side, int Epoch, string Draws)
{
    /// <summary>As evaluation sees them.</summary>
    public static Pictures Plain(ImageBatches images) => new(images, images.Side, Epoch: 0, "");

    /// <summary>As an epoch of training sees them, which must not mix them.</summary>
    /// <param name="training">The training images.</param>
    /// <param name="side">Of the pictures, in pixels.</param>
    /// <param name="epoch">Of the run, from 1.</param>
    /// <param name="settings">What is drawn.</param>
    /// <param name="seed">The run's.</param>
    public static Pictures View(BatchSource training, int side, int epoch, ParameterSet settings, int seed) =>
        new(
            training,
            side,
            epoch,
            $"2 {seed} {epoch} {System.Text.Json.JsonSerializer.Serialize(AugmentationParameters.Drawn(settings), ProtocolJson.Line)}"
        );

    /// <summary>
    /// What a sample's row is called in a cache, lower-case hex of 32 bytes: its image's hash, so that an image is known in any data set.
    /// Its region belongs to the name, and its number where something is drawn for it.
    /// </summary>
    public string NameOf(int index)
    {
        Sample sample = Images.Samples[index];
        return Draws.Length > 0 ? Hashed($"{sample.Key} {index}")
            : sample.Region is null ? sample.Sha256
            : Hashed(sample.Key);
    }

    private static string Hashed(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
