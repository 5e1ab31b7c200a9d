using System.Reflection;
using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Training.Backbones;
using BlazorTransfer.Training.Export;
using BlazorTransfer.Training.Foundation;
using BlazorTransfer.Training.Methods;
using BlazorTransfer.Training.Settings;

namespace BlazorTransfer.Training.Runs;

/// <summary>Says what this build can do on this machine.</summary>
public static class Catalogues
{
    public static string Version { get; } =
        typeof(Catalogues).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";

    public static Catalogue Describe() =>
        new()
        {
            WorkerVersion = Version,
            Backbones = BackboneRegistry.All,
            Methods = TransferMethodRegistry.All,
            CommonParameters = CommonParameters.All,
            ExportFormats = ExporterRegistry.All,
            Devices = Devices.All(),
        };
}
