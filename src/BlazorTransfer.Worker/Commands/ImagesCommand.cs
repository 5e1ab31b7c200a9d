using System.CommandLine;
using BlazorTransfer.Imaging;

namespace BlazorTransfer.Worker.Commands;

/// <summary><c>images</c>: decodes images for the web application, which asks over the standard streams.</summary>
internal static class ImagesCommand
{
    public static Command Create()
    {
        var command = new Command("images", "Decodes images for the web application.") { Hidden = true };
        command.SetAction(_ =>
        {
            using Stream input = Console.OpenStandardInput(),
                output = Console.OpenStandardOutput();
            ImageServer.Serve(input, output, ImageServer.Answer);
        });
        return command;
    }
}
