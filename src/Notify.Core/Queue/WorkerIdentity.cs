namespace Notify.Core.Queue;

/// <summary>The name under which this process owns leases: readable, and never the same after a restart.</summary>
internal sealed class WorkerIdentity(Chance chance, TimeProvider time)
{
    public string Name { get; } = $"{Environment.MachineName}/{Environment.ProcessId}/{chance.NewId(time.GetUtcNow()):N}";
}
