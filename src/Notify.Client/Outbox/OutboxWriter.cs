using System.Buffers;
using System.Data.Common;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Notify.Client.Requests;

namespace Notify.Client.Outbox;

/// <summary>Stores triggers in the application's transaction.</summary>
internal sealed class OutboxWriter(OutboxTable table, OutboxWakeUp wakeUp)
{
    /// <summary>Stores a valid trigger.</summary>
    /// <param name="trigger">The trigger.</param>
    /// <param name="idempotencyKey">The key under which every attempt sends it.</param>
    /// <param name="transaction">The application's transaction.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    public async ValueTask EnqueueAsync(
        Trigger trigger,
        string idempotencyKey,
        DbTransaction transaction,
        CancellationToken cancellationToken
    )
    {
        using var activity = OutboxTelemetry.StartTrigger();
        var traceParent = Activity.Current is { IdFormat: ActivityIdFormat.W3C } current ? current.Id : null;
        var body = CreateBody(trigger, idempotencyKey);
        await table.InsertAsync(transaction, trigger.Tenant, body, traceParent, cancellationToken).ConfigureAwait(false);
        wakeUp.Call();
    }

    private static string CreateBody(Trigger trigger, string idempotencyKey)
    {
        var bytes = new ArrayBufferWriter<byte>(1_024);
        using (var json = new Utf8JsonWriter(bytes))
            TriggerWriter.Write(json, trigger, idempotencyKey);
        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }
}
