using System.CommandLine;
using BlazorTransfer.Core.Messages;
using BlazorTransfer.Imaging.Fractals;
using BlazorTransfer.Training.Foundation;

namespace BlazorTransfer.Worker.Commands;

/// <summary><c>draw-fractals</c>: a folder of class folders to pretrain on where there are no photographs, or none whose licence allows
/// it.</summary>
internal static class DrawFractalsCommand
{
    // Enough that the number, not the disk, is what stops a mistyped one.
    private const int MostImages = 5_000_000;

    public static Command Create()
    {
        var folder = new Option<string>("--out") { Description = "Folder to create. It must not exist yet.", Required = true };
        Option<int> classes = NumberOption.Create("--classes", 200, "Number of classes. Each class is one fractal.");
        Option<int> images = NumberOption.Create(Message.Plain("--images-per-class"), 500, "Number of variations of each fractal.");
        Option<int> side = NumberOption.Create(
            "--image-size",
            64,
            $"Width and height of the images in pixels, {FractalDatasetGenerator.SmallestSide} to {FractalDatasetGenerator.LargestSide}."
        );
        Option<int> seed = NumberOption.Create("--seed", 0, "Seed of the fractals.");
        var command = new Command(
            "draw-fractals",
            "Draws images of fractals to pretrain on, without any photograph (Kataoka et al., 2020)."
        )
        {
            folder,
            classes,
            images,
            side,
            seed,
        };
        command.SetAction(parsed =>
            Failures.Guard(() =>
            {
                using var cancel = new CancellationTokenSource();
                using var interruption = new Interruption(cancel, atConsole: true);
                Draw(
                    Path.GetFullPath(parsed.GetValue(folder)!),
                    parsed.GetValue(classes),
                    parsed.GetValue(images),
                    parsed.GetValue(side),
                    parsed.GetValue(seed),
                    cancel.Token
                );
            })
        );
        return command;
    }

    private static void Draw(string folder, int classes, int images, int side, int seed, CancellationToken cancel)
    {
        if (classes is < 2 or > 10_000)
            throw TrainingException.BadInput(Message.Plain("--classes must be 2 to 10,000."));
        if (images < 1 || (long)images * classes > MostImages)
            throw TrainingException.BadInput(
                Message.Plain($"--images-per-class must be at least 1, and all images together at most {MostImages:N0}.")
            );
        if (side is < FractalDatasetGenerator.SmallestSide or > FractalDatasetGenerator.LargestSide)
            throw TrainingException.BadInput(
                Message.Plain($"--image-size must be {FractalDatasetGenerator.SmallestSide} to {FractalDatasetGenerator.LargestSide}.")
            );
        if (Path.Exists(folder))
            throw TrainingException.BadInput(Message.Plain($"'{folder}' is there already. Name a folder that does not exist."));
        // Under its name only when it is complete: half a data set would train as if it were whole.
        string partial = $"{folder}.partial-{Guid.NewGuid():N}";
        try
        {
            var generator = new FractalDatasetGenerator(seed, classes, side);
            for (int c = 0; c < classes; c++)
            {
                string ofClass = Path.Combine(partial, $"fractal-{c:0000}");
                Directory.CreateDirectory(ofClass);
                WriteClass(generator, c, images, ofClass, cancel);
                if (!Console.IsErrorRedirected)
                    Console.Error.Write($"\r{c + 1} of {classes} classes");
            }

            if (!Console.IsErrorRedirected)
                Console.Error.WriteLine();
            Directory.Move(partial, folder);
        }
        catch
        {
            if (Directory.Exists(partial))
                Directory.Delete(partial, recursive: true);
            throw;
        }

        Console.WriteLine($"{(long)classes * images:N0} images of {classes:N0} classes: {folder}");
    }

    private static void WriteClass(FractalDatasetGenerator generator, int ofClass, int images, string folder, CancellationToken cancel)
    {
        try
        {
            Parallel.For(
                0,
                images,
                new ParallelOptions { CancellationToken = cancel },
                i => File.WriteAllBytes(Path.Combine(folder, $"{i:00000}.jpg"), generator.Draw(ofClass, i))
            );
        }
        catch (AggregateException e)
        {
            throw e.InnerExceptions[0];
        }
    }
}
