using BlazorTransfer.Core.Diagnostics;
using BlazorTransfer.Training.Diagnostics;

namespace BlazorTransfer.Training.Tests.Diagnostics;

public class GpuProbeTests
{
    [Fact]
    public void Parse_TableOfTheDriver_ReadsEachGpu()
    {
        const string Table = "0, NVIDIA H100 80GB HBM3, 81559, 81000, 580.159.04, 9.0\n1, Tesla K80, 11441, 11000, 470.1, [N/A]\n";

        Assert.Equal(
            [
                new GpuInfo(0, "NVIDIA H100 80GB HBM3", new Capacity(81000L << 20, 81559L << 20), "9.0", "580.159.04"),
                new GpuInfo(1, "Tesla K80", new Capacity(11000L << 20, 11441L << 20), null, "470.1"),
            ],
            GpuProbe.Parse(Table)
        );
    }

    [Theory]
    [InlineData("")]
    [InlineData("NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.")]
    [InlineData("0, NVIDIA H100, [N/A], [N/A], 580.1, 9.0")]
    public void Parse_OtherText_HasNoGpus(string text) => Assert.Empty(GpuProbe.Parse(text));
}
