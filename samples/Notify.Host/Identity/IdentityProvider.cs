using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;
using Notify.Dashboard;

namespace Notify.Host.Identity;

/// <summary>
/// Accepts access tokens of the company's identity provider (<c>Notify:OpenIdConnect</c>). The tokens are verified in each
/// process, with the keys that the identity provider publishes.
/// </summary>
internal static class IdentityProvider
{
    /// <summary>The name of the authentication scheme.</summary>
    public const string Scheme = IdentityProviderOptions.Section;

    /// <summary>
    /// The time for which the keys are used before they are read again, so that a withdrawn key is not used longer.
    /// </summary>
    private static readonly TimeSpan KeyLifetime = TimeSpan.FromMinutes(15);

    private static readonly TimeSpan ClockSkew = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan KeyTimeout = TimeSpan.FromSeconds(5);

    // Only signatures that others can verify but not create. A public key must never serve as the secret of an HMAC.
    private static readonly string[] Algorithms =
    [
        SecurityAlgorithms.RsaSha256,
        SecurityAlgorithms.RsaSha384,
        SecurityAlgorithms.RsaSha512,
        SecurityAlgorithms.RsaSsaPssSha256,
        SecurityAlgorithms.RsaSsaPssSha384,
        SecurityAlgorithms.RsaSsaPssSha512,
        SecurityAlgorithms.EcdsaSha256,
        SecurityAlgorithms.EcdsaSha384,
        SecurityAlgorithms.EcdsaSha512,
    ];

    /// <summary>Adds the identity provider, if one is configured.</summary>
    public static void AddIdentityProvider(this IServiceCollection services, IConfiguration settings)
    {
        if (IdentityProviderOptions.AreIn(settings))
            AddBearerTokens(services, settings);
    }

    // A separate method, so that a process without an identity provider does not load the libraries for its tokens.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void AddBearerTokens(IServiceCollection services, IConfiguration settings)
    {
        services
            .AddOptions<IdentityProviderOptions>()
            .Bind(settings.GetSection(IdentityProviderOptions.Section))
            .ValidateDataAnnotations()
            .ValidateOnStart();
        services.AddSingleton<IssuerState>();
        services.AddAuthentication().AddJwtBearer(Scheme, _ => { });
        services
            .AddOptions<JwtBearerOptions>(Scheme)
            .Configure<IOptions<IdentityProviderOptions>>((bearer, options) => Configure(bearer, options.Value));
        services
            .AddOptions<NotifyDashboardOptions>()
            .Configure<IOptions<IdentityProviderOptions>>((dashboard, options) => ConfigureDashboard(dashboard, options.Value));
        // It logs every refused token with a stack trace. The API logs refused calls, and IssuerState an unavailable issuer.
        services.AddLogging(logging => logging.AddFilter("Microsoft.AspNetCore.Authentication.JwtBearer", LogLevel.None));
    }

    private static void ConfigureDashboard(NotifyDashboardOptions dashboard, IdentityProviderOptions options)
    {
        if (options.ClientId is null)
            return;

        dashboard.OpenIdConnect = new NotifyDashboardOpenIdConnectOptions
        {
            Authority = options.Authority,
            ClientId = options.ClientId,
            ClientSecret = options.ClientSecret,
            DashboardUrl = options.DashboardUrl,
            DisplayName = options.DisplayName,
            CreatePerson = token => PersonClaims.Create(token, options),
        };
    }

    private static void Configure(JwtBearerOptions bearer, IdentityProviderOptions options)
    {
        bearer.Authority = options.Authority!.ToString().TrimEnd('/');
        bearer.Audience = options.Audience;
        bearer.RequireHttpsMetadata = options.Authority.Scheme == Uri.UriSchemeHttps;
        bearer.MapInboundClaims = false;
        bearer.SaveToken = false;
        bearer.IncludeErrorDetails = false;
        bearer.BackchannelTimeout = KeyTimeout;
        bearer.AutomaticRefreshInterval = KeyLifetime;
        bearer.RefreshInterval = options.KeyRefreshInterval;
        bearer.TokenValidationParameters = new TokenValidationParameters
        {
            ClockSkew = ClockSkew,
            ValidAlgorithms = Algorithms,
            ValidAudience = options.Audience,
            RequireExpirationTime = true,
            RequireSignedTokens = true,
        };
        bearer.Events = new JwtBearerEvents
        {
            OnMessageReceived = ReceiveAsync,
            OnTokenValidated = context =>
            {
                if (PersonClaims.Create(context.Principal!, options) is { } person)
                    context.Principal = person;
                else
                    context.Fail("The token has no subject.");
                return Task.CompletedTask;
            },
        };
    }

    private static async Task ReceiveAsync(MessageReceivedContext context)
    {
        if (PresentedToken.Find(context.Request) is not { } token)
        {
            context.NoResult();
            return;
        }

        context.Token = token;
        var issuer = context.HttpContext.RequestServices.GetRequiredService<IssuerState>();
        if (!await issuer.IsKnownAsync(context.Options.ConfigurationManager!, context.HttpContext.RequestAborted))
        {
            context.HttpContext.Features.Set(IssuerUnavailable.Instance);
            context.NoResult();
        }
    }
}
