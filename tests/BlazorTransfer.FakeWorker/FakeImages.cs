using System.Runtime.InteropServices;
using System.Text;
using BlazorTransfer.Imaging;

/// <summary>Decodes as the worker does, but for files that say what they do to a decoder.</summary>
internal static class FakeImages
{
    private const nuint Portion = 16 << 20;
    private static bool _isUsed;

    public static ImageAnswer Answer(ImageRequest request, byte[] file)
    {
        switch (file.Length < 64 ? Encoding.ASCII.GetString(file) : "")
        {
            case "crash":
                Environment.FailFast("as asked");
                break;
            case "crash if used" when _isUsed:
                Environment.FailFast("as asked");
                break;
            case "hang":
                while (true) { }
            case "eat memory":
                EatMemory();
                break;
            default:
                break;
        }

        _isUsed = true;
        return ImageServer.Answer(request, file);
    }

    public static unsafe void EatMemory()
    {
        while (true)
            NativeMemory.Fill(NativeMemory.Alloc(Portion), Portion, 1);
    }
}
