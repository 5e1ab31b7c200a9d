using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Models;

namespace BlazorTransfer.Training.Methods;

/// <summary>The hyper-parameters of the head, for methods that let it have a hidden layer.</summary>
internal static class HeadParameters
{
    public const string Width = "head-width";
    public const string Dropout = "head-dropout";

    /// <summary>What domain adaptation takes.</summary>
    public const int BottleneckWidth = 256;

    /// <summary>Both, with the linear head as the default.</summary>
    public static IReadOnlyList<ParameterSpec> All { get; } = Of(width: 0);

    /// <summary>Both, for a method that gives the width another default, such as <see cref="BottleneckWidth"/>.</summary>
    public static IReadOnlyList<ParameterSpec> Of(int width) =>
        [
            new ParameterSpec
            {
                Name = Width,
                DisplayName = "Hidden layer of the head",
                Kind = ParameterKind.Integer,
                Default = width,
                Minimum = 0,
                Maximum = HeadSpec.MaximumWidth,
                Unit = "neurons",
                Advanced = true,
                Help =
                    "Neurons between features and classes, for classes that a linear head cannot separate: 256 is usual. "
                    + "0 keeps the head linear.",
            },
            new ParameterSpec
            {
                Name = Dropout,
                DisplayName = "Dropout in the head",
                Kind = ParameterKind.Number,
                Default = 0.0,
                Minimum = 0,
                Maximum = HeadSpec.MaximumDropout,
                Advanced = true,
                Help =
                    "Share of the hidden neurons that each step leaves out, against overfitting (Srivastava et al., "
                    + "2014). No effect without a hidden layer.",
            },
        ];

    /// <summary>The hidden layer that the settings ask for; null where they ask for none, or their method knows none.</summary>
    public static HeadSpec? From(ParameterSet settings) =>
        settings.Values.ContainsKey(Width) && settings.Integer(Width) is > 0 and int width
            ? new HeadSpec(width, settings.Number(Dropout))
            : null;
}
