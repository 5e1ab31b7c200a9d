using System.Globalization;
using Microsoft.AspNetCore.Localization;
using Microsoft.Net.Http.Headers;
using MudBlazor;

namespace BlazorTransfer.Web.Localization;

/// <summary>Draws each page in a language: the one that was chosen in this browser, else the first of the browser's own that is
/// there.</summary>
internal static class LanguageOfRequest
{
    public static IServiceCollection AddLanguages(this IServiceCollection services)
    {
        // Messages of background work are written in English.
        Languages.UseEnglishByDefault();
        services.AddLocalization();
        services.AddSingleton<MudLocalizer, MudTexts>();
        return services.Configure<RequestLocalizationOptions>(options =>
        {
            options.DefaultRequestCulture = new RequestCulture(Languages.English);
            options.SupportedCultures = options.SupportedUICultures = [.. Languages.All.Select(l => l.Culture)];
            options.RequestCultureProviders = [new CustomRequestCultureProvider(context => Task.FromResult(LanguageOf(context)))];
        });
    }

    /// <summary>Remembers a language in this browser.</summary>
    public static void Remember(HttpContext context, CultureInfo language) =>
        context.Response.Cookies.Append(
            Languages.Cookie,
            language.Name,
            new CookieOptions
            {
                MaxAge = TimeSpan.FromDays(365),
                SameSite = Microsoft.AspNetCore.Http.SameSiteMode.Lax,
                Secure = context.Request.IsHttps,
                IsEssential = true,
            }
        );

    private static ProviderCultureResult? LanguageOf(HttpContext context) =>
        (Languages.Find(context.Request.Cookies[Languages.Cookie]) ?? OfBrowser(context.Request)) is { } language
            ? new ProviderCultureResult(language.Name)
            : null;

    private static CultureInfo? OfBrowser(HttpRequest request) =>
        StringWithQualityHeaderValue.TryParseList(request.Headers.AcceptLanguage, out IList<StringWithQualityHeaderValue>? wanted)
            ? wanted
                .Where(w => w.Quality is not 0)
                .OrderByDescending(w => w.Quality ?? 1)
                .Select(w => Languages.Find(w.Value.Value))
                .FirstOrDefault(language => language is not null)
            : null;
}
