using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Training.Backbones;
using BlazorTransfer.Training.Foundation;
using BlazorTransfer.Training.Methods;
using BlazorTransfer.Training.Settings;

namespace BlazorTransfer.Training.Runs;

/// <summary>Says what this build can do on this machine.</summary>
public static class Catalogues
{
    public static Catalogue Describe() =>
        new()
        {
            WorkerVersion = EngineVersion.Current,
            Backbones = BackboneRegistry.All,
            Methods = TransferMethodRegistry.All,
            CommonParameters = CommonParameters.All,
            Devices = Devices.All(),
        };
}
