namespace BlazorTransfer.Core.Datasets;

/// <summary>What the folders of an import mean.</summary>
public enum ImportLayout
{
    /// <summary>The folder of an image is its class: <c>ants/1.jpg</c>, or <c>train/ants/1.jpg</c>.</summary>
    Classes,

    /// <summary>The outer folder is the domain, and class folders lie inside: <c>photo/dog/1.jpg</c>, or
    /// <c>photo/train/dog/1.jpg</c>.</summary>
    Domains,

    /// <summary>Folders mean nothing: every image is taken, without a label.</summary>
    Unlabelled,

    /// <summary>Folders mean nothing: a <see cref="LabelTable"/> beside the images has their classes.</summary>
    Table,
}
