using System.Globalization;
using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Datasets;
using Microsoft.AspNetCore.WebUtilities;

namespace BlazorTransfer.Web.Components;

/// <summary>All addresses of the application, so that no link is written by hand.</summary>
internal static class AppRoutes
{
    public const string Home = "/";
    public const string Login = "/login";
    public const string Setup = "/setup";
    public const string Networks = "/networks";

    /// <summary>Files of weights, on the page of networks.</summary>
    public const string Weights = Networks + "#weights";
    public const string Team = "/team";
    public const string System = "/system";
    public const string Account = "/account";
    public const string Guide = "/guide";
    public const string Glossary = Guide + "/glossary";

    /// <param name="topic">One of <see cref="GuideTopics"/>.</param>
    public static string GuidePage(string topic) => $"{Guide}/{topic}";

    /// <summary>Prepares the experiment of a guide page and leads to it.</summary>
    public static string GuideExperiment(string topic) => $"{GuidePage(topic)}/try";

    /// <summary>The sign-in with a name and an initial password, in the fragment that browsers keep to themselves.</summary>
    public static string Invitation(string userName, string password) =>
        $"{Login}?invited=true#name={Uri.EscapeDataString(userName)}&password={Uri.EscapeDataString(password)}";

    public static string Project(string projectId) => $"/projects/{projectId}";

    public static string Members(string projectId) => $"{Project(projectId)}/members";

    public static string Jobs(string projectId) => $"{Project(projectId)}/jobs";

    public static string Datasets(string projectId) => $"{Project(projectId)}/datasets";

    public static string Dataset(string projectId, string datasetId) => $"{Datasets(projectId)}/{datasetId}";

    /// <summary>Which network for this data?</summary>
    public static string Ranking(string projectId, string datasetId) => $"{Dataset(projectId, datasetId)}/ranking";

    /// <summary>The images of a data set's working copy.</summary>
    public static string Gallery(string projectId, string datasetId) => $"{Dataset(projectId, datasetId)}/images";

    /// <summary>The images of a data set that have a class.</summary>
    public static string GalleryOfClass(string projectId, string datasetId, string label) =>
        QueryHelpers.AddQueryString(Gallery(projectId, datasetId), "class", label);

    /// <summary>An image of a data set, in full.</summary>
    public static string GalleryImage(string projectId, string datasetId, string key) =>
        QueryHelpers.AddQueryString(Gallery(projectId, datasetId), "image", key);

    /// <summary>The images of one class that a run took for another one; all that it took for a wrong one without classes.</summary>
    /// <param name="projectId">The project.</param>
    /// <param name="datasetId">The data set that the run was evaluated on.</param>
    /// <param name="runId">The run.</param>
    /// <param name="evaluation">Which of the run's evaluations: its sequence number.</param>
    /// <param name="label">The true class.</param>
    /// <param name="predicted">The class that the run predicted.</param>
    public static string GalleryOfMistakes(
        string projectId,
        string datasetId,
        string runId,
        long evaluation,
        string? label = null,
        string? predicted = null
    ) =>
        QueryHelpers.AddQueryString(
            Gallery(projectId, datasetId),
            new Dictionary<string, string?>
            {
                ["run"] = runId,
                ["evaluation"] = evaluation.ToString(CultureInfo.InvariantCulture),
                ["true"] = label,
                ["predicted"] = predicted,
            }
        );

    public static string Classes(string projectId, string datasetId) => $"{Dataset(projectId, datasetId)}/classes";

    public static string Versions(string projectId, string datasetId) => $"{Dataset(projectId, datasetId)}/versions";

    /// <summary>What differs between two versions of a data set.</summary>
    /// <param name="projectId">The project.</param>
    /// <param name="datasetId">The data set.</param>
    /// <param name="from">The one version.</param>
    /// <param name="to">The other one; null for the working copy.</param>
    public static string CompareVersions(string projectId, string datasetId, int from, int? to) =>
        QueryHelpers.AddQueryString(
            $"{Versions(projectId, datasetId)}/compare",
            new Dictionary<string, string?>
            {
                ["from"] = from.ToString(CultureInfo.InvariantCulture),
                ["to"] = to?.ToString(CultureInfo.InvariantCulture),
            }
        );

    /// <summary>A version of a data set as a zip.</summary>
    public static string ExportVersion(string projectId, string datasetId, int version, string format) =>
        FormattableString.Invariant(
            $"/api/v1/projects/{projectId}/datasets/{datasetId}/versions/{version}/export?format={format.ToLowerInvariant()}"
        );

    /// <summary>The presets for a data set; without one, for the newest with labels.</summary>
    public static string Train(string projectId, string? datasetId = null) =>
        datasetId is null ? $"{Project(projectId)}/train" : $"{Project(projectId)}/train?dataset={datasetId}";

    public static string Runs(string projectId) => $"{Project(projectId)}/runs";

    /// <summary>Runs that were submitted together: a search, a cross-validation, repeats, or a method with its baselines.</summary>
    public static string Experiment(string projectId, string experimentId) => $"{Project(projectId)}/experiments/{experimentId}";

