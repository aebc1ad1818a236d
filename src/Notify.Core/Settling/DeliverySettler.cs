using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Notify.Analytics;
using Notify.Delivering;
using Notify.Queueing;

namespace Notify.Settling;

/// <summary>Decides what an attempt's outcome means for its delivery, and makes that durable.</summary>
internal sealed class DeliverySettler(
    IDeliveryQueue queue,
    RecipientUpkeep recipients,
    DeliveryRecorder recorder,
    ProviderRouter router,
    RetrySchedule retries,
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
        await WriteAsync(inFlight, leased => Decide(leased, execution), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Ends a delivery whose time had passed before an attempt could be made.</summary>
    public ValueTask ExpireAsync(InFlight inFlight, CancellationToken cancellationToken) =>
        WriteAsync(inFlight, leased => Ended(leased, DeliveryState.DeadLetter, "expired"), cancellationToken);

    /// <summary>Gives back leases under which nothing was attempted.</summary>
    public async ValueTask ReturnAsync(IReadOnlyList<Lease> leases, CancellationToken cancellationToken)
    {
        Settlement[] settlements =
        [
            .. leases.Select(lease =>
                Waiting(lease.Delivery, TimeSpan.Zero, null) with
                {
                    Fence = lease.Fence,
                    RetryDelay = lease.Delivery.RetryDelay,
                }
            ),
        ];
        await queue.SettleAsync(settlements, cancellationToken).ConfigureAwait(false);
    }

    private Settlement Decide(Delivery delivery, Execution execution)
    {
        if (execution.Outcome is not { } outcome)
        {
            var reason =
                execution.DeferredFor > TimeSpan.Zero ? "every provider's circuit is open" : $"moved from '{delivery.Provider}'";
            return Waiting(delivery, execution.DeferredFor, reason) with
            {
                Provider = execution.Provider,
                RetryDelay = delivery.RetryDelay,
            };
        }

        var settlement = outcome.Kind switch
        {
            OutcomeKind.Accepted => Ended(delivery, DeliveryState.Accepted, null),
            OutcomeKind.Rejected => Ended(delivery, DeliveryState.DeadLetter, outcome.Reason),
            OutcomeKind.RecipientGone => Ended(delivery, DeliveryState.DeadLetter, outcome.Reason),
            OutcomeKind.AnswerLost => RepeatOrEnd(delivery, execution.Provider, outcome),
            OutcomeKind.Retry when outcome.IsProviderFailure => TryNextProvider(delivery, execution.Provider, outcome),
            OutcomeKind.Retry when outcome.IsThrottled => WaitOrEnd(delivery, outcome),
            OutcomeKind.Retry => SpendOrEnd(delivery, outcome),
            _ => throw new InvalidOperationException($"There is no outcome {outcome.Kind}."),
        };
        var provider = settlement.Provider == delivery.Provider ? execution.Provider : settlement.Provider;
        return settlement with { Provider = provider, Attempt = execution.ForHistory() };
    }

    // Another provider may succeed at once; after the last one the delivery waits for the first. Its retry budget is for its own
    // failures.
    private Settlement TryNextProvider(Delivery delivery, string failed, Outcome outcome)
    {
        var route = router.RouteOf(delivery.To);
        var next = 1 + route.TakeWhile(provider => provider.Name != failed).Count();
        return next < route.Count
            ? Waiting(delivery, TimeSpan.Zero, outcome.Reason) with
            {
                Provider = route[next].Name,
                RetryDelay = delivery.RetryDelay,
            }
            : WaitOrEnd(delivery, outcome) with
            {
                Provider = route[0].Name,
            };
    }

    // The vendor may have the message. A repetition costs an attempt even where the provider is at fault: otherwise a server that
    // takes every message and closes the connection would get the same one until it expires.
    private Settlement RepeatOrEnd(Delivery delivery, string failed, Outcome outcome)
    {
        var spent = delivery with { AttemptsSpent = delivery.AttemptsSpent + 1 };
        if (!retries.RepeatsAfterLostAnswer(delivery.Channel))
            return Ended(spent, DeliveryState.DeadLetter, $"may have been sent, and is not repeated: {outcome.Reason}");
        if (GiveUpAfter(spent, outcome) is { } ended)
            return ended;
        return outcome.IsProviderFailure ? TryNextProvider(spent, failed, outcome) : WaitOrEnd(spent, outcome);
    }

    private Settlement SpendOrEnd(Delivery delivery, Outcome outcome)
    {
        var spent = delivery with { AttemptsSpent = delivery.AttemptsSpent + 1 };
        return GiveUpAfter(spent, outcome) ?? WaitOrEnd(spent, outcome);
    }

    private Settlement? GiveUpAfter(Delivery spent, Outcome outcome) =>
        spent.AttemptsSpent >= retries.MaxAttempts(spent.Channel)
            ? Ended(spent, DeliveryState.DeadLetter, $"gave up after {spent.AttemptsSpent} attempts: {outcome.Reason}")
            : null;

    private Settlement WaitOrEnd(Delivery delivery, Outcome outcome)
    {
        var delay = retries.NextDelay(delivery, outcome.RetryAfter);
        return time.GetUtcNow() + delay < delivery.ExpiresAt
            ? Waiting(delivery, delay, outcome.Reason)
            : Ended(delivery, DeliveryState.DeadLetter, $"expires before the next attempt: {outcome.Reason}");
    }

    private Settlement Waiting(Delivery delivery, TimeSpan delay, string? reason)
    {
        var now = time.GetUtcNow();
        return Ended(delivery, DeliveryState.Pending, reason) with { DueAt = now + delay, RetryDelay = delay, SettledAt = now };
    }

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
