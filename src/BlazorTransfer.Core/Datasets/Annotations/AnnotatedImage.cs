namespace BlazorTransfer.Core.Datasets.Annotations;

/// <summary>What annotation files say of one image.</summary>
public sealed class AnnotatedImage
{
    private readonly List<LabelledBox> _boxes = [];

    public IReadOnlyList<LabelledBox> Boxes => _boxes;

    /// <summary>The split that the files give it; null where they give none.</summary>
    public Split? Split { get; internal set; }

    /// <summary>The image's size as the files state it; null where they do not.</summary>
    public (int Width, int Height)? Size { get; internal set; }

    internal void Add(LabelledBox box) => _boxes.Add(box);
}
