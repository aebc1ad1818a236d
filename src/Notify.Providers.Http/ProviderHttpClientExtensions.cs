using Notify.Providers.Http;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the HTTP client of a provider.</summary>
public static class ProviderHttpClientExtensions
{
    /// <summary>After this a connection is made anew, so that a changed DNS record is followed.</summary>
    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(15);

    /// <summary>
    /// A connection that a firewall dropped in silence is found out within a minute, and not by the next message.
    /// </summary>
    private static readonly TimeSpan PingDelay = TimeSpan.FromSeconds(30);

    /// <summary>
    /// A vendor that cannot be reached is found out well within an attempt, so that the attempt ends knowing that nothing was
    /// sent.
    /// </summary>
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Who calls: vendors ask for it when they are asked for help, and some refuse requests without one.</summary>
    private static readonly string UserAgent =
        $"Notify/{typeof(ProviderHttpClientExtensions).Assembly.GetName().Version!.ToString(fieldCount: 3)}";

    private static readonly TimeSpan PingTimeout = TimeSpan.FromSeconds(20);

    /// <summary>
    /// Adds the HTTP client of the provider <paramref name="provider"/>, which <see cref="CreateProviderHttpClient"/> gives. It
    /// names Notify as the user agent, follows no redirect, keeps no cookie, writes no log (a URL may hold a token), sends no
    /// trace header to the vendor, and has no timeout but the attempt's. An application that needs a proxy or trusts an authority
    /// of its own configures it after the provider was added, as
    /// <c>services.AddHttpClient("Notify.fcm").ConfigurePrimaryHttpMessageHandler((handler, _) => ...)</c>.
    /// </summary>
    /// <param name="services">The application's services.</param>
    /// <param name="provider">The provider's name.</param>
    /// <param name="configure">Changes the connections; null leaves them.</param>
    public static IHttpClientBuilder AddProviderHttpClient(
        this IServiceCollection services,
        string provider,
        Action<IServiceProvider, SocketsHttpHandler>? configure = null
    )
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrEmpty(provider);
        var name = ClientName(provider);
        // The factory never disposes of what it made. A service is disposed of with the application: its connections end then.
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

    /// <summary>The client that <see cref="AddProviderHttpClient"/> added. A provider keeps it as long as it lives.</summary>
    public static HttpClient CreateProviderHttpClient(this IServiceProvider services, string provider) =>
        services.GetRequiredService<IHttpClientFactory>().CreateClient(ClientName(provider));

    private static string ClientName(string provider) => $"Notify.{provider}";

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
