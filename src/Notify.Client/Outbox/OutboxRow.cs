namespace Notify.Client.Outbox;

/// <summary>A leased trigger.</summary>
/// <param name="Id">The ID of the row.</param>
/// <param name="Tenant">The tenant.</param>
/// <param name="Body">The trigger with its idempotency key, in JSON. Every attempt sends the same bytes.</param>
/// <param name="TraceParent">The trace in which it was stored; null if there was none.</param>
/// <param name="EnqueuedAt">When it was stored.</param>
/// <param name="Attempts">The number of attempts, with this one.</param>
/// <param name="UncertainSince">The first attempt that may have arrived at the service without a known result.</param>
internal sealed record OutboxRow(
    long Id,
    string Tenant,
    string Body,
    string? TraceParent,
    DateTimeOffset EnqueuedAt,
    int Attempts,
    DateTimeOffset UncertainSince
)
{
    // The body has addresses and content.
    public override string ToString() => $"row {Id}";
}

/// <summary>Rows that a process leased together.</summary>
/// <param name="Name">The name of the lease.</param>
/// <param name="LeasedAt">When the lease began.</param>
/// <param name="Rows">The rows, in the order in which they were stored.</param>
internal sealed record OutboxLease(string Name, DateTimeOffset LeasedAt, IReadOnlyList<OutboxRow> Rows);