    /// <summary>Some runs side by side; without any, what is said to choose them.</summary>
    public static string CompareRuns(string projectId, IEnumerable<string> runs) =>
        $"{Runs(projectId)}/compare?runs={string.Join(',', runs)}";

    /// <param name="projectId">The project.</param>
    /// <param name="fromRun">A run whose settings are taken over.</param>
    /// <param name="dataset">The data set to choose.</param>
    /// <param name="start">A run whose model is the start.</param>
    public static string NewRun(string projectId, string? fromRun = null, string? dataset = null, string? start = null) =>
        QueryHelpers.AddQueryString(
            $"{Runs(projectId)}/new",
            new Dictionary<string, string?>
            {
                ["from"] = fromRun,
                ["dataset"] = dataset,
                ["start"] = start,
            }
        );

    /// <summary>A new run with the settings of an earlier one, of which some are changed.</summary>
    /// <param name="projectId">The project.</param>
    /// <param name="fromRun">The earlier run.</param>
    /// <param name="method">Another method.</param>
    /// <param name="epochs">Another number of epochs.</param>
    /// <param name="folds">Folds of a cross-validation.</param>
    public static string NewRunLike(string projectId, string fromRun, string? method = null, int? epochs = null, int? folds = null) =>
        QueryHelpers.AddQueryString(
            $"{Runs(projectId)}/new",
            new Dictionary<string, string?>
            {
                ["from"] = fromRun,
                ["method"] = method,
                [ParameterNames.Epochs] = epochs?.ToString(CultureInfo.InvariantCulture),
                ["folds"] = folds?.ToString(CultureInfo.InvariantCulture),
            }
        );

    /// <summary>A new run from one part of a data set to another.</summary>
    public static string NewRunBetween(string projectId, string dataset, string source, string target) =>
        QueryHelpers.AddQueryString(
            $"{Runs(projectId)}/new",
            new Dictionary<string, string?>
            {
                ["dataset"] = dataset,
                ["source"] = source,
                ["target"] = target,
            }
        );

    /// <summary>A new run that learns a label set beside the classes.</summary>
    public static string NewRunBeside(string projectId, string dataset, string labelSet) =>
        QueryHelpers.AddQueryString(
            $"{Runs(projectId)}/new",
            new Dictionary<string, string?> { ["dataset"] = dataset, ["labels"] = labelSet }
        );

    /// <summary>The data sets, and from there, as soon as it is imported, a run between the two parts of one of them.</summary>
    public static string DatasetsThenAdapt(string projectId, string dataset) =>
        QueryHelpers.AddQueryString(Datasets(projectId), "adapt", dataset);

    /// <summary>Networks and weights as a tab of a project.</summary>
    public static string NetworksOf(string projectId) => $"{Project(projectId)}/networks";

    public static string Lineage(string projectId) => $"{Project(projectId)}/lineage";

    /// <summary>A new run with images, network and weights chosen.</summary>
    public static string NewRunWith(string projectId, string dataset, string backbone, string weights) =>
        $"{Runs(projectId)}/new?dataset={dataset}&backbone={Uri.EscapeDataString(backbone)}&weights={weights}";

    /// <summary>A new run with choices by their names in the address.</summary>
    public static string NewRunWith(string projectId, string dataset, IReadOnlyDictionary<string, string> choices) =>
        QueryHelpers.AddQueryString(NewRun(projectId, dataset: dataset), choices.Select(c => KeyValuePair.Create(c.Key, (string?)c.Value)));

    /// <summary>The part of a run's page where people try its model.</summary>
    public static string TryAnImage(string projectId, string runId) => $"{Run(projectId, runId)}#try-an-image";

    public static string Run(string projectId, string runId) => $"{Runs(projectId)}/{runId}";

    /// <param name="projectId">The project.</param>
    /// <param name="datasetId">The data set.</param>
    /// <param name="sha256">The image.</param>
    /// <param name="full">Whether it is wanted in full size.</param>
    /// <param name="region">The part of it that a sample is; null for all of it.</param>
    public static string Image(string projectId, string datasetId, string sha256, bool full = false, PixelArea? region = null) =>
        $"/api/v1/projects/{projectId}/datasets/{datasetId}/images/{sha256}?size={(full ? "full" : "thumbnail")}"
        + (region is { } area ? $"&region={area.Left},{area.Top},{area.Width},{area.Height}" : "");

    /// <summary>Receives a zip, and keeps it where the page has to ask for an encoding.</summary>
    public static string Upload(string projectId, string name, ImportLayout layout = ImportLayout.Classes) =>
        $"/api/v1/projects/{projectId}/datasets/uploads?name={Uri.EscapeDataString(name)}&layout={layout.ToString().ToLowerInvariant()}"
        + "&ask=true";

    public static string UploadWeights(string name) => $"/api/v1/weights/uploads?name={Uri.EscapeDataString(name)}";

    public static string Model(string projectId, string runId) => $"/api/v1/projects/{projectId}/runs/{runId}/model";
}
