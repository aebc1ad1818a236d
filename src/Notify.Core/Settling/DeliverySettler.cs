using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Notify.Analytics;
using Notify.Delivering;
using Notify.Queueing;

namespace Notify.Settling;

/// <summary>Decides what an attempt's outcome means for its delivery, and makes that durable.</summary>
internal sealed class DeliverySettler(
    IDeliveryQueue queue,
    DeliveryRecorder recorder,
    RetrySchedule retries,
    IOptions<NotificationsOptions> options,
    TimeProvider time,
    ILogger<DeliverySettler> logger)
{
    public ValueTask SettleAsync(InFlight inFlight, ExecutedAttempt attempt, CancellationToken cancellationToken) =>
        WriteAsync(inFlight, Decide(inFlight.Lease.Delivery, attempt), cancellationToken);

    /// <summary>Ends a delivery whose time had passed before an attempt could be made.</summary>
    public ValueTask ExpireAsync(InFlight inFlight, CancellationToken cancellationToken) =>
        WriteAsync(inFlight, Ended(inFlight.Lease.Delivery, DeliveryState.DeadLetter, "expired"), cancellationToken);

    /// <summary>Gives back a lease under which nothing was attempted.</summary>
    public async ValueTask ReturnAsync(Lease lease, CancellationToken cancellationToken)
    {
        var delivery = lease.Delivery;
        var settlement = Waiting(delivery, TimeSpan.Zero, null) with { Fence = lease.Fence, RetryDelay = delivery.RetryDelay };
        await queue.SettleAsync([settlement], cancellationToken).ConfigureAwait(false);
    }

    private Settlement Decide(Delivery delivery, ExecutedAttempt attempt)
    {
        var settlement = attempt.Outcome.Kind switch
        {
            OutcomeKind.Accepted => Ended(delivery, DeliveryState.Accepted, null),
            OutcomeKind.Rejected => Ended(delivery, DeliveryState.DeadLetter, attempt.Outcome.Reason),
            OutcomeKind.RecipientGone => Ended(delivery, DeliveryState.DeadLetter, attempt.Outcome.Reason),
            OutcomeKind.Retry => RetryOrEnd(delivery, attempt.Outcome),
            _ => throw new InvalidOperationException($"There is no outcome {attempt.Outcome.Kind}."),
        };
        return settlement with { AttemptsSpent = delivery.AttemptsSpent + 1, Attempt = attempt.ForHistory() };
    }

    private Settlement RetryOrEnd(Delivery delivery, Outcome outcome)
    {
        if (delivery.AttemptsSpent + 1 >= retries.MaxAttempts(delivery.Channel))
            return Ended(delivery, DeliveryState.DeadLetter, $"gave up after {delivery.AttemptsSpent + 1} attempts: {outcome.Reason}");

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

    private Settlement Ended(Delivery delivery, DeliveryState state, string? reason) => new()
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
    // message from being sent again.
    private async ValueTask WriteAsync(InFlight inFlight, Settlement settlement, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                var lease = inFlight.Lease;
                var applied = await queue.SettleAsync([settlement with { Fence = lease.Fence }], cancellationToken).ConfigureAwait(false);
                if (applied[0])
                    recorder.Record(lease.Delivery, settlement);
                else
                    Log.LeaseLost(logger, settlement.DeliveryId);
                return;
            }
            catch (Exception exception) when (exception is not OperationCanceledException && time.GetUtcNow() < inFlight.Lease.Until)
            {
                Log.SettleFailed(logger, settlement.DeliveryId, exception);
                await Task.Delay(options.Value.PollInterval, time, cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
