using System.Text;
using System.Text.Json;
using BlazorTransfer.Core.Messages;
using BlazorTransfer.Core.Protocol;

namespace BlazorTransfer.Imaging;

/// <summary>
/// Answers requests to decode images, one after another, over two streams. It runs in a process of its own, so that a file that crashes
/// the decoder, or makes it take all memory, ends that process and nothing else.
/// </summary>
public static class ImageServer
{
    /// <summary>The first line, which says that requests are taken.</summary>
    public const string Ready = "ready";

    /// <summary>Answers until the input ends.</summary>
    /// <param name="input">Requests.</param>
    /// <param name="output">Answers.</param>
    /// <param name="answer">Answers a request, given the file that came with it.</param>
    public static void Serve(Stream input, Stream output, Func<ImageRequest, byte[], ImageAnswer> answer)
    {
        using var requests = new BufferedStream(input, 1 << 16);
        using var answers = new StreamWriter(output, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { AutoFlush = true };
        answers.NewLine = "\n";
        answers.WriteLine(Ready);
        while (ReadLine(requests) is { } line)
        {
            ImageRequest request = JsonSerializer.Deserialize<ImageRequest>(line, ProtocolJson.Line)!;
            byte[] file = new byte[request.Length ?? 0];
            requests.ReadExactly(file);
            answers.WriteLine(JsonSerializer.Serialize(answer(request, file), ProtocolJson.Line));
        }
    }

    /// <summary>Judges the file, reads its EXIF, or draws a thumbnail.</summary>
    public static ImageAnswer Answer(ImageRequest request, byte[] file)
    {
        if (request.WantsExif)
            return new ImageAnswer(Exif: ExifFacts.Read(request.Source!));
        if (request.Side == 0)
            return ImageAnswer.Of(ImageProbe.Verify(file));
        try
        {
            return new ImageAnswer(
                Thumbnail: Thumbnail.Draw(request.Length is null ? File.ReadAllBytes(request.Source!) : file, request.Side, request.Region)
            );
        }
        catch (ImageException e)
        {
            return new ImageAnswer(Rejection: e.Text);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new ImageAnswer(Rejection: Message.Of("image.unreadable", $"The image's file cannot be read."));
        }
    }

    private static string? ReadLine(Stream stream)
    {
        var line = new List<byte>();
        for (int next; (next = stream.ReadByte()) != '\n'; line.Add((byte)next))
        {
            if (next < 0)
                return null;
        }

        return Encoding.UTF8.GetString([.. line]);
    }
}
