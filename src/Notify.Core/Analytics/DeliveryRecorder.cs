using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Notify.Core.Events;
using Notify.Core.Telemetry;
using Notify.Providers;
using Notify.Storage;

namespace Notify.Core.Analytics;

/// <summary>
/// The last stage of a delivery: counts settlements and publishes them to sinks. Counts are collected per minute and written once
/// a second, so a delivery costs no additional write. A crash loses only the counts of the last second.
/// </summary>
internal sealed class DeliveryRecorder(
    IAnalyticsStore store,
    EventSinks sinks,
    TimeProvider time,
    ILogger<DeliveryRecorder> logger
) : BackgroundService
{
    private static readonly TimeSpan WriteInterval = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private Dictionary<DeliveryCount, long> _counts = [];

    /// <summary>Counts a settlement and publishes it to the sinks that want it.</summary>
    public void Record(Delivery delivery, Settlement settlement)
    {
        EngineTelemetry.RecordSettled(delivery, settlement);
        var minute = new DateTimeOffset(
            settlement.SettledAt.UtcTicks / TimeSpan.TicksPerMinute * TimeSpan.TicksPerMinute,
            TimeSpan.Zero
        );
        Add(
            new DeliveryCount
            {
                Minute = minute,
                Tenant = delivery.Tenant,
                Channel = delivery.Channel,
                Provider = settlement.Provider,
                State = settlement.State,
                Count = 0,
            },
            1
        );
        Publish(delivery, settlement);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => RunAsync(stoppingToken);

    /// <summary>
    /// Writes counts until stopped, on the calling thread up to the first wait. <see cref="BackgroundService"/> would start on
    /// the thread pool, which a simulation must not use.
    /// </summary>
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
        var type = GetEventType(settlement);
        if (sinks.Want(type))
            sinks.Publish(CreateEvent(type, delivery, settlement));
    }

    private static string GetEventType(Settlement settlement) =>
        settlement.State switch
        {
            DeliveryState.Sent => NotifyEventTypes.DeliverySent,
            DeliveryState.Cancelled => NotifyEventTypes.DeliveryCancelled,
            DeliveryState.Pending when settlement.Attempt is null => NotifyEventTypes.DeliveryPostponed,
            DeliveryState.Pending => NotifyEventTypes.DeliveryRetried,
            _ => NotifyEventTypes.DeliveryFailed,
        };

    // A delivery is settled once under each fence, so the fence tells its events apart.
    private static NotifyEvent CreateEvent(string type, Delivery delivery, Settlement settlement) =>
        new()
        {
            Id = EventIds.Compute(delivery.Id, "delivery", settlement.Fence),
            Type = type,
            OccurredAt = settlement.SettledAt,
            Tenant = delivery.Tenant,
            Data = new DeliveryEventData
            {
                NotificationId = delivery.NotificationId,
                DeliveryId = delivery.Id,
                User = delivery.UserId,
                Channel = delivery.Channel,
                Provider = settlement.Attempt?.Provider ?? settlement.Provider,
                State = settlement.State,
                Outcome = settlement.Attempt?.Outcome,
                Reason = settlement.Reason,
                DueAt = settlement.DueAt,
                Reference = delivery.Reference,
                Tags = delivery.Tags,
                Metadata = delivery.Metadata,
            },
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
