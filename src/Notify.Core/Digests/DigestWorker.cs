using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Notify.Core.Queue;
using Notify.Core.Recipients;
using Notify.Core.Templates;
using Notify.Core.Timing;
using Notify.Core.Triggers;
using Notify.Storage;

namespace Notify.Core.Digests;

/// <summary>
/// Closes due digests: summarizes the events with the same key in one notification. A summary is rendered with the version of
/// the template with which its events were accepted, so a version that is saved in the meantime cannot break it.
/// </summary>
/// <remarks>
/// The summary and the end of its events are one transaction under the fence of the lease. If the lease was lost, because it
/// ended or because an event was cancelled, nothing is written, and the digest is leased again with what is left of it. Each
/// event is therefore in exactly one summary.
/// </remarks>
internal sealed class DigestWorker(
    IDigestStore digests,
    IUserStore users,
    TopicSubscriptions subscriptions,
    TemplateRenderer renderer,
    NotificationFactory factory,
    NotificationEvents events,
    WorkerIdentity worker,
    WorkSignal signal,
    IntervalTimer timer,
    EngineSettings settings,
    IOptions<NotificationsOptions> options,
    TimeProvider time,
    ILogger<DigestWorker> logger
) : TurnWorker<DigestLease>(timer, settings, options, time)
{
    /// <summary>
    /// A digest collects for seconds to days, so querying for due ones more than once a second is not worth it.
    /// </summary>
    private static readonly TimeSpan MinInterval = TimeSpan.FromSeconds(1);

    protected override TimeSpan Interval => PollAtMostEvery(MinInterval);

    protected override int LeasesPerTurn => 25;

    protected override string WorkerName => worker.Name;

    protected override ValueTask<IReadOnlyList<DigestLease>> LeaseAsync(DueRequest request, CancellationToken stopping) =>
        digests.LeaseAsync(request, stopping);

    protected override string GetTenant(DigestLease lease) => lease.Tenant;

    protected override int GetFailures(DigestLease lease) => lease.Failures;

    protected override async ValueTask HandleAsync(DigestLease lease, CancellationToken cancellationToken)
    {
        var user = await FindUserAsync(lease, cancellationToken).ConfigureAwait(false);
        if (user is null && lease.Events[0].UserId is not null)
        {
            await CancelAsync(lease, cancellationToken).ConfigureAwait(false);
            return;
        }

        if (await EndUnsubscribedAsync(lease, cancellationToken).ConfigureAwait(false))
            return;

        var alike = lease with { Events = [.. lease.Events.Where(other => AreAlike(lease.Events[0], other))] };
        EnqueueRequest summary;
        try
        {
            summary = await SumUpAsync(alike, cancellationToken).ConfigureAwait(false);
        }
        catch (InvalidRequestException) when (user is not null)
        {
            // Planning reads the user again, and refuses the summary if the user was removed in between.
            if (await FindUserAsync(lease, cancellationToken).ConfigureAwait(false) is not null)
                throw;
            await CancelAsync(lease, cancellationToken).ConfigureAwait(false);
            return;
        }

        var closing = new DigestClosing(alike, CollectedState.Summarized, GetNextDueAt(lease, alike, user)) { Summary = summary };
        if (!await digests.CloseAsync(closing, cancellationToken).ConfigureAwait(false))
            return;
        signal.Set();
        await events.PublishAcceptedAsync(summary, cancellationToken).ConfigureAwait(false);
    }

    protected override async ValueTask GiveBackAsync(
        DigestLease lease,
        Exception failure,
        TimeSpan? retryDelay,
        CancellationToken cancellationToken
    )
    {
        if (retryDelay is { } delay)
        {
            if (await digests.FailAsync(lease, Time.GetUtcNow() + delay, cancellationToken).ConfigureAwait(false))
                Log.DigestFailed(logger, failure, lease.Key.ToId(), delay);
            return;
        }

        // Only the events that were rendered together have failed. The others are rendered next.
        var failed = lease with { Events = [.. lease.Events.Where(other => AreAlike(lease.Events[0], other))] };
        var reason = FailureReason.Describe(failure);
        if (await EndAsync(failed, CollectedState.DeadLetter, reason, cancellationToken).ConfigureAwait(false))
            Log.DigestDead(logger, failure, lease.Key.ToId());
    }

    protected override void LogFailure(Exception exception) => Log.DigestsUnreachable(logger, exception);

    private async ValueTask<User?> FindUserAsync(DigestLease lease, CancellationToken cancellationToken)
    {
        if (lease.Events[0].UserId is not { } userId)
            return null;
        var found = await users.FindAsync(lease.Tenant, [userId], cancellationToken).ConfigureAwait(false);
        return found is [var user] ? user.User : null;
    }

    private async ValueTask CancelAsync(DigestLease lease, CancellationToken cancellationToken) =>
        await EndAsync(lease, CollectedState.Cancelled, "The user does not exist.", cancellationToken).ConfigureAwait(false);

    /// <summary>
    /// Ends the events that came through a topic which the user has left since. Returns whether there were any; the others are
    /// due again at once, under a new lease.
    /// </summary>
    private async ValueTask<bool> EndUnsubscribedAsync(DigestLease lease, CancellationToken cancellationToken)
    {
        string[] topics = [.. lease.Events.Select(collected => collected.Topic).OfType<string>().Distinct()];
        if (topics.Length == 0)
            return false;

        var userId = lease.Events[0].UserId!;
        var subscribed = await subscriptions.FindAsync(lease.Tenant, userId, topics, cancellationToken).ConfigureAwait(false);
        var unsubscribed = new List<DigestEvent>();
        foreach (var collected in lease.Events.Where(collected => collected.Topic is { } topic && !subscribed.Contains(topic)))
        {
            if (
                !await subscriptions
                    .HasAnotherAsync(lease.Tenant, userId, collected.NotificationId, collected.Topic!, cancellationToken)
                    .ConfigureAwait(false)
            )
                unsubscribed.Add(collected);
        }

        if (unsubscribed.Count == 0)
            return false;

        string[] left = [.. unsubscribed.Select(collected => collected.Topic!).Distinct()];
        var reason = $"the user unsubscribed from {(left is [var only] ? $"'{only}'" : "the topics")}";
        await EndAsync(lease with { Events = unsubscribed }, CollectedState.Cancelled, reason, cancellationToken)
            .ConfigureAwait(false);
        return true;
    }

    private ValueTask<bool> EndAsync(
        DigestLease lease,
        CollectedState state,
        string reason,
        CancellationToken cancellationToken
    ) => digests.CloseAsync(new DigestClosing(lease, state, Time.GetUtcNow()) { Reason = reason }, cancellationToken);

    // Events that are left, because they ask for something else or did not fit into the lease, are due at once.
    private DateTimeOffset GetNextDueAt(DigestLease lease, DigestLease closed, User? user) =>
        closed.Events.Count < lease.Events.Count || lease.Events.Count == DigestLease.MaxEvents
            ? Time.GetUtcNow()
            : DigestSchedule.GetDueTime(closed.Events[^1].Trigger.Digest!, Time.GetUtcNow(), user);

    // All events of a digest have the same recipient, template, category, priority and schedule. Events that differ in anything
    // else get separate summaries: one trigger must not decide how the event of another is sent.
    private static bool AreAlike(DigestEvent first, DigestEvent other) =>
        ReferenceEquals(first, other)
        || (
            first.TemplateVersion == other.TemplateVersion
            && first.Trigger.CollapseKey == other.Trigger.CollapseKey
            && AreEqual(first.Trigger.Channels, other.Trigger.Channels)
            && AreEqual(first.Trigger.Fallback, other.Trigger.Fallback)
        );

    private static bool AreEqual<T>(IReadOnlyList<T>? one, IReadOnlyList<T>? other) =>
        one is null ? other is null : other is not null && one.SequenceEqual(other);

    private async ValueTask<EnqueueRequest> SumUpAsync(DigestLease lease, CancellationToken cancellationToken)
    {
        var last = lease.Events[^1];
        // The data of the recipient is part of the data of its event. The reference, tags and keys name single events: cancelling
        // one of them must not cancel the summary of the others.
        var trigger = last.Trigger with
        {
            To = last.Recipient with { DataElement = null },
            Digest = null,
            Throttle = null,
            DataElement = DigestData.FromEvents(lease.Events),
            Reference = null,
            CancellationKey = null,
            Tags = null,
            Metadata = null,
        };
        var errors = new List<FieldError>();
        var rendered = await renderer.RenderAsync(trigger, last.TemplateVersion, errors, cancellationToken).ConfigureAwait(false);
        InvalidRequestException.ThrowIfAny(errors);
        var (request, _) = await factory.CreateAsync(trigger, trigger, rendered, cancellationToken).ConfigureAwait(false);
        return FindTopic(lease.Events) is { } topic
            ? request with
            {
                Deliveries = [.. request.Deliveries.Select(Through)],
            }
            : request;

        QueuedDelivery Through(QueuedDelivery queued) => queued with { Delivery = queued.Delivery with { Topic = topic } };
    }

    // A summary that waits is checked against its topic again, unless some event named the user.
    private static string? FindTopic(IReadOnlyList<DigestEvent> events) =>
        events.All(collected => collected.Topic is not null) ? events[^1].Topic : null;
}
