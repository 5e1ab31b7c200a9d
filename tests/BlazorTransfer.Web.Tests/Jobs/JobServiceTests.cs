using System.Security.Claims;
using BlazorTransfer.Web.Jobs;
using BlazorTransfer.Web.Refusals;
using BlazorTransfer.Web.Security;

namespace BlazorTransfer.Web.Tests.Jobs;

public sealed class JobServiceTests : IDisposable
{
    private static readonly ClaimsPrincipal Ada = Person("ada"),
        Edgar = Person("edgar"),
        Vera = Person("vera"),
        Mallory = Person("mallory"),
        Admin = Person("admin", new Claim("admin", "true"));

    private readonly TestKind _kind = new("kind", new JobLane("one", 1));
    private readonly JobHarness _harness;
    private readonly JobService _jobs;

    public JobServiceTests()
    {
        _harness = new JobHarness(_kind);
        _jobs = new JobService(_harness.Engine, new Projects());
    }

    public void Dispose() => _harness.Dispose();

    [Fact]
    public async Task JobOfAProject_IsSeenByMembers_AndCancelledByEditorsAndItsOwner()
    {
        BackgroundJob job = Submit("ada", "p"),
            veras = Submit("vera", "p");

        Assert.Equal([veras.Id, job.Id], _jobs.List(Vera, "p").Select(j => j.Id));
        Assert.Equal(job.Id, _jobs.Get(Vera, job.Id).Id);
        Assert.Throws<ForbiddenException>(() => _jobs.Cancel(Vera, job.Id));
        Assert.Throws<ForbiddenException>(() => _jobs.Dismiss(Vera, job.Id));
        Assert.Throws<NotFoundException>(() => _jobs.List(Mallory, "p"));
        Assert.Throws<NotFoundException>(() => _jobs.Get(Mallory, job.Id));
        Assert.Throws<NotFoundException>(() => _jobs.Cancel(Mallory, job.Id));
        Assert.Throws<NotFoundException>(() => _jobs.WatchAsync(Mallory, "p", CancellationToken.None));
        // An administrator of the installation is not a member of every project.
        Assert.Throws<NotFoundException>(() => _jobs.Get(Admin, job.Id));
        Assert.False(_jobs.MayChange(Vera, job));

        _jobs.Cancel(Vera, veras.Id);
        _jobs.Cancel(Edgar, job.Id);

        Assert.Equal(JobState.Cancelled, (await _harness.WaitForEndAsync(job)).State);
        Assert.Equal(JobState.Cancelled, (await _harness.WaitForEndAsync(veras)).State);
    }

    [Fact]
    public async Task JobOfTheInstallation_IsForItsOwnerAndAdministrators()
    {
        BackgroundJob job = Submit("ada", "");

        Assert.Single(_jobs.ListOwn(Ada));
        Assert.Single(_jobs.ListOwn(Admin));
        Assert.Empty(_jobs.ListOwn(Mallory));
        Assert.Throws<ForbiddenException>(() => _jobs.ListOwn(new ClaimsPrincipal(new ClaimsIdentity())));
        Assert.Throws<NotFoundException>(() => _jobs.Get(Mallory, job.Id));
        Assert.Throws<NotFoundException>(() => _jobs.Cancel(Mallory, job.Id));
        Assert.Throws<NotFoundException>(() => _jobs.Get(Ada, "0123456789abcdef0123"));

        _jobs.Cancel(Admin, job.Id);

        Assert.Equal(JobState.Cancelled, (await _harness.WaitForEndAsync(job)).State);
    }

    private BackgroundJob Submit(string owner, string projectId) =>
        _harness.Engine.Submit(_kind, new NewJob<Words>(owner, "Title", new Words("x")) { ProjectId = projectId });

    private static ClaimsPrincipal Person(string id, params Claim[] claims) =>
        new(new ClaimsIdentity([new Claim(ClaimTypes.NameIdentifier, id), .. claims], "test"));

    /// <summary>One project: Ada and Edgar edit it, Vera sees it.</summary>
    private sealed class Projects : IJobProjects
    {
        public void RequireView(ClaimsPrincipal user, string projectId)
        {
            if (projectId != "p" || UserClaims.IdOf(user) is not ("ada" or "edgar" or "vera"))
                throw new NotFoundException();
        }

        public bool MayEdit(ClaimsPrincipal user, string projectId) => projectId == "p" && UserClaims.IdOf(user) is "ada" or "edgar";
    }
}
