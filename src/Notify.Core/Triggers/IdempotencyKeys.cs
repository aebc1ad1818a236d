using Notify.Core.Validation;
using Notify.Storage;

namespace Notify.Core.Triggers;

/// <summary>Finds the notification that already has a trigger's idempotency key.</summary>
internal sealed class IdempotencyKeys(INotificationStore notifications, TimeProvider time)
{
    /// <summary>Finds the notification of a repeated trigger; null if the trigger has no key or its key is unused.</summary>
    /// <exception cref="IdempotencyConflictException">The key was used with another body.</exception>
    public async ValueTask<TriggerResult?> FindAsync(Trigger trigger, CancellationToken cancellationToken)
    {
        if (trigger.IdempotencyKey is not { } key || !CanBeStored(trigger, key))
            return null;

        var holder = await notifications
            .FindKeyAsync(trigger.Tenant, key, time.GetUtcNow(), cancellationToken)
            .ConfigureAwait(false);
        if (holder is null)
            return null;
        if (!holder.Fingerprint.Span.SequenceEqual(TriggerFingerprint.Compute(trigger)))
            throw new IdempotencyConflictException(holder.NotificationId);
        return new TriggerResult(holder.NotificationId, isDuplicate: true);
    }

    // An invalid key or tenant is never stored, and a trigger without recipients has no fingerprint.
    private static bool CanBeStored(Trigger trigger, string key) =>
        Names.IsValid(key)
        && Names.IsValid(trigger.Tenant)
        && trigger.To is not null
        && trigger.To.All(recipient => recipient is not null);
}
