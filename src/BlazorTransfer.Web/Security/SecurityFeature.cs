using BlazorTransfer.Web.Refusals;
using BlazorTransfer.Web.Storage;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace BlazorTransfer.Web.Security;

internal static class SecurityFeature
{
    public static IServiceCollection AddSecurity(this IServiceCollection services)
    {
        services.AddDocuments<User>(
            "users",
            u => u.Id,
            new DocumentIndex<User>(nameof(User.NormalizedUserName), u => u.NormalizedUserName)
        );
        services.AddSingleton<SetupCode>();
        services.AddSingleton<Revocations>();
        services.AddSingleton<Sessions>();
        services.AddSingleton<GuardedStreams>();
        services.AddSingleton<SignInThrottle>();
        services.AddSingleton<KnownBrowsers>();
        services.AddSingleton<SecurityLog>();
        services.AddSingleton<UserLimits>();
        services.AddSingleton<UserLanguage>();
        // The rounds that OWASP's password storage cheat sheet asks of PBKDF2 with SHA-512.
        services.Configure<PasswordHasherOptions>(options => options.IterationCount = 210_000);
        services.AddScoped<PasswordSignIn>();
        services.AddDataProtection().SetApplicationName("BlazorTransfer");
        services.AddSingleton<IConfigureOptions<Microsoft.AspNetCore.DataProtection.KeyManagement.KeyManagementOptions>>(
            provider => new ConfigureOptions<Microsoft.AspNetCore.DataProtection.KeyManagement.KeyManagementOptions>(options =>
                options.XmlRepository = new Microsoft.AspNetCore.DataProtection.Repositories.FileSystemXmlRepository(
                    new DirectoryInfo(provider.GetRequiredService<DataFolder>().Keys),
                    provider.GetRequiredService<ILoggerFactory>()
                )
            )
        );
        services.AddAuthentication(IdentityConstants.ApplicationScheme).AddIdentityCookies();
        services
            .AddIdentityCore<User>(options =>
            {
                // Length is what counts (NIST SP 800-63B); rules about characters make worse passwords.
                options.Password = new PasswordOptions
                {
                    RequiredLength = PasswordRules.ShortestLength,
                    RequireDigit = false,
                    RequireLowercase = false,
                    RequireNonAlphanumeric = false,
                    RequireUppercase = false,
                };
                options.SignIn.RequireConfirmedAccount = true;
                options.User.AllowedUserNameCharacters = "";
            })
            .AddUserStore<LiteUserStore>()
            .AddClaimsPrincipalFactory<UserClaims>()
            .AddUserConfirmation<EnabledUsers>()
            .AddErrorDescriber<AccountErrors>()
            .AddPasswordValidator<PasswordRules>()
            .AddSignInManager()
            .AddDefaultTokenProviders();
        services.ConfigureApplicationCookie(Configure);
        services.AddAuthorizationBuilder().SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build());
        services.AddCascadingAuthenticationState();
        services.AddScoped<AuthenticationStateProvider, CircuitRevalidation>();
        services.AddExceptionHandler<AccessExceptionHandler>();
        // In production the framework would answer a bad request without a word of why.
        services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
        services.AddProblemDetails();
        services.AddReverseProxies();
        services.AddRateLimits();
        services.Configure<KestrelServerOptions>(kestrel =>
        {
            kestrel.AddServerHeader = false;
            // Forms and requests in JSON; uploads allow themselves more.
            kestrel.Limits.MaxRequestBodySize = 1 << 20;
        });
        // The framework gives its own cookie to plain connections, also where the page came over TLS.
        services.Configure<AntiforgeryOptions>(options => options.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest);
        return services;
    }

    private static void Configure(CookieAuthenticationOptions cookie)
    {
        cookie.Cookie.Name = "blazortransfer";
        cookie.Cookie.HttpOnly = true;
        cookie.Cookie.SameSite = SameSiteMode.Lax;
        cookie.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        cookie.ExpireTimeSpan = Sessions.LongestPause;
        cookie.LoginPath = "/login";
        cookie.ReturnUrlParameter = "returnUrl";
        cookie.AccessDeniedPath = "/";
        cookie.Events.OnValidatePrincipal = SessionCookie.ValidateAsync;
        Func<Microsoft.AspNetCore.Authentication.RedirectContext<CookieAuthenticationOptions>, Task> toLogin = cookie
            .Events
            .OnRedirectToLogin;
        // Programs get a status, people a page.
        cookie.Events.OnRedirectToLogin = context =>
        {
            if (!context.Request.Path.StartsWithSegments("/api") && !context.Request.Path.StartsWithSegments("/hubs"))
                return toLogin(context);
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return Task.CompletedTask;
        };
    }
}
