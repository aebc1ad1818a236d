namespace Notify.Core.Capacity;

/// <summary>
/// The slots of one provider for one priority. Not thread-safe: <see cref="ProviderSlots"/> uses it under its lock.
/// </summary>
internal sealed class SlotLane(Priority priority, int weight, int limit)
{
    public Priority Priority { get; } = priority;

    public int Weight { get; } = weight;

    /// <summary>Gets how many of the provider's slots this lane and the lighter ones may hold together.</summary>
    public int Limit { get; } = limit;

    /// <summary>Gets or sets the slots that are held or reserved.</summary>
    public int Taken { get; set; }

    /// <summary>Gets or sets the lane's position in the weighted round robin.</summary>
    public int CurrentWeight { get; set; }

    /// <summary>Gets or sets whether more deliveries are known to wait in the store than the lane has slots for.</summary>
    public bool HasBacklog { get; set; }

    /// <summary>Gets or sets the size of the next probe if no lane has a backlog.</summary>
    public int ProbeSize { get; set; }

    /// <summary>Gets or sets whether the last probe brought fewer deliveries than it had slots for.</summary>
    public bool WasFoundEmpty { get; set; }

    /// <summary>Gets the tenants that wanted more slots than their share.</summary>
    public HashSet<string> WaitingTenants { get; } = new(StringComparer.Ordinal);
}
