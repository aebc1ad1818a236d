using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Notify.Core.Analytics;
using Notify.Core.Providers;
using Notify.Core.Queue;
using Notify.Core.Timing;
using Notify.Providers;
using Notify.Storage;

namespace Notify.Core.Settlements;

/// <summary>Decides what the outcome of an attempt means for its delivery, and writes the decision to the store.</summary>
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
        await WriteAsync(inFlight, lease => Decide(lease, execution, clock), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Ends a delivery that expired before an attempt could be made.</summary>
    public ValueTask ExpireAsync(InFlight inFlight, CancellationToken cancellationToken) =>
        WriteAsync(inFlight, lease => End(lease, DeliveryState.DeadLetter, "expired"), cancellationToken);

    /// <summary>Creates the settlement of a delivery that must not be sent any more.</summary>
    public Settlement Cancel(Lease lease, string reason) => End(lease, DeliveryState.Cancelled, reason);

    /// <summary>Creates the settlement of a delivery that waits for the end of its recipient's quiet hours.</summary>
    public Settlement Postpone(Lease lease, DateTimeOffset dueAt) =>
        DueTimePolicy.HasExpired(lease.Delivery, dueAt)
            ? End(lease, DeliveryState.DeadLetter, "expires in the recipient's quiet hours")
            : Wait(lease, dueAt, lease.Delivery.RetryDelay, "quiet hours");

    /// <summary>Settles leases without an attempt, all in one write.</summary>
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

    /// <summary>Returns leases without an attempt, so that their deliveries are due again at once.</summary>
    public async ValueTask ReturnAsync(IReadOnlyList<Lease> leases, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        Settlement[] settlements = [.. leases.Select(lease => Wait(lease, now, lease.Delivery.RetryDelay, null))];
        await queue.SettleAsync(settlements, cancellationToken).ConfigureAwait(false);
    }

    // Read only after a failed attempt, so that the common path has no further read. A delivery that is put off because every
    // circuit is open is checked when it is about to be sent: an outage must not read every user whose delivery it puts off.
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

    private Settlement Decide(Lease lease, Execution execution, RecipientClock clock)
    {
        var delivery = lease.Delivery;
        if (execution.Outcome is not { } outcome)
        {
            var reason =
                execution.DeferredFor > TimeSpan.Zero ? "every provider's circuit is open" : $"moved from '{delivery.Provider}'";
            return Wait(lease, time.GetUtcNow() + execution.DeferredFor, delivery.RetryDelay, reason) with
            {
                Provider = execution.Provider,
            };
        }

        var settlement = outcome.Kind switch
        {
            OutcomeKind.Accepted => End(lease, DeliveryState.Accepted, null),
            OutcomeKind.Rejected => End(lease, DeliveryState.DeadLetter, outcome.Reason),
            OutcomeKind.RecipientGone => End(lease, DeliveryState.DeadLetter, outcome.Reason),
            OutcomeKind.AnswerLost => RepeatOrEnd(lease, execution.Provider, outcome, clock),
            OutcomeKind.Retry when outcome.IsProviderFailure => TryNextProvider(lease, execution.Provider, outcome, clock),
            OutcomeKind.Retry when outcome.IsThrottled => WaitOrEnd(lease, outcome, clock),
            OutcomeKind.Retry => SpendOrEnd(lease, outcome, clock),
            _ => throw new InvalidOperationException($"The outcome {outcome.Kind} is unknown."),
        };
        var provider = settlement.Provider == delivery.Provider ? execution.Provider : settlement.Provider;
        return settlement with { Provider = provider, Attempt = execution.ForHistory() };
    }

    // Another provider may succeed at once. After the last one, the delivery waits for the first. A provider's failure does not
    // spend an attempt, because the retry budget is for failures of the delivery.
    private Settlement TryNextProvider(Lease lease, string failed, Outcome outcome, RecipientClock clock)
    {
        var route = router.GetRoute(lease.Delivery.To);
        var next = 1 + route.TakeWhile(provider => provider.Name != failed).Count();
        return next < route.Count
            ? WaitOrEnd(lease, TimeSpan.Zero, outcome, clock) with
            {
                Provider = route[next].Name,
                RetryDelay = lease.Delivery.RetryDelay,
            }
            : WaitOrEnd(lease, outcome, clock) with
            {
                Provider = route[0].Name,
            };
    }

    // The vendor may have the message. A repetition spends an attempt even where the provider failed: otherwise a server that
    // takes every message and closes the connection would get the same one until it expires.
    private Settlement RepeatOrEnd(Lease lease, string failed, Outcome outcome, RecipientClock clock)
    {
        var channel = lease.Delivery.Channel;
        var spent = SpendAttempt(lease);
        if (!retries.RepeatsAfterLostAnswer(channel))
            return End(spent, DeliveryState.DeadLetter, $"may have been sent, and is not repeated: {outcome.Reason}");
        if (GiveUpAfter(retries.MaxAttemptsWithLostAnswer(channel), spent, outcome) is { } ended)
            return ended;
        return outcome.IsProviderFailure ? TryNextProvider(spent, failed, outcome, clock) : WaitOrEnd(spent, outcome, clock);
    }

    private Settlement SpendOrEnd(Lease lease, Outcome outcome, RecipientClock clock)
    {
        var spent = SpendAttempt(lease);
        return GiveUpAfter(retries.MaxAttempts(lease.Delivery.Channel), spent, outcome) ?? WaitOrEnd(spent, outcome, clock);
    }

    private static Lease SpendAttempt(Lease lease) =>
        lease with
        {
            Delivery = lease.Delivery with { AttemptsSpent = lease.Delivery.AttemptsSpent + 1 },
        };

    private Settlement? GiveUpAfter(int? attempts, Lease spent, Outcome outcome) =>
        spent.Delivery.AttemptsSpent >= attempts
            ? End(spent, DeliveryState.DeadLetter, $"gave up after {spent.Delivery.AttemptsSpent} attempts: {outcome.Reason}")
            : null;

    private Settlement WaitOrEnd(Lease lease, Outcome outcome, RecipientClock clock) =>
        WaitOrEnd(lease, retries.NextDelay(lease.Delivery, outcome.RetryAfter), outcome, clock);

    private Settlement WaitOrEnd(Lease lease, TimeSpan delay, Outcome outcome, RecipientClock clock)
    {
        var dueAt = policy.GetDueTime(lease.Delivery, time.GetUtcNow() + delay, clock);
        return DueTimePolicy.HasExpired(lease.Delivery, dueAt)
            ? End(lease, DeliveryState.DeadLetter, $"expires before the next attempt: {outcome.Reason}")
            : Wait(lease, dueAt, delay, outcome.Reason);
    }

    private Settlement Wait(Lease lease, DateTimeOffset dueAt, TimeSpan retryDelay, string? reason) =>
        CreateSettlement(lease, DeliveryState.Pending, reason) with
        {
            DueAt = dueAt,
            RetryDelay = retryDelay,
        };

    private Settlement End(Lease lease, DeliveryState state, string? reason) => CreateSettlement(lease, state, reason);

    private Settlement CreateSettlement(Lease lease, DeliveryState state, string? reason) =>
        new()
        {
            DeliveryId = lease.Delivery.Id,
            Fence = lease.Fence,
            State = state,
            Provider = lease.Delivery.Provider,
            AttemptsSpent = lease.Delivery.AttemptsSpent,
            Reason = reason,
            SettledAt = time.GetUtcNow(),
        };

    // Writes a settlement, and repeats the write while the lease lasts: a vendor was called, and as long as the store does not
    // have the answer, the message would be sent again when the lease ends. The settlement is decided again for each lease,
    // because this process may have leased the delivery once more meanwhile.
    private async ValueTask WriteAsync(InFlight inFlight, Func<Lease, Settlement> decide, CancellationToken cancellationToken)
    {
        while (true)
        {
            var lease = inFlight.UseLease();
            try
            {
                var settlement = decide(lease);
                var applied = await queue.SettleAsync([settlement], cancellationToken).ConfigureAwait(false);
                if (applied[0])
                    recorder.Record(lease.Delivery, settlement);
                else if (inFlight.Lease.Fence != lease.Fence)
                    continue; // This process leased it again while the settlement was being written.
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
