namespace BlazorTransfer.Web.Features.Workbench;

internal static class WorkbenchFeature
{
    public static IServiceCollection AddWorkbench(this IServiceCollection services) =>
        services.AddSingleton<RunMistakes>().AddSingleton<ImageExif>().AddSingleton<PeopleNames>();
}
