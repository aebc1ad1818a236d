namespace Notify.Host;

/// <summary>
/// Bounds what connections can take of this process before anybody knows who they are: <c>Notify:MaxConnections</c>, and how
/// long the process still answers after it was told to stop: <c>Notify:ShutdownDelay</c>.
/// </summary>
internal static class ServerLimits
{
    private const int DefaultMaxConnections = 4_000;

    /// <summary>A body larger than this is taken from the network only as fast as it is read.</summary>
    private const int MaxUnread = 65_536;

    /// <summary>
    /// What a connection whose client does not read, such as that of an event stream, can hold of this process's memory. An
    /// answer is written without waiting as long as it fits.
    /// </summary>
    private const int MaxUnsent = 16_384;

    private static readonly TimeSpan DefaultShutdownDelay = TimeSpan.FromSeconds(1);

    public static void AddServerLimits(this WebApplicationBuilder builder, IConfiguration settings)
    {
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxConcurrentConnections = settings.GetValue("MaxConnections", DefaultMaxConnections);
            kestrel.Limits.MaxRequestBufferSize = MaxUnread;
            kestrel.Limits.MaxResponseBufferSize = MaxUnsent;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(15);
        });
        builder.Services.AddHostedService(_ => new ShutdownDelay(settings.GetValue("ShutdownDelay", DefaultShutdownDelay)));
    }

    /// <summary>
    /// Keeps the listener open for a moment after the process was told to stop. Readiness answers 503 by then, so a load balancer
    /// that asks learns of it before its connections are refused.
    /// </summary>
    private sealed class ShutdownDelay(TimeSpan delay) : IHostedLifecycleService
    {
        public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        /// <summary>Runs before any service stops, the server included.</summary>
        public async Task StoppingAsync(CancellationToken cancellationToken) =>
            await Task.Delay(delay, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
