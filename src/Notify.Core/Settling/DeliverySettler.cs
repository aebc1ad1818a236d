using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Notify.Analytics;
using Notify.Delivering;
using Notify.Queueing;
using Notify.Timing;

namespace Notify.Settling;

/// <summary>Decides what an attempt's outcome means for its delivery, and makes that durable.</summary>
internal sealed class DeliverySettler(
    IDeliveryQueue queue,
    RecipientUpkeep recipients,
    DeliveryRecorder recorder,
    ProviderRouter router,
    RetrySchedule retries,
    DueTimePolicy policy,
    RecipientClocks clocks,
    IOptions<NotificationsOptions> options,
    TimeProvider time,
    ILogger<DeliverySettler> logger
)
{
    public async ValueTask SettleAsync(InFlight inFlight, Execution execution, CancellationToken cancellationToken)
    {
        var delivery = inFlight.Lease.Delivery;
        if (execution.Outcome is { } outcome && (outcome.Kind == OutcomeKind.RecipientGone || outcome.IsOptOut))
            await recipients.LearnAsync(delivery, execution, cancellationToken).ConfigureAwait(false);
        var clock = execution.Outcome?.Kind is OutcomeKind.Retry or OutcomeKind.AnswerLost
            ? await FindClockAsync(delivery, cancellationToken).ConfigureAwait(false)
            : default;
        await WriteAsync(inFlight, leased => Decide(leased, execution, clock), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Ends a delivery whose time had passed before an attempt could be made.</summary>
    public ValueTask ExpireAsync(InFlight inFlight, CancellationToken cancellationToken) =>
        WriteAsync(inFlight, leased => Ended(leased, DeliveryState.DeadLetter, "expired"), cancellationToken);

    /// <summary>Creates the settlement of a delivery that is not to be sent any more.</summary>
    public Settlement Cancel(Lease lease, string reason) =>
        Ended(lease.Delivery, DeliveryState.Cancelled, reason) with
        {
            Fence = lease.Fence,
        };

    /// <summary>Creates the settlement of a delivery that waits for the end of its recipient's quiet hours.</summary>
    public Settlement Postpone(Lease lease, DateTimeOffset dueAt) =>
        (
            DueTimePolicy.HasExpired(lease.Delivery, dueAt)
                ? Ended(lease.Delivery, DeliveryState.DeadLetter, "expires in the recipient's quiet hours")
                : Waiting(lease.Delivery, dueAt, lease.Delivery.RetryDelay, "quiet hours")
        ) with
        {
            Fence = lease.Fence,
        };

    /// <summary>Settles leases under which nothing was attempted, all in one write.</summary>
    public async ValueTask SettleUnsentAsync(
        IReadOnlyList<(Lease Lease, Settlement Settlement)> unsent,
        CancellationToken cancellationToken
    )
    {
        var applied = await queue.SettleAsync([.. unsent.Select(one => one.Settlement)], cancellationToken).ConfigureAwait(false);
        for (var i = 0; i < unsent.Count; i++)
        {
            if (applied[i])
                recorder.Record(unsent[i].Lease.Delivery, unsent[i].Settlement);
        }
    }

    /// <summary>Gives back leases under which nothing was attempted.</summary>
    public async ValueTask ReturnAsync(IReadOnlyList<Lease> leases, CancellationToken cancellationToken)
    {
        Settlement[] settlements =
        [
            .. leases.Select(lease =>
                Waiting(lease.Delivery, time.GetUtcNow(), lease.Delivery.RetryDelay, null) with
                {
                    Fence = lease.Fence,
                }
            ),
        ];
        await queue.SettleAsync(settlements, cancellationToken).ConfigureAwait(false);
    }

    // Read only after a failed attempt, so that the common path has no further read. What ends without an attempt, because every
    // circuit is open, is checked when it is about to be sent: an outage must not read every user whose delivery it puts off.
    private async ValueTask<RecipientClock> FindClockAsync(Delivery delivery, CancellationToken cancellationToken)
    {
        if (delivery.UserId is null || policy.IgnoresQuietHours(delivery.Priority, delivery.Category))
            return default;

        try
        {
            return await clocks.FindAsync(delivery, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            Log.ClockUnknown(logger, delivery.Id, exception);
            return default;
        }
    }

    private Settlement Decide(Delivery delivery, Execution execution, RecipientClock clock)
    {
        if (execution.Outcome is not { } outcome)
        {
            var reason =
                execution.DeferredFor > TimeSpan.Zero ? "every provider's circuit is open" : $"moved from '{delivery.Provider}'";
            return Waiting(delivery, time.GetUtcNow() + execution.DeferredFor, delivery.RetryDelay, reason) with
            {
                Provider = execution.Provider,
            };
        }

        var settlement = outcome.Kind switch
        {
            OutcomeKind.Accepted => Ended(delivery, DeliveryState.Accepted, null),
            OutcomeKind.Rejected => Ended(delivery, DeliveryState.DeadLetter, outcome.Reason),
            OutcomeKind.RecipientGone => Ended(delivery, DeliveryState.DeadLetter, outcome.Reason),
            OutcomeKind.AnswerLost => RepeatOrEnd(delivery, execution.Provider, outcome, clock),
            OutcomeKind.Retry when outcome.IsProviderFailure => TryNextProvider(delivery, execution.Provider, outcome, clock),
            OutcomeKind.Retry when outcome.IsThrottled => WaitOrEnd(delivery, outcome, clock),
            OutcomeKind.Retry => SpendOrEnd(delivery, outcome, clock),
            _ => throw new InvalidOperationException($"There is no outcome {outcome.Kind}."),
        };
        var provider = settlement.Provider == delivery.Provider ? execution.Provider : settlement.Provider;
        return settlement with { Provider = provider, Attempt = execution.ForHistory() };
    }

    // Another provider may succeed at once; after the last one the delivery waits for the first. Its retry budget is for its own
    // failures.
    private Settlement TryNextProvider(Delivery delivery, string failed, Outcome outcome, RecipientClock clock)
    {
        var route = router.RouteOf(delivery.To);
        var next = 1 + route.TakeWhile(provider => provider.Name != failed).Count();
        return next < route.Count
            ? WaitOrEnd(delivery, TimeSpan.Zero, outcome, clock) with
            {
                Provider = route[next].Name,
                RetryDelay = delivery.RetryDelay,
            }
            : WaitOrEnd(delivery, outcome, clock) with
            {
                Provider = route[0].Name,
            };
    }

    // The vendor may have the message. A repetition costs an attempt even where the provider is at fault: otherwise a server that
    // takes every message and closes the connection would get the same one until it expires.
    private Settlement RepeatOrEnd(Delivery delivery, string failed, Outcome outcome, RecipientClock clock)
    {
        var spent = delivery with { AttemptsSpent = delivery.AttemptsSpent + 1 };
        if (!retries.RepeatsAfterLostAnswer(delivery.Channel))
            return Ended(spent, DeliveryState.DeadLetter, $"may have been sent, and is not repeated: {outcome.Reason}");
        if (GiveUpAfter(retries.MaxAttemptsWithLostAnswer(delivery.Channel), spent, outcome) is { } ended)
            return ended;
        return outcome.IsProviderFailure ? TryNextProvider(spent, failed, outcome, clock) : WaitOrEnd(spent, outcome, clock);
    }

    private Settlement SpendOrEnd(Delivery delivery, Outcome outcome, RecipientClock clock)
    {
        var spent = delivery with { AttemptsSpent = delivery.AttemptsSpent + 1 };
        return GiveUpAfter(retries.MaxAttempts(delivery.Channel), spent, outcome) ?? WaitOrEnd(spent, outcome, clock);
    }

    private Settlement? GiveUpAfter(int? attempts, Delivery spent, Outcome outcome) =>
        spent.AttemptsSpent >= attempts
            ? Ended(spent, DeliveryState.DeadLetter, $"gave up after {spent.AttemptsSpent} attempts: {outcome.Reason}")
            : null;

    private Settlement WaitOrEnd(Delivery delivery, Outcome outcome, RecipientClock clock) =>
        WaitOrEnd(delivery, retries.NextDelay(delivery, outcome.RetryAfter), outcome, clock);

    private Settlement WaitOrEnd(Delivery delivery, TimeSpan delay, Outcome outcome, RecipientClock clock)
    {
        var dueAt = policy.GetDueTime(delivery, time.GetUtcNow() + delay, clock);
        return DueTimePolicy.HasExpired(delivery, dueAt)
            ? Ended(delivery, DeliveryState.DeadLetter, $"expires before the next attempt: {outcome.Reason}")
            : Waiting(delivery, dueAt, delay, outcome.Reason);
    }

    private Settlement Waiting(Delivery delivery, DateTimeOffset dueAt, TimeSpan retryDelay, string? reason) =>
        Ended(delivery, DeliveryState.Pending, reason) with
        {
            DueAt = dueAt,
            RetryDelay = retryDelay,
        };

    private Settlement Ended(Delivery delivery, DeliveryState state, string? reason) =>
        new()
        {
            DeliveryId = delivery.Id,
            Fence = 0,
            State = state,
            Provider = delivery.Provider,
            AttemptsSpent = delivery.AttemptsSpent,
            Reason = reason,
            SettledAt = time.GetUtcNow(),
        };

    // A vendor was called and the store does not take the answer: holding on to it, while the lease lasts, is what keeps the
    // message from being sent again. What it means is decided for the latest lease: others may have spent attempts since the
    // first.
    private async ValueTask WriteAsync(InFlight inFlight, Func<Delivery, Settlement> decide, CancellationToken cancellationToken)
    {
        while (true)
        {
            var lease = inFlight.UseLease();
            try
            {
                var settlement = decide(lease.Delivery) with { Fence = lease.Fence };
                var applied = await queue.SettleAsync([settlement], cancellationToken).ConfigureAwait(false);
                if (applied[0])
                    recorder.Record(lease.Delivery, settlement);
                else if (inFlight.Lease.Fence != lease.Fence)
                    continue; // This process leased it once more while the settlement was on its way.
                else
                    Log.LeaseLost(logger, lease.Delivery.Id);
                return;
            }
            catch (Exception exception)
                when (exception is not OperationCanceledException && time.GetUtcNow() < inFlight.Lease.Until)
            {
                Log.SettleFailed(logger, lease.Delivery.Id, exception);
                await Task.Delay(options.Value.PollInterval, time, cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
