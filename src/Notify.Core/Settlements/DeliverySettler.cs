using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Notify.Core.Providers;
using Notify.Core.Queue;
using Notify.Core.Timing;
using Notify.Providers;
using Notify.Storage;

namespace Notify.Core.Settlements;

/// <summary>
/// Decides what the outcome of an attempt means for its delivery, and writes the decision to the store. The only switch over the
/// outcome is in <c>Decide</c>.
/// </summary>
internal sealed class DeliverySettler(
    IDeliveryQueue queue,
    RecipientUpkeep recipients,
    SettlementWriter writer,
    ProviderRouter router,
    RetrySchedule retries,
    DueTimePolicy policy,
    RecipientClocks clocks,
    IOptions<NotificationsOptions> options,
    TimeProvider time,
    ILogger<DeliverySettler> logger
)
{
    /// <summary>Settles a delivery after its attempt, or after it was moved or deferred without one.</summary>
    public async ValueTask SettleAsync(InFlight inFlight, Execution execution, CancellationToken cancellationToken)
    {
        var delivery = inFlight.Lease.Delivery;
        if (execution.Outcome is { } outcome && (outcome.Kind == OutcomeKind.RecipientGone || outcome.IsOptOut))
            await recipients.UpdateAsync(delivery, execution, cancellationToken).ConfigureAwait(false);
        var clock = execution.Outcome?.Kind is OutcomeKind.Retry or OutcomeKind.AnswerLost
            ? await FindClockAsync(delivery, cancellationToken).ConfigureAwait(false)
            : default;
        await WriteAsync(inFlight, lease => Decide(lease, execution, clock), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Ends a delivery that expired before an attempt could be made.</summary>
    public ValueTask ExpireAsync(InFlight inFlight, CancellationToken cancellationToken) =>
        WriteAsync(inFlight, lease => CreateSettlement(lease, DeliveryState.DeadLetter, "expired"), cancellationToken);

    /// <summary>Creates the settlement of a delivery that must not be sent any more.</summary>
    public Settlement Cancel(Lease lease, string reason) => CreateSettlement(lease, DeliveryState.Cancelled, reason);

    /// <summary>Creates the settlement of a delivery that is postponed to the end of its recipient's quiet hours.</summary>
    public Settlement Postpone(Lease lease, DateTimeOffset dueAt) =>
        DueTimePolicy.HasExpired(lease.Delivery, dueAt)
            ? CreateSettlement(lease, DeliveryState.DeadLetter, "expires during the recipient's quiet hours")
            : CreatePending(lease, dueAt, lease.Delivery.RetryDelay, "quiet hours");

    /// <summary>Settles deliveries without an attempt, all in one write.</summary>
    public ValueTask SettleUnsentAsync(
        IReadOnlyList<(Lease Lease, Settlement Settlement)> unsent,
        CancellationToken cancellationToken
    ) => writer.WriteAsync(unsent, cancellationToken);

    /// <summary>Gives leases back without an attempt. Their deliveries are due again at once.</summary>
    public async ValueTask ReturnAsync(IReadOnlyList<Lease> leases, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        Settlement[] settlements = [.. leases.Select(lease => CreatePending(lease, now, lease.Delivery.RetryDelay, null))];
        await queue.SettleAsync(settlements, cancellationToken).ConfigureAwait(false);
    }

    // The clock is read only after a failed attempt, so the common path has no additional read. Nor is it read for a delivery
    // that is deferred because every circuit is open: such a delivery is checked again before it is sent, and during an outage
    // this would read the user of every deferred delivery.
    private async ValueTask<RecipientClock> FindClockAsync(Delivery delivery, CancellationToken cancellationToken)
    {
        if (delivery.UserId is null || policy.IgnoresQuietHours(delivery.Channel, delivery.Priority, delivery.Category))
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
            return CreatePending(lease, time.GetUtcNow() + execution.DeferredFor, delivery.RetryDelay, reason) with
            {
                Provider = execution.Provider,
            };
        }

        var settlement = outcome.Kind switch
        {
            OutcomeKind.Sent => CreateSettlement(lease, DeliveryState.Sent, null),
            OutcomeKind.Rejected => CreateSettlement(lease, DeliveryState.DeadLetter, outcome.Reason),
            OutcomeKind.RecipientGone => CreateSettlement(lease, DeliveryState.DeadLetter, outcome.Reason),
            OutcomeKind.AnswerLost => HandleLostAnswer(lease, execution.Provider, outcome, clock),
            OutcomeKind.Retry when outcome.IsProviderFailure => TryNextProvider(lease, execution.Provider, outcome, clock),
            OutcomeKind.Retry when outcome.IsThrottled => RetryOrEnd(lease, outcome, clock),
            OutcomeKind.Retry => SpendAttemptAndRetry(lease, outcome, clock),
            _ => throw new InvalidOperationException($"The outcome {outcome.Kind} is unknown."),
        };
        var provider = settlement.Provider == delivery.Provider ? execution.Provider : settlement.Provider;
        return settlement with { Provider = provider, Attempt = execution.ToAttempt() };
    }

    // The next provider of the route may succeed, so it is tried at once. After the last one, the delivery waits and starts over
    // with the first. A failure of the provider spends no attempt, because the retry budget is for failures of the delivery.
    private Settlement TryNextProvider(Lease lease, string failed, Outcome outcome, RecipientClock clock)
    {
        var route = router.GetRoute(lease.Delivery);
        var next = 1 + route.TakeWhile(provider => provider.Name != failed).Count();
        return next < route.Count
            ? RetryOrEnd(lease, TimeSpan.Zero, outcome, clock) with
            {
                Provider = route[next].Name,
                RetryDelay = lease.Delivery.RetryDelay,
            }
            : RetryOrEnd(lease, outcome, clock) with
            {
                Provider = route[0].Name,
            };
    }

    // The vendor may have accepted the message. A repetition spends an attempt even if the provider failed: otherwise a server
    // that accepts every message and then closes the connection would get the same message again and again until it expires.
    private Settlement HandleLostAnswer(Lease lease, string failed, Outcome outcome, RecipientClock clock)
    {
        var channel = lease.Delivery.Channel;
        var spent = SpendAttempt(lease);
        if (!retries.RepeatsAfterLostAnswer(channel))
            return CreateSettlement(
                spent,
                DeliveryState.DeadLetter,
                $"may have been sent, and is not repeated: {outcome.Reason}"
            );
        if (EndIfSpent(retries.GetMaxAttemptsWithLostAnswer(channel), spent, outcome) is { } ended)
            return ended;
        return outcome.IsProviderFailure ? TryNextProvider(spent, failed, outcome, clock) : RetryOrEnd(spent, outcome, clock);
    }

    private Settlement SpendAttemptAndRetry(Lease lease, Outcome outcome, RecipientClock clock)
    {
        var spent = SpendAttempt(lease);
        return EndIfSpent(retries.GetMaxAttempts(lease.Delivery.Channel), spent, outcome) ?? RetryOrEnd(spent, outcome, clock);
    }

    private static Lease SpendAttempt(Lease lease) =>
        lease with
        {
            Delivery = lease.Delivery with { AttemptsSpent = lease.Delivery.AttemptsSpent + 1 },
        };

    private Settlement? EndIfSpent(int? attempts, Lease spent, Outcome outcome) =>
        spent.Delivery.AttemptsSpent >= attempts
            ? CreateSettlement(
                spent,
                DeliveryState.DeadLetter,
                $"gave up after {spent.Delivery.AttemptsSpent} attempts: {outcome.Reason}"
            )
            : null;

    private Settlement RetryOrEnd(Lease lease, Outcome outcome, RecipientClock clock) =>
        RetryOrEnd(lease, retries.GetNextDelay(lease.Delivery, outcome.RetryAfter), outcome, clock);

    private Settlement RetryOrEnd(Lease lease, TimeSpan delay, Outcome outcome, RecipientClock clock)
    {
        var dueAt = policy.GetDueTime(lease.Delivery, time.GetUtcNow() + delay, clock);
        return DueTimePolicy.HasExpired(lease.Delivery, dueAt)
            ? CreateSettlement(lease, DeliveryState.DeadLetter, $"expires before the next attempt: {outcome.Reason}")
            : CreatePending(lease, dueAt, delay, outcome.Reason);
    }

    private Settlement CreatePending(Lease lease, DateTimeOffset dueAt, TimeSpan retryDelay, string? reason) =>
        CreateSettlement(lease, DeliveryState.Pending, reason) with
        {
            DueAt = dueAt,
            RetryDelay = retryDelay,
        };

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

    // Writes a settlement, and retries until the lease ends: the vendor was called, and if the answer is never stored, the
    // message is sent again. A store that refuses the settlement knows a newer lease. If this process holds it, the run continues
    // under it (see InFlight), and the settlement is decided again with its fence and written. Otherwise another worker has the
    // delivery, and nothing may be changed.
    private async ValueTask WriteAsync(InFlight inFlight, Func<Lease, Settlement> decide, CancellationToken cancellationToken)
    {
        while (true)
        {
            var lease = inFlight.UseLease();
            try
            {
                if (await writer.WriteAsync(lease, decide(lease), cancellationToken).ConfigureAwait(false))
                    return;
                if (inFlight.Lease.Fence != lease.Fence)
                    continue;
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
