using Microsoft.Extensions.Options;

namespace Notify.Host;

/// <summary>
/// Limits the resources that connections can use before they are authenticated (<c>Notify:MaxConnections</c>), and keeps the
/// process answering for a moment after it was told to stop (<c>Notify:ShutdownDelay</c>).
/// </summary>
internal static class ServerLimits
{
    private const int DefaultMaxConnections = 4_000;

    /// <summary>
    /// The number of bytes of a request that are buffered. The rest of a larger body is received only as fast as it is read.
    /// </summary>
    private const int MaxRequestBufferSize = 65_536;

    /// <summary>
    /// The number of bytes of a response that a connection buffers while its client does not read, as may happen with an event
    /// stream. A write that fits into the buffer does not wait.
    /// </summary>
    private const int MaxUnsent = 16_384;

    private static readonly TimeSpan DefaultShutdownDelay = TimeSpan.FromSeconds(1);

    /// <summary>How long requests in flight may take to finish after the listener was closed.</summary>
    private static readonly TimeSpan RequestDrainTime = TimeSpan.FromSeconds(15);

    public static void AddServerLimits(this WebApplicationBuilder builder, IConfiguration settings)
    {
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxConcurrentConnections = settings.GetValue("MaxConnections", DefaultMaxConnections);
            kestrel.Limits.MaxRequestBufferSize = MaxRequestBufferSize;
            kestrel.Limits.MaxResponseBufferSize = MaxUnsent;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(15);
        });
        var delay = settings.GetValue("ShutdownDelay", DefaultShutdownDelay);
        builder.Services.AddHostedService(_ => new ShutdownDelay(delay));
        // A process stops in steps: the delay, then requests in flight, then attempts in flight. Each step has its whole time.
        builder
            .Services.AddOptions<HostOptions>()
            .Configure<IOptions<NotificationsOptions>>(
                (host, notifications) =>
                    host.ShutdownTimeout = delay + RequestDrainTime + notifications.Value.DrainTimeout + TimeSpan.FromSeconds(1)
            );
    }

    /// <summary>
    /// Keeps the listener open for a moment after the process was told to stop. Readiness already answers 503 during that time,
    /// so a load balancer stops sending requests before connections are refused.
    /// </summary>
    private sealed class ShutdownDelay(TimeSpan delay) : IHostedLifecycleService
    {
        public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        /// <summary>Runs before any service stops, including the server.</summary>
        public async Task StoppingAsync(CancellationToken cancellationToken) =>
            await Task.Delay(delay, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
