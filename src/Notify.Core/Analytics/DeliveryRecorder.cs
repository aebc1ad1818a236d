using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Notify.Core.Telemetry;
using Notify.Providers;
using Notify.Storage;

namespace Notify.Core.Analytics;

/// <summary>
/// The walk's last stage: counts what was settled. Counts are kept per minute and written once a second, so that a delivery
/// costs no write of its own; a crash loses at most the last second of counts, and nothing else.
/// </summary>
internal sealed class DeliveryRecorder(
    IAnalyticsStore store,
    IEnumerable<IDeliveryEventSink> sinks,
    TimeProvider time,
    ILogger<DeliveryRecorder> logger
) : BackgroundService
{
    private static readonly TimeSpan WriteInterval = TimeSpan.FromSeconds(1);

    private readonly IDeliveryEventSink[] _sinks = [.. sinks];
    private readonly Lock _lock = new();
    private Dictionary<DeliveryCount, long> _counts = [];

    public void Record(Delivery delivery, Settlement settlement)
    {
        EngineTelemetry.RecordSettled(delivery, settlement);
        var minute = new DateTimeOffset(
            settlement.SettledAt.UtcTicks / TimeSpan.TicksPerMinute * TimeSpan.TicksPerMinute,
            TimeSpan.Zero
        );
        Add(new DeliveryCount(minute, delivery.Tenant, delivery.Channel, settlement.Provider, settlement.State, Count: 0), 1);
        Publish(delivery, settlement);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => RunAsync(stoppingToken);

    /// <summary>All of the work, until stopped; without the thread that <see cref="BackgroundService"/> begins it on.</summary>
    internal async Task RunAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(WriteInterval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
                await WriteAsync(stoppingToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested) { }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken).ConfigureAwait(false);
        await WriteAsync(cancellationToken).ConfigureAwait(false);
    }

    private void Publish(Delivery delivery, Settlement settlement)
    {
        DeliveryEvent? settled = null;
        foreach (var sink in _sinks)
        {
            if (sink.IsWanted)
                sink.Publish(settled ??= CreateEvent(delivery, settlement));
        }
    }

    private static DeliveryEvent CreateEvent(Delivery delivery, Settlement settlement) =>
        new()
        {
            Tenant = delivery.Tenant,
            NotificationId = delivery.NotificationId,
            DeliveryId = delivery.Id,
            UserId = delivery.UserId,
            Channel = delivery.Channel,
            Provider = settlement.Attempt?.Provider ?? settlement.Provider,
            State = settlement.State,
            Outcome = settlement.Attempt?.Outcome,
            Reason = settlement.Reason,
            SettledAt = settlement.SettledAt,
        };

    private void Add(DeliveryCount key, long count)
    {
        lock (_lock)
            _counts[key] = _counts.GetValueOrDefault(key) + count;
    }

    private async ValueTask WriteAsync(CancellationToken cancellationToken)
    {
        Dictionary<DeliveryCount, long> counts;
        lock (_lock)
        {
            if (_counts.Count == 0)
                return;
            (counts, _counts) = (_counts, []);
        }

        try
        {
            await store
                .AddAsync([.. counts.Select(count => count.Key with { Count = count.Value })], cancellationToken)
                .ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            Log.CountsNotWritten(logger, exception);
            foreach (var (key, count) in counts)
                Add(key, count);
        }
    }
}
