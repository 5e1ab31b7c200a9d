using System.CommandLine;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Messages;
using BlazorTransfer.Core.Text;
using BlazorTransfer.Imaging;

namespace BlazorTransfer.Worker.Commands;

/// <summary>The options by which a person says how a folder of images is read.</summary>
internal static class FolderOptions
{
    private const string Auto = "auto";

    public static readonly Option<string> Layout = LayoutOption(nameof(ImportLayout.Classes).ToLowerInvariant());

    public static readonly Option<string?> Encoding = new("--encoding")
    {
        Description = "Encoding of a labels.csv that is not UTF-8, such as windows-1252 or gb18030.",
    };

    public static readonly Option<BoxUse> Boxes = new("--boxes")
    {
        Description =
            "Result of boxes in COCO, VOC and YOLO files: multi-label (an image has all classes of its boxes), crops (each box is cut), "
            + "or image-class (images whose boxes have one class).",
        CustomParser = result =>
        {
            foreach (BoxUse use in Enum.GetValues<BoxUse>())
            {
                if (NameOf(use).Equals(result.Tokens[0].Value, StringComparison.OrdinalIgnoreCase))
                    return use;
            }

            result.AddError($"--boxes must be one of: {string.Join(", ", Enum.GetValues<BoxUse>().Select(NameOf))}.");
            return default;
        },
    };

    public static readonly Option<double> Margin = new("--margin")
    {
        Description = "Margin on each side of a box that is cut out, as a fraction of the box's width or height.",
        CustomParser = result =>
        {
            if (!NumberText.TryParse(result.Tokens[0].Value, out double margin, out Message? error))
                result.AddError($"--margin: {error}");
            else if (new ImportOptions(Margin: margin).Check() is { } wrong)
                result.AddError($"--margin: {wrong}");
            return margin;
        },
    };

    public static readonly Option<bool> SkipSeveralFrames = new("--skip-multi-page")
    {
        Description = "Skip TIFF files of several pages and animated GIF files. Their first page or frame is used otherwise.",
    };

    /// <summary><c>--layout</c> with another default.</summary>
    public static Option<string> LayoutOption(string usual)
    {
        string[] names = [Auto, .. Enum.GetNames<ImportLayout>().Select(n => n.ToLowerInvariant())];
        return new Option<string>("--layout")
        {
            Description =
                "Meaning of the files in the data folder: classes (folders are classes); domains, with class folders inside; table, where "
                + "labels.csv lists the classes; coco, voc or yolo annotation files; unlabelled; or auto, by the names of the files.",
            DefaultValueFactory = _ => usual,
            Validators =
            {
                result =>
                {
                    if (result.Tokens.Any(t => !names.Contains(t.Value, StringComparer.OrdinalIgnoreCase)))
                        result.AddError($"--layout must be one of: {string.Join(", ", names)}.");
                },
            },
        };
    }

    /// <summary>Adds all but the layout.</summary>
    public static void AddTo(Command command)
    {
        command.Add(Encoding);
        command.Add(Boxes);
        command.Add(Margin);
        command.Add(SkipSeveralFrames);
    }

    /// <summary>Reads a folder as it was typed.</summary>
    /// <param name="parsed">What was typed.</param>
    /// <param name="folder">The folder.</param>
    /// <param name="plan">How to split where the files do not.</param>
    /// <param name="layout">The command's option; null for the usual one.</param>
    public static ImportResult Import(ParseResult parsed, string folder, SplitPlan plan, Option<string>? layout = null)
    {
        try
        {
            return FolderImport.FromFolder(
                folder,
                plan,
                new ImportOptions(
                    LayoutOf(parsed.GetValue(layout ?? Layout)!, folder),
                    parsed.GetValue(Boxes),
                    parsed.GetValue(Margin),
                    parsed.GetValue(SkipSeveralFrames),
                    ImportEncodings.Parse(null, parsed.GetValue(Encoding)).Table
                )
            );
        }
        catch (UnknownEncodingException e)
        {
            throw new ImportException(Message.Plain($"{e.Message} Add --encoding NAME to the command."));
        }
    }

    private static ImportLayout LayoutOf(string typed, string folder) =>
        typed.Equals(Auto, StringComparison.OrdinalIgnoreCase)
            ? FolderImport.LayoutOf(folder)
            : Enum.Parse<ImportLayout>(typed, ignoreCase: true);

    private static string NameOf(BoxUse use) =>
        use switch
        {
            BoxUse.MultiLabel => "multi-label",
            BoxUse.Crops => "crops",
            BoxUse.ImageClass => "image-class",
            _ => throw new ArgumentOutOfRangeException(nameof(use), use, null),
        };
}
