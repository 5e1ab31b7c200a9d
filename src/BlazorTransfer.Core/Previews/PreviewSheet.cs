namespace BlazorTransfer.Core.Previews;

/// <summary>Training images as a network sees them.</summary>
/// <param name="Side">Side of the network's input, in pixels; the pictures may be smaller.</param>
/// <param name="Images">A few, of different classes as far as there are.</param>
public sealed record PreviewSheet(int Side, IReadOnlyList<PreviewedImage> Images);

/// <summary>One image without and with what training does to it.</summary>
/// <param name="Name">The name under which the user brought it.</param>
/// <param name="Label">Its class.</param>
/// <param name="Original">As evaluation sees it, a JPEG.</param>
/// <param name="Views">As epochs of training see it, JPEGs.</param>
public sealed record PreviewedImage(string Name, string Label, byte[] Original, IReadOnlyList<byte[]> Views);
