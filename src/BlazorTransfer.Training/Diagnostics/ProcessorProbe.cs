using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using System.Text;
using BlazorTransfer.Core.Diagnostics;
using BlazorTransfer.Training.Foundation;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Diagnostics;

/// <summary>Reads the processor's name and the instruction sets that matter for training.</summary>
internal static class ProcessorProbe
{
    private const int NameLeaf = unchecked((int)0x80000002),
        HighestExtendedLeaf = unchecked((int)0x80000000),
        FeatureLeaf = 7;

    public static ProcessorInfo Read() =>
        new(Name(), [.. Features()], Environment.ProcessorCount, get_num_threads(), Devices.ProcessorHasBFloat16);

    private static string Name()
    {
        if (!X86Base.IsSupported || (uint)X86Base.CpuId(HighestExtendedLeaf, 0).Eax < unchecked((uint)NameLeaf) + 2)
            return $"{RuntimeInformation.ProcessArchitecture} processor";
        var name = new List<byte>();
        for (int leaf = 0; leaf < 3; leaf++)
        {
            (int a, int b, int c, int d) = X86Base.CpuId(NameLeaf + leaf, 0);
            foreach (int register in new[] { a, b, c, d })
                name.AddRange(BitConverter.GetBytes(register));
        }

        return Encoding.ASCII.GetString([.. name.TakeWhile(b => b != 0)]).Trim();
    }

    private static IEnumerable<string> Features()
    {
        if (AdvSimd.IsSupported)
            yield return "NEON";
        if (!X86Base.IsSupported || X86Base.CpuId(0, 0).Eax < FeatureLeaf)
            yield break;
        if (Avx2.IsSupported)
            yield return "AVX2";
        if (!Avx512F.IsSupported)
            yield break;
        yield return "AVX-512";
        (int lastPart, _, _, int d) = X86Base.CpuId(FeatureLeaf, 0);
        if (lastPart >= 1 && Has(X86Base.CpuId(FeatureLeaf, 1).Eax, bit: 5))
            yield return "AVX-512 BF16";
        if (Has(d, bit: 22))
            yield return "AMX BF16";
        if (Has(d, bit: 25))
            yield return "AMX INT8";
    }

    private static bool Has(int register, int bit) => (register & (1 << bit)) != 0;
}
