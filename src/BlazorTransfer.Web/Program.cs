using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Web;
using BlazorTransfer.Web.Components;
using BlazorTransfer.Web.Configuration;
using BlazorTransfer.Web.Execution;
using BlazorTransfer.Web.Features.Backbones;
using BlazorTransfer.Web.Features.BackgroundJobs;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Features.Experiments;
using BlazorTransfer.Web.Features.Guide;
using BlazorTransfer.Web.Features.Lineage;
using BlazorTransfer.Web.Features.Models;
using BlazorTransfer.Web.Features.NewRun;
using BlazorTransfer.Web.Features.Projects;
using BlazorTransfer.Web.Features.Rankings;
using BlazorTransfer.Web.Features.RunDetails;
using BlazorTransfer.Web.Features.Runs;
using BlazorTransfer.Web.Features.SystemCheck;
using BlazorTransfer.Web.Features.Team;
using BlazorTransfer.Web.Features.Train;
using BlazorTransfer.Web.Features.Workbench;
using BlazorTransfer.Web.Jobs;
using BlazorTransfer.Web.Localization;
using BlazorTransfer.Web.Security;
using BlazorTransfer.Web.Storage;
using MudBlazor.Services;

WebApplicationBuilder builder = WebApplication.CreateBuilder(args);

// `dotnet run` serves the assets from where the build left them; a published image has them in one folder.
builder.WebHost.UseStaticWebAssets();
builder.Configuration.AddEnvironmentVariables("BLAZORTRANSFER_");

// Once more, since what is typed counts more than what the environment says.
builder.Configuration.AddCommandLine(args);
builder.WebHost.UseDefaultAddress(builder.Configuration);
builder.Services.AddSingleton(TimeProvider.System);
builder.Services.AddQuickShutdown();
builder.Services.AddLanguages();
builder.Services.AddStorage(builder.Configuration);
builder.Services.AddSecurity();
builder.Services.AddJobs();
builder.Services.AddTeam();
builder.Services.AddProjects();
builder.Services.AddDatasets();
builder.Services.AddModels();
builder.Services.AddExecution();
builder.Services.AddRuns();
builder.Services.AddWorkbench();
builder.Services.AddBackbones();
builder.Services.AddRunDetails();
builder.Services.AddNewRun();
builder.Services.AddExperiments();
builder.Services.AddLineage();
builder.Services.AddRankings();
builder.Services.AddTrain();
builder.Services.AddGuide();
builder.Services.AddSystemCheck();
builder.Services.AddSignalR().AddJsonProtocol(json => json.PayloadSerializerOptions = ProtocolJson.Line);
builder.Services.ConfigureHttpJsonOptions(json => json.SerializerOptions.TakeProtocol());
builder.Services.AddHealthChecks().AddCheck<DataFolderHealth>("data folder").AddCheck<WorkerHealth>("worker");
builder.Services.AddMudServices();
builder.Services.AddRazorComponents().AddInteractiveServerComponents();

WebApplication app = builder.Build();
if (Maintenance.Execute(args, app.Services) is { } exitCode)
    return exitCode;

app.UseSecurityHeaders();
app.UseQuickShutdown();
app.UseForwardedHeaders();
app.UseHostCookies();
app.UseRequestLocalization();
app.UseHostCheck();
app.UseCrossOriginCheck();
app.UseExceptionHandler();
app.UseNotFoundPage();
app.UseMiddleware<SetupRedirect>();
app.UseAuthentication();
app.UseAuthorization();
app.UseRateLimiter();
app.UseMiddleware<MissingPages>();
app.UseAntiforgery();
app.UseStaleForms();
app.MapStaticAssets().AllowAnonymous();
app.MapHealthChecks("/health/live", new() { Predicate = _ => false }).AllowAnonymous();
app.MapHealthChecks("/health/ready").AllowAnonymous();
app.MapTeam();
app.MapProjects();
app.MapBackgroundJobs();
app.MapDatasets();
app.MapModels();
app.MapRuns();
app.MapBackbones();
app.MapRankings();
app.MapSystemCheck();
app.MapRazorComponents<App>().AddInteractiveServerRenderMode();

return Startup.Run(app);
