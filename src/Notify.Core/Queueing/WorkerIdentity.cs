namespace Notify.Queueing;

/// <summary>The name under which this process owns leases: readable, and never the same after a restart.</summary>
internal sealed class WorkerIdentity(TimeProvider time)
{
    public string Name { get; } = $"{Environment.MachineName}/{Environment.ProcessId}/{Guid.CreateVersion7(time.GetUtcNow()):N}";
}
