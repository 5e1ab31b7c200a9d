using System.Security.Claims;
using BlazorTransfer.Core.Models;
using BlazorTransfer.Web.Execution;
using BlazorTransfer.Web.Jobs;
using BlazorTransfer.Web.Localization;
using BlazorTransfer.Web.Refusals;
using BlazorTransfer.Web.Security;
using BlazorTransfer.Web.Storage;

namespace BlazorTransfer.Web.Features.Backbones;

/// <summary>What a measurement is given.</summary>
internal sealed record MeasurementInput(string Backbone);

/// <summary>Measures a network on this machine, and keeps the figure.</summary>
internal sealed class BackboneMeasurement(DocumentCollection<BackboneSpeed> speeds, WorkerCommands worker)
    : JobKind<MeasurementInput, BackboneSpeed>
{
    public override string Name => "backbone-measurement";

    public override JobLane Lane => JobLane.Measurements;

    public override string? WhyRefused(BackgroundJob job, IReadOnlyCollection<BackgroundJob> live) =>
        live.Any(j => j.Subject == job.Subject) ? Texts<BackboneTexts>.Get("BeingMeasured") : null;

    protected override async Task<BackboneSpeed> RunAsync(JobContext<MeasurementInput> job, CancellationToken cancel)
    {
        BackboneSpeed speed = await worker.MeasureAsync(job.Input.Backbone, cancel);
        speeds.AddOrChange(speed, _ => speed);
        return speed;
    }
}

/// <summary>Speeds of networks on this machine, for the signed-in user; the last figure of each is kept.</summary>
internal sealed class BackboneSpeeds(DocumentCollection<BackboneSpeed> speeds, JobEngine jobs, BackboneMeasurement kind, UserLimits limits)
{
    public IReadOnlyDictionary<string, BackboneSpeed> All(ClaimsPrincipal user)
    {
        UserClaims.IdOf(user);
        return speeds.All().ToDictionary(s => s.Backbone);
    }

    /// <summary>Measures a network once those that others asked for are measured.</summary>
    /// <exception cref="RefusedException">It is being measured already, or the worker refuses.</exception>
    public Task<BackboneSpeed> MeasureAsync(ClaimsPrincipal user, string backbone, CancellationToken cancel)
    {
        limits.Take(user, LimitedWork.Runs);
        var job = new NewJob<MeasurementInput>(
            UserClaims.IdOf(user),
            Texts<BackboneTexts>.Get("MeasureOf", backbone),
            new MeasurementInput(backbone)
        )
        {
            Subject = backbone,
        };
        return jobs.RunAsync(kind, job, take: null, cancel);
    }
}
