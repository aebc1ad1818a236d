using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Notify.Core.Analytics;
using Notify.Core.Deliveries;
using Notify.Core.Digests;
using Notify.Core.Jobs;
using Notify.Core.ProviderStates;
using Notify.Core.Retention;
using Notify.Core.Telemetry;
using Notify.Core.Topics;

namespace Notify.Core.Composition;

/// <summary>
/// Starts and stops the engine's workers. They are resolved when they start, which is after all options were validated. Otherwise
/// the first worker that needs an invalid option would fail, and the other errors would not be reported.
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
            services.GetRequiredService<ProviderGauges>(),
            services.GetRequiredService<CountRecorder>(),
            .. SelectWorker<DeliveryWorker>((parts & (Workers.Delivery | Workers.Retry)) != 0),
            .. SelectWorker<ActivityReporter>((parts & (Workers.Delivery | Workers.Retry)) != 0),
            .. SelectWorker<ExpansionWorker>(parts.HasFlag(Workers.Expansion)),
            .. SelectWorker<DigestWorker>(parts.HasFlag(Workers.Digest)),
            .. SelectWorker<RetentionWorker>(parts.HasFlag(Workers.Retention)),
            .. SelectWorker<ErasureWorker>(parts.HasFlag(Workers.Retention)),
            .. SelectWorker<JobWorker>(parts.HasFlag(Workers.Jobs)),
        ];
        foreach (var worker in _workers)
            await worker.StartAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Stops the workers in reverse order, so that the last settlements are still counted.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        foreach (var worker in _workers.Reverse())
            await worker.StopAsync(cancellationToken).ConfigureAwait(false);
    }

    private IEnumerable<IHostedService> SelectWorker<TWorker>(bool isEnabled)
        where TWorker : IHostedService => isEnabled ? [services.GetRequiredService<TWorker>()] : [];
}
