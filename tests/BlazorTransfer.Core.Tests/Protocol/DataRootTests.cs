using BlazorTransfer.Core.Protocol;
using CsCheck;

namespace BlazorTransfer.Core.Tests.Protocol;

public sealed class DataRootTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("blazortransfer-").FullName;
    private readonly DataRoot _root;
    private static readonly string[] Parts = ["..", ".", "a", "b.bin", "a..", "..a", "", " ", "ä"];

    public DataRootTests() => _root = new DataRoot(_folder);

    public void Dispose() => TestFolder.Delete(_folder);

    [Fact]
    public void Resolve_OfAnyRelativePath_StaysInsideOrIsRejected() =>
        Gen.Int[0, Parts.Length - 1]
            .Select(i => Parts[i])
            .Array[1, 8]
            .Select(parts => string.Join('/', parts).TrimStart('/'))
            .Sample(path =>
            {
                // Whether it leaves the folder, counted without the code under test.
                int depth = 0;
                bool leaves = false;
                foreach (string part in path.Split('/').Where(p => p is not ("" or ".")))
                {
                    depth += part == ".." ? -1 : 1;
                    leaves |= depth < 0;
                }

                // The folder itself is no file of it, and its name is random, so no path leaves it and comes back.
                if (leaves || depth == 0)
                {
                    Assert.Throws<InvalidDataException>(() => _root.Resolve(path));
                    return;
                }

                string full = _root.Resolve(path);
                Assert.StartsWith(_folder + Path.DirectorySeparatorChar, full, StringComparison.Ordinal);
                Assert.Equal(full.TrimEnd('/'), _root.Resolve(_root.Relative(full)).TrimEnd('/'));
            });

    [Fact]
    public void Relative_OfAFileOutside_IsRejectedOrStaysAsItIs()
    {
        string outside = Path.Combine(Path.GetDirectoryName(_folder)!, "elsewhere.bin");

        Assert.Throws<InvalidDataException>(() => _root.Relative(outside));
        Assert.Throws<InvalidDataException>(() => _root.Relative(_folder + "2/file"));
        Assert.Equal(outside, _root.RelativeIfInside(outside));
        Assert.Equal(outside, _root.Resolve(outside));
        Assert.Equal("weights/a.bin", _root.RelativeIfInside(Path.Combine(_folder, "weights", "a.bin")));
    }

    [Fact]
    public void Hide_OfAMessage_LeavesThePathInsideTheFolder() =>
        Assert.Equal(
            "Could not find file 'weights/a.bin' in 'the data folder'.",
            _root.Hide($"Could not find file '{_folder}/weights/a.bin' in '{_folder}'.")
        );

    [Fact]
    public void Job_SavedRelativeAndLoaded_HasTheSamePaths()
    {
        string file = Path.Combine(_folder, "job.json");
        var job = new JobSpec
        {
            RunId = "r",
            Data = new DataSpec(In("datasets/d/v1.jsonl"), In("images")),
            Target = new TargetSpec(new DataSpec(In("datasets/e/v1.jsonl"), In("images"))),
            Backbone = "b",
            Weights = new WeightsSpec(In("weights/w.pth")),
            Teacher = new TeacherSpec(In("runs/t/checkpoints/best.safetensors")),
            Method = "m",
            FeatureCache = new FeatureCacheSpec(In("features"), 1),
        };
        job.Relative(_root.Relative).Save(file);

        Assert.DoesNotContain(_folder, File.ReadAllText(file), StringComparison.Ordinal);
        JobSpec loaded = JobSpec.Load(file, _root);
        Assert.Equal(
            (job.Data, job.Target, job.Weights, job.Teacher, job.FeatureCache),
            (loaded.Data, loaded.Target, loaded.Weights, loaded.Teacher, loaded.FeatureCache)
        );
        // A job of the format before, whose paths were absolute, and one that points elsewhere.
        (job with { Format = JobSpec.AbsoluteFormat }).Save(file);
        Assert.Equal(job.Data, JobSpec.Load(file, _root).Data);
        (job with { Weights = new WeightsSpec("../w.pth") }).Save(file);
        Assert.Throws<InvalidDataException>(() => JobSpec.Load(file, _root));
        (job with { Format = 3 }).Save(file);
        Assert.Throws<InvalidDataException>(() => JobSpec.Load(file, _root));

        string In(string path) => Path.Combine(_folder, path);
    }
}
