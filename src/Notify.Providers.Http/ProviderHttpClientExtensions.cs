using Notify.Providers.Http;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the HTTP client of a provider.</summary>
public static class ProviderHttpClientExtensions
{
    /// <summary>The lifetime of a connection. A new one follows a changed DNS record.</summary>
    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(15);

    /// <summary>
    /// How long a connection is silent before it is checked. A connection that a firewall dropped is thus detected within a
    /// minute, rather than by the next message.
    /// </summary>
    private static readonly TimeSpan PingDelay = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long connecting may take: well below the time of an attempt, so that an attempt whose vendor cannot be reached ends
    /// while it is certain that nothing was sent.
    /// </summary>
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);

    /// <summary>The user agent. Vendors ask for it in support cases, and some refuse requests without one.</summary>
    private static readonly string UserAgent =
        $"Notify/{typeof(ProviderHttpClientExtensions).Assembly.GetName().Version!.ToString(fieldCount: 3)}";

    private static readonly TimeSpan PingTimeout = TimeSpan.FromSeconds(20);

    /// <summary>
    /// Adds the HTTP client of the provider <paramref name="provider"/>, which <see cref="CreateProviderHttpClient"/> creates. It
    /// names Notify as the user agent, does not follow redirects, does not keep cookies, does not log (a URL may hold a token),
    /// sends no trace header to the vendor, and has no timeout apart from the attempt's. To use a proxy or a private certificate
    /// authority, configure the client after the provider was added:
    /// <c>services.AddHttpClient("Notify.fcm").ConfigurePrimaryHttpMessageHandler((handler, _) => ...)</c>.
    /// </summary>
    /// <param name="services">The application's services.</param>
    /// <param name="provider">The provider's name.</param>
    /// <param name="configure">Configures the connections; null for the defaults.</param>
    public static IHttpClientBuilder AddProviderHttpClient(
        this IServiceCollection services,
        string provider,
        Action<IServiceProvider, SocketsHttpHandler>? configure = null
    )
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrEmpty(provider);
        var name = GetClientName(provider);
        // The factory does not dispose of its handlers. A service is disposed of with the application, which ends its
        // connections.
        services.AddKeyedSingleton(name, (provided, _) =>
        {
            var handler = CreateHandler();
            configure?.Invoke(provided, handler);
            return handler;
        });
        return services
            .AddHttpClient(name)
            .ConfigureHttpClient(client =>
            {
                client.Timeout = Timeout.InfiniteTimeSpan;
                client.DefaultRequestHeaders.TryAddWithoutValidation("User-Agent", UserAgent);
            })
            .AddHttpMessageHandler(() => new SendTracker())
            .ConfigurePrimaryHttpMessageHandler(provided => provided.GetRequiredKeyedService<SocketsHttpHandler>(name))
            .SetHandlerLifetime(Timeout.InfiniteTimeSpan)
            .RemoveAllLoggers();
    }

    /// <summary>
    /// Creates the client that <see cref="AddProviderHttpClient"/> added. A provider keeps it for its lifetime.
    /// </summary>
    /// <param name="services">The application's services.</param>
    /// <param name="provider">The provider's name.</param>
    public static HttpClient CreateProviderHttpClient(this IServiceProvider services, string provider) =>
        services.GetRequiredService<IHttpClientFactory>().CreateClient(GetClientName(provider));

    private static string GetClientName(string provider) => $"Notify.{provider}";

    private static SocketsHttpHandler CreateHandler() =>
        new()
        {
            ConnectTimeout = ConnectTimeout,
            AllowAutoRedirect = false,
            UseCookies = false,
            ActivityHeadersPropagator = null,
            PooledConnectionLifetime = ConnectionLifetime,
            EnableMultipleHttp2Connections = true,
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
            KeepAlivePingDelay = PingDelay,
            KeepAlivePingTimeout = PingTimeout,
        };
}
