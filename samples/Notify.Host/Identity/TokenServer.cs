using System.Runtime.CompilerServices;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;
using Notify.Hosting;
using OpenIddict.Server;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Notify.Host.Identity;

/// <summary>
/// Issues access tokens to clients (OAuth 2.0 client credentials) with OpenIddict, in processes of the role <c>auth</c>, and
/// accepts them in every process. Off unless <c>Notify:TokenServer</c> is set.
/// </summary>
internal static class TokenServer
{
    private const string TokenPath = "/connect/token";
    private const string MetadataPath = "/.well-known/{**path}";

    /// <summary>Adds the server, if it is configured.</summary>
    /// <param name="services">The services of the application.</param>
    /// <param name="settings">The section <c>Notify</c>.</param>
    /// <param name="isIssuer">Whether this process issues tokens.</param>
    public static void AddTokenServer(this IServiceCollection services, IConfiguration settings, bool isIssuer)
    {
        if (TokenServerOptions.AreIn(settings))
            AddServer(services, settings, isIssuer);
    }

    // A separate method, so that a process without the server does not load OpenIddict.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void AddServer(IServiceCollection services, IConfiguration settings, bool isIssuer)
    {
        services
            .AddOptions<TokenServerOptions>()
            .Bind(settings.GetSection(TokenServerOptions.Section))
            .ValidateDataAnnotations()
            .ValidateOnStart();
        services.AddSingleton<SigningKeyRing>();
        services.AddHostedService(provider => ActivatorUtilities.CreateInstance<SigningKeyRotation>(provider, isIssuer));
        services.AddClientTokens();
        if (isIssuer)
            services.AddIssuer();
    }

    /// <summary>Forwards the calls of clients to the processes that issue tokens, if this one is their gateway.</summary>
    public static void MapForwardedTokenServer(this WebApplication app)
    {
        if (
            !TokenServerOptions.AreIn(app.Configuration.GetSection("Notify"))
            || app.Services.GetService<IApiForwarder>() is not { } forwarder
            || !forwarder.Features.HasFlag(ApiFeatures.Authentication)
        )
            return;

        var call = new ForwardedCall(ApiFeatures.Authentication, isLineStream: false);
        app.MapPost(TokenPath, ForwardAsync);
        app.MapGet(MetadataPath, ForwardAsync);

        async Task ForwardAsync(HttpContext context)
        {
            if (await forwarder.ForwardAsync(context, call) is { } status && !context.Response.HasStarted)
                context.Response.StatusCode = status;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void AddIssuer(this IServiceCollection services)
    {
        services.AddSingleton<IOptionsChangeTokenSource<OpenIddictServerOptions>>(provider =>
            provider.GetRequiredService<SigningKeyRing>()
        );
        services
            .AddOptions<OpenIddictServerOptions>()
            .Configure<SigningKeyRing, IOptions<TokenServerOptions>>(
                (server, ring, options) =>
                {
                    server.Issuer = options.Value.Issuer;
                    server.AccessTokenLifetime = options.Value.TokenLifetime;
                    // They are published. SignWithCurrentKey signs, with a key that only the key ring has.
                    server.SigningCredentials.AddRange(
                        ring.Keys.Select(key => new SigningCredentials(key.PublicKey, SecurityAlgorithms.EcdsaSha256))
                    );
                }
            );
        services
            .AddOpenIddict()
            .AddServer(server =>
            {
                // Clients are kept by Notify, and tokens are not stored, so OpenIddict needs no stores (decision 23).
                server.EnableDegradedMode();
                server.AllowClientCredentialsFlow();
                server.SetTokenEndpointUris(TokenPath);
                server.DisableAccessTokenEncryption();
                // OpenIddict requires a key although nothing is encrypted: there are neither codes nor refresh tokens.
                server.AddEphemeralEncryptionKey();
                server.RegisterScopes(ScopeNames.Names);
                server.AddEventHandler<ValidateTokenRequestContext>(handler => handler.UseSingletonHandler<VerifyClient>());
                server.AddEventHandler<HandleTokenRequestContext>(handler => handler.UseSingletonHandler<IssueToken>());
                server.AddEventHandler<GenerateTokenContext>(handler =>
                    handler
                        .UseSingletonHandler<SignWithCurrentKey>()
                        .SetOrder(OpenIddictServerHandlers.Protection.AttachSecurityCredentials.Descriptor.Order + 1)
                );
                // TLS often ends in front of the host.
                server.UseAspNetCore().DisableTransportSecurityRequirement();
            });
        // It logs each step of each call.
        services.AddLogging(logging => logging.AddFilter("OpenIddict", LogLevel.Warning));
    }
}
