using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Notify.Core.Analytics;
using Notify.Core.Deliveries;
using Notify.Core.Digests;
using Notify.Core.Retention;
using Notify.Core.Telemetry;
using Notify.Core.Topics;
using Notify.Providers;

namespace Notify.Core.Composition;

/// <summary>
/// Starts and stops the walk's workers. They are looked up only when they start, which is after every option was validated: what
/// is wrong is said all at once, and not by whichever worker needs it first.
/// </summary>
internal sealed class NotificationWorkers(IServiceProvider services, IOptions<NotificationsOptions> options) : IHostedService
{
    private IHostedService[] _workers = [];

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var parts = options.Value.Workers;
        _workers =
        [
            services.GetRequiredService<QueueDepthGauge>(),
            services.GetRequiredService<DeliveryRecorder>(),
            .. Part<DeliveryWorker>((parts & (Workers.Delivery | Workers.Retry)) != 0),
            .. Part<ExpansionWorker>(parts.HasFlag(Workers.Expansion)),
            .. Part<DigestWorker>(parts.HasFlag(Workers.Digest)),
            .. Part<RetentionWorker>(parts.HasFlag(Workers.Retention)),
            .. Part<ErasureWorker>(parts.HasFlag(Workers.Retention)),
        ];
        foreach (var worker in _workers)
            await worker.StartAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>In reverse, so that what ends last is still counted.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        foreach (var worker in _workers.Reverse())
            await worker.StopAsync(cancellationToken).ConfigureAwait(false);
    }

    private IEnumerable<IHostedService> Part<TWorker>(bool isOurs)
        where TWorker : IHostedService => isOurs ? [services.GetRequiredService<TWorker>()] : [];
}
