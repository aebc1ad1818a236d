using System.Data.Common;
using Notify.Storage;

namespace Notify.Testing;

/// <summary>
/// Accepts triggers within transactions of the application. The in-memory store cannot take part in them, so a trigger is
/// enqueued at once, and stays if the transaction is rolled back.
/// </summary>
internal sealed class SandboxOutbox(IDeliveryQueue queue) : IOutbox
{
    public async ValueTask<EnqueueResult> EnqueueAsync(
        EnqueueRequest request,
        DbTransaction transaction,
        CancellationToken cancellationToken
    ) => (await queue.EnqueueAsync([request], cancellationToken).ConfigureAwait(false))[0];
}
