namespace BlazorTransfer.Core.Datasets;

/// <summary>Where an import says which classes its images have.</summary>
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

    /// <summary>COCO instances: a JSON file has the boxes of all images.</summary>
    Coco,

    /// <summary>Pascal VOC: an XML file for each image has its boxes.</summary>
    Voc,

    /// <summary>YOLO: a text file for each image has its boxes, and one file the names of the classes.</summary>
    Yolo,
}

public static class ImportLayoutExtensions
{
    /// <summary>Whether the classes are those of boxes on the images, so that <see cref="BoxUse"/> says what to make of them.</summary>
    public static bool HasBoxes(this ImportLayout layout) =>
        layout switch
        {
            ImportLayout.Classes or ImportLayout.Domains or ImportLayout.Unlabelled or ImportLayout.Table => false,
            ImportLayout.Coco or ImportLayout.Voc or ImportLayout.Yolo => true,
            _ => throw new ArgumentOutOfRangeException(nameof(layout), layout, null),
        };
}
