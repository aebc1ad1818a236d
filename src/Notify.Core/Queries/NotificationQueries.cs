using Microsoft.Extensions.Options;
using Notify.Core.Validation;
using Notify.Storage;

namespace Notify.Core.Queries;

/// <summary>Answers an application's queries from the store, within limits.</summary>
internal sealed class NotificationQueries(
    INotificationStore notifications,
    IBroadcasts broadcasts,
    IDigestStore digests,
    IDeadLetterStore deadLetters,
    IAnalyticsStore analytics,
    IOptions<NotificationsOptions> options,
    TimeProvider time
) : INotificationQueries
{
    /// <summary>
    /// The number of dead letters per batch. It is small enough that regular deliveries continue between two batches.
    /// </summary>
    private const int ReplayBatchSize = 1_000;

    private static readonly PageRequest FirstPage = new();

    /// <summary>The measures that count settlements.</summary>
    private static readonly AnalyticsMeasure[] SettledMeasures =
    [
        AnalyticsMeasure.Retried,
        AnalyticsMeasure.Postponed,
        AnalyticsMeasure.Sent,
        AnalyticsMeasure.Failed,
        AnalyticsMeasure.Cancelled,
    ];

    private readonly NotificationScan _scan = new(notifications, time);
    private readonly DeadLetterScan _deadLetters = new(deadLetters, time);

    public async Task<NotificationTimeline?> FindAsync(
        string tenant,
        Guid id,
        PageRequest? deliveries = null,
        CancellationToken cancellationToken = default
    )
    {
        var page = deliveries ?? FirstPage;
        var errors = new List<FieldError>();
        Names.Check(errors, "tenant", tenant);
        var after = QueryRules.CheckPage(errors, page);
        InvalidRequestException.ThrowIfAny(errors);

        if (await notifications.FindAsync(tenant, id, cancellationToken).ConfigureAwait(false) is not { } notification)
            return null;

        var progress = await notifications.CountAsync(tenant, [id], long.MaxValue, cancellationToken).ConfigureAwait(false);
        var counted = progress.GetValueOrDefault(id, NotificationProgress.None);
        var broadcast = await broadcasts.FindAsync(tenant, id, cancellationToken).ConfigureAwait(false);
        return new NotificationTimeline
        {
            Status = StatusRules.Compute(notification.Trigger, counted, time.GetUtcNow())!.Value,
            // Not every store keeps the content a second time in the trigger.
            Notification = notification with { Trigger = notification.Trigger with { Content = null } },
            Deliveries = CreatePage(
                await notifications
                    .ListDeliveriesAsync(tenant, id, after, page.Limit + 1, cancellationToken)
                    .ConfigureAwait(false),
                page
            ),
            Counts = counted.Deliveries!,
            Expansions = broadcast?.Expansions ?? [],
            PausedAt = broadcast?.PausedAt,
            Collected = await digests
                .ListAsync(tenant, id, ofSummary: false, page.Limit, cancellationToken)
                .ConfigureAwait(false),
            Summarizes = await digests
                .ListAsync(tenant, id, ofSummary: true, DigestLease.MaxEvents, cancellationToken)
                .ConfigureAwait(false),
        };
    }

    public async Task<Page<NotificationSummary>> ListAsync(
        NotificationQuery query,
        PageRequest? page = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(query);
        page ??= FirstPage;
        var errors = new List<FieldError>();
        QueryRules.Check(errors, query);
        var after = QueryRules.CheckPage(errors, page);
        InvalidRequestException.ThrowIfAny(errors);

        var (found, last) = await _scan.RunAsync(query, after, page.Limit, cancellationToken).ConfigureAwait(false);
        return new Page<NotificationSummary> { Items = found, Next = last?.ToString() };
    }

    public async Task<Page<DeliveryRecord>> ListDeadLettersAsync(
        DeadLetterFilter filter,
        PageRequest? page = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(filter);
        page ??= FirstPage;
        var errors = new List<FieldError>();
        QueryRules.Check(errors, filter);
        var after = QueryRules.CheckDeadLetterPage(errors, page);
        InvalidRequestException.ThrowIfAny(errors);

        var (found, last) = await _deadLetters.RunAsync(filter, after, page.Limit, cancellationToken).ConfigureAwait(false);
        return new Page<DeliveryRecord>
        {
            Items = found,
            Next = last is { } position ? TimeCursor.Write(position.EndedAt, position.Id) : null,
        };
    }

    public async Task<long> CountDeadLettersAsync(DeadLetterFilter filter, CancellationToken cancellationToken = default)
    {
        InvalidRequestException.ThrowIfAny(Validate(filter));
        return await deadLetters.CountAsync(filter, cancellationToken).ConfigureAwait(false);
    }

    public async Task<ReplayResult> ReplayDeadLettersAsync(DeadLetterReplay replay, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(replay);
        var now = time.GetUtcNow();
        var errors = new List<FieldError>();
        QueryRules.Check(errors, replay, now, options.Value.MaxExpiryAhead);
        InvalidRequestException.ThrowIfAny(errors);

        // Only dead letters that ended before this call are replayed. Otherwise a delivery that fails again at once would be
        // replayed in an endless loop.
        var filter = replay.Filter with { To = replay.Filter.To < now ? replay.Filter.To : now };
        if (replay.DryRun)
            return new ReplayResult { Count = await deadLetters.CountAsync(filter, cancellationToken).ConfigureAwait(false) };

        var request = new ReplayRequest
        {
            Filter = filter,
            Now = now,
            ExpiresAt = replay.ExpiresAt ?? now + options.Value.DefaultTimeToLive,
            Limit = ReplayBatchSize,
        };
        var total = 0L;
        int replayed;
        do
        {
            replayed = await deadLetters.ReplayAsync(request, cancellationToken).ConfigureAwait(false);
            total += replayed;
        } while (replayed == request.Limit);
        return new ReplayResult { Count = total };
    }

    public async Task<DeliveryCounts> CountDeliveriesAsync(
        DeliveryCountQuery query,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(query);
        var errors = new List<FieldError>();
        var (from, to) = QueryRules.Check(errors, query, time.GetUtcNow());
        InvalidRequestException.ThrowIfAny(errors);

        var filter = new AnalyticsFilter
        {
            Tenant = query.Tenant,
            From = from,
            To = to,
            Resolution = AnalyticsResolution.Minute,
            GroupBy = AnalyticsDimensions.Channel | AnalyticsDimensions.Provider,
            Measures = SettledMeasures,
        };
        var sums = await analytics.SumAsync(filter, cancellationToken).ConfigureAwait(false);
        return new DeliveryCounts
        {
            From = from,
            To = to,
            Counts =
            [
                .. sums.GroupBy(sum => CreateCount(sum) with { Count = 0 })
                    .Select(same => same.Key with { Count = same.Sum(sum => sum.Value) }),
            ],
        };
    }

    private static DeliveryCount CreateCount(AnalyticsCount sum) =>
        new()
        {
            Minute = sum.Time,
            Tenant = sum.Tenant,
            Channel = sum.Channel ?? Channel.None,
            Provider = sum.Provider ?? "",
            State = sum.Measure switch
            {
                AnalyticsMeasure.Sent => DeliveryState.Sent,
                AnalyticsMeasure.Failed => DeliveryState.DeadLetter,
                AnalyticsMeasure.Cancelled => DeliveryState.Cancelled,
                _ => DeliveryState.Pending,
            },
            Count = sum.Value,
        };

    public IReadOnlyList<FieldError> Validate(NotificationQuery query)
    {
        ArgumentNullException.ThrowIfNull(query);
        var errors = new List<FieldError>();
        QueryRules.Check(errors, query);
        return errors;
    }

    public IReadOnlyList<FieldError> Validate(DeadLetterFilter filter)
    {
        ArgumentNullException.ThrowIfNull(filter);
        var errors = new List<FieldError>();
        QueryRules.Check(errors, filter);
        return errors;
    }

    public IReadOnlyList<FieldError> Validate(DeadLetterReplay replay)
    {
        ArgumentNullException.ThrowIfNull(replay);
        var errors = new List<FieldError>();
        QueryRules.Check(errors, replay, time.GetUtcNow(), options.Value.MaxExpiryAhead);
        return errors;
    }

    public IReadOnlyList<FieldError> Validate(DeliveryCountQuery query)
    {
        ArgumentNullException.ThrowIfNull(query);
        var errors = new List<FieldError>();
        QueryRules.Check(errors, query, time.GetUtcNow());
        return errors;
    }

    // One more item than the page shows was requested, which reveals whether there is a next page.
    private static Page<DeliveryRecord> CreatePage(IReadOnlyList<DeliveryRecord> found, PageRequest page) =>
        found.Count <= page.Limit
            ? new Page<DeliveryRecord> { Items = found }
            : new Page<DeliveryRecord>
            {
                Items = [.. found.Take(page.Limit)],
                Next = found[page.Limit - 1].Delivery.Id.ToString(),
            };
}
