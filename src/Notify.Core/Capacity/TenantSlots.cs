using System.Runtime.InteropServices;

namespace Notify.Core.Capacity;

/// <summary>
/// Counts the slots that each tenant holds of one provider. Not thread-safe: <see cref="ProviderSlots"/> calls it under its lock.
/// </summary>
/// <param name="heldForEachFree">How many slots a tenant may hold for each slot that is free.</param>
internal sealed class TenantSlots(int heldForEachFree)
{
    private readonly Dictionary<string, int> _held = new(StringComparer.Ordinal);

    /// <summary>
    /// Computes how many of a lane's free slots a tenant may take, and records the tenant as waiting if that is fewer than it
    /// wants. A tenant that holds no slot may always take one.
    /// </summary>
    /// <remarks>
    /// Taking <c>n</c> slots leaves <c>free - n</c>, and the tenant then holds <c>held + n</c>. The largest <c>n</c> with
    /// <c>held + n &lt;= heldForEachFree * (free - n)</c> is the result.
    /// </remarks>
    /// <param name="lane">The lane.</param>
    /// <param name="tenant">The tenant.</param>
    /// <param name="free">The free slots of the lane.</param>
    /// <param name="wanted">The maximum number of slots that the tenant would take.</param>
    public int LimitToShare(SlotLane lane, string tenant, int free, int wanted)
    {
        var held = _held.GetValueOrDefault(tenant);
        var share = (heldForEachFree * free - held) / (heldForEachFree + 1);
        share = Math.Max(share, held == 0 ? 1 : 0);
        if (share >= wanted)
            return wanted;

        lane.WaitingTenants.Add(tenant);
        return share;
    }

    /// <summary>Counts a slot that the tenant took.</summary>
    public void Take(string tenant) => CollectionsMarshal.GetValueRefOrAddDefault(_held, tenant, out _)++;

    /// <summary>Counts a slot that the tenant released.</summary>
    /// <returns>Whether the tenant waits for a slot in any of the lanes, which must then be probed again.</returns>
    public bool Release(string tenant, ReadOnlySpan<SlotLane> lanes)
    {
        // Tenants come and go, so those that hold nothing are removed.
        if (--CollectionsMarshal.GetValueRefOrAddDefault(_held, tenant, out _) <= 0)
            _held.Remove(tenant);

        var isAwaited = false;
        foreach (var lane in lanes)
        {
            if (!lane.WaitingTenants.Remove(tenant))
                continue;
            lane.WasFoundEmpty = false;
            isAwaited = true;
        }

        return isAwaited;
    }
}
