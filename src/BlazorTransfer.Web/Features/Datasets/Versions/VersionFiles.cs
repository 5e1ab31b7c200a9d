using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Datasets.Changes;
using BlazorTransfer.Web.Storage;

namespace BlazorTransfer.Web.Features.Datasets.Versions;

/// <summary>
/// The files of a data set's versions: the manifest, the samples that were excluded from it, and the changes that were made after it. The
/// changes belong to a version by name, so that publishing the next one needs no step that empties a file.
/// </summary>
internal sealed class VersionFiles(DataFolder folder, string datasetId)
{
    public string Manifest(int version) => folder.Manifest(datasetId, version);

    public string Excluded(int version) => folder.DatasetFile(datasetId, $"v{version}.excluded.jsonl");

    public string Changes(int version) => folder.DatasetFile(datasetId, $"v{version}.changes.jsonl");

    public VersionReader Read(int version)
    {
        ManifestReader manifest = ManifestReader.Open(Manifest(version));
        try
        {
            return new VersionReader(manifest, File.Exists(Excluded(version)) ? ManifestReader.Open(Excluded(version)) : null);
        }
        catch
        {
            manifest.Dispose();
            throw;
        }
    }

    /// <summary>Image files that a version or its changes refer to, some of them several times.</summary>
    public IEnumerable<string> ImageFiles(int version)
    {
        using VersionReader files = Read(version);
        foreach (Sample sample in files.Manifest.Samples().Concat(files.Excluded?.Samples() ?? []))
            yield return sample.File;
        foreach (SamplesAdded added in ChangeFile.Open(Changes(version)).Changes.OfType<SamplesAdded>())
        {
            foreach (Sample sample in added.Samples)
                yield return sample.File;
        }
    }
}
