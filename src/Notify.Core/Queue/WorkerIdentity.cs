namespace Notify.Core.Queue;

/// <summary>The name under which this process owns leases: readable, and different after every restart.</summary>
internal sealed class WorkerIdentity(IdGenerator ids, TimeProvider time)
{
    public string Name { get; } = $"{Environment.MachineName}/{Environment.ProcessId}/{ids.Create(time.GetUtcNow()):N}";
}
