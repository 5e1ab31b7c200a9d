using System.Threading.RateLimiting;
using BlazorTransfer.Web.Storage;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace BlazorTransfer.Web.Security;

internal static class SecurityFeature
{
    public const string SignInLimit = "sign-in";

    public static IServiceCollection AddSecurity(this IServiceCollection services)
    {
        services.AddDocuments<User>(
            "users",
            u => u.Id,
            new DocumentIndex<User>(nameof(User.NormalizedUserName), u => u.NormalizedUserName)
        );
        services.AddSingleton<SetupCode>();
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
                    RequiredLength = 12,
                    RequireDigit = false,
                    RequireLowercase = false,
                    RequireNonAlphanumeric = false,
                    RequireUppercase = false,
                };
                options.Lockout.MaxFailedAccessAttempts = 10;
                options.Lockout.DefaultLockoutTimeSpan = TimeSpan.FromMinutes(10);
                options.SignIn.RequireConfirmedAccount = true;
                options.User.AllowedUserNameCharacters = "";
            })
            .AddUserStore<LiteUserStore>()
            .AddClaimsPrincipalFactory<UserClaims>()
            .AddUserConfirmation<EnabledUsers>()
            .AddSignInManager()
            .AddDefaultTokenProviders();
        services.Configure<SecurityStampValidatorOptions>(o => o.ValidationInterval = TimeSpan.FromMinutes(1));
        services.ConfigureApplicationCookie(Configure);
        services.AddAuthorizationBuilder().SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build());
        services.AddCascadingAuthenticationState();
        services.AddScoped<AuthenticationStateProvider, CircuitRevalidation>();
        services.AddExceptionHandler<AccessExceptionHandler>();
        // In production the framework would answer a bad request without a word of why.
        services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
        services.AddProblemDetails();
        services.AddRateLimiter(options =>
        {
            options.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
            options.OnRejected = async (context, cancel) =>
            {
                context.HttpContext.Response.Headers.RetryAfter = "60";
                // With words of its own: a bare status would bring the page that says that there is nothing here.
                await context.HttpContext.Response.WriteAsync(
                    "Too many attempts from this address. Wait a minute, go back and try again.",
                    cancel
                );
            };
            options.AddPolicy(
                SignInLimit,
                context =>
                    HttpMethods.IsPost(context.Request.Method)
                        ? RateLimitPartition.GetFixedWindowLimiter(
                            context.Connection.RemoteIpAddress?.ToString() ?? "",
                            _ => new FixedWindowRateLimiterOptions { PermitLimit = 30, Window = TimeSpan.FromMinutes(1) }
                        )
                        : RateLimitPartition.GetNoLimiter("")
            );
        });
        return services;
    }

    /// <summary>Headers on every answer, and no connection from another site's page.</summary>
    public static IApplicationBuilder UseSecurityHeaders(this IApplicationBuilder app) =>
        app.Use(
            async (context, next) =>
            {
                IHeaderDictionary headers = context.Response.Headers;
                // MudBlazor sets styles inline; scripts come from here alone.
                headers.ContentSecurityPolicy =
                    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
                    + "font-src 'self'; connect-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";
                headers.XContentTypeOptions = "nosniff";
                headers["Referrer-Policy"] = "same-origin";
                headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()";
                // Browsers send cookies with WebSockets and posts from any page, but always say which page it was.
                if (
                    context.Request.Headers.Origin.FirstOrDefault() is { Length: > 0 } origin
                    && (context.WebSockets.IsWebSocketRequest || !HttpMethods.IsGet(context.Request.Method))
                    && !(Uri.TryCreate(origin, UriKind.Absolute, out Uri? from) && from.Authority == context.Request.Host.Value)
                )
                {
                    context.Response.StatusCode = StatusCodes.Status403Forbidden;
                    return;
                }

                await next();
            }
        );

    private static void Configure(CookieAuthenticationOptions cookie)
    {
        cookie.Cookie.Name = "blazortransfer";
        cookie.Cookie.HttpOnly = true;
        cookie.Cookie.SameSite = SameSiteMode.Lax;
        cookie.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        cookie.ExpireTimeSpan = TimeSpan.FromDays(14);
        cookie.LoginPath = "/login";
        cookie.ReturnUrlParameter = "returnUrl";
        cookie.AccessDeniedPath = "/";
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
