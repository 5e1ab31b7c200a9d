using BlazorTransfer.Fuzzing;
using SharpFuzz;

// What is told to people is in .github/CONTRIBUTING.md, "Fuzzing".
return args switch
{
    ["fuzz", var target] => Fuzz(FuzzTarget.Named(target)),
    ["replay", var target, .. { Length: > 0 } paths] => Replay(FuzzTarget.Named(target), paths),
    ["seeds", var folder] => WriteSeeds(folder),
    _ => Usage(),
};

static int Fuzz(FuzzTarget target)
{
    Fuzzer.OutOfProcess.Run(stream =>
    {
        using var file = new MemoryStream();
        stream.CopyTo(file);
        target.Read(file.ToArray());
    });
    return 0;
}

static int Replay(FuzzTarget target, string[] paths)
{
    foreach (string path in paths.SelectMany(FilesOf))
        Console.WriteLine($"{path}: {(target.Read(File.ReadAllBytes(path)) ? "read" : "refused")}");
    return 0;
}

static string[] FilesOf(string path) =>
    Directory.Exists(path) ? [.. Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)] : [path];

static int WriteSeeds(string folder)
{
    foreach (FuzzTarget target in FuzzTarget.All)
    {
        string own = Directory.CreateDirectory(Path.Combine(folder, target.Name)).FullName;
        foreach (WeightsSeed seed in WeightsSeed.Of(target.Name))
            File.WriteAllBytes(Path.Combine(own, seed.Name), seed.File);
    }

    return 0;
}

static int Usage()
{
    Console.Error.WriteLine(
        $"fuzz TARGET | replay TARGET FILE-OR-FOLDER… | seeds FOLDER. Targets: {string.Join(", ", FuzzTarget.All.Select(t => t.Name))}."
    );
    return 2;
}
