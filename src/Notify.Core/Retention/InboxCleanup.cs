using Microsoft.Extensions.Options;
using Notify.Storage;

namespace Notify.Core.Retention;

/// <summary>
/// Removes inbox items that are too old or whose user was removed. It does so in every application whose store has inboxes,
/// because the process that purges need not be the one that called <c>AddInbox()</c>.
/// </summary>
internal sealed class InboxCleanup(IOptions<InboxOptions> options, IInboxStore? store = null)
{
    private const int BatchSize = 500;

    /// <summary>Removes the items whose retention has ended.</summary>
    public ValueTask PurgeAsync(DateTimeOffset now, CancellationToken cancellationToken) =>
        options.Value.Retention is { } retention
            ? RemoveAsync(new InboxRemoval { CreatedBefore = now - retention, Limit = BatchSize }, cancellationToken)
            : ValueTask.CompletedTask;

    /// <summary>Removes the items of removed users.</summary>
    public async ValueTask EraseAsync(IReadOnlyList<Erasure> erasures, CancellationToken cancellationToken)
    {
        foreach (var erasure in erasures)
        {
            var removal = new InboxRemoval
            {
                User = (erasure.Tenant, erasure.UserId),
                AcceptedUntil = erasure.RequestedAt,
                Limit = BatchSize,
            };
            await RemoveAsync(removal, cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask RemoveAsync(InboxRemoval removal, CancellationToken cancellationToken)
    {
        if (store is null)
            return;

        while (await store.RemoveAsync(removal, cancellationToken).ConfigureAwait(false) == removal.Limit) { }
    }
}
