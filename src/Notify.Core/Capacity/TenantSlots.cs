using System.Runtime.InteropServices;

namespace Notify.Core.Capacity;

/// <summary>Counts the slots that each tenant holds of a provider. Used under the lock of <see cref="ProviderSlots"/>.</summary>
/// <param name="heldForEachFree">How many slots a tenant may hold for each that is free.</param>
internal sealed class TenantSlots(int heldForEachFree)
{
    private readonly Dictionary<string, int> _held = new(StringComparer.Ordinal);

    /// <summary>
    /// Computes how many more slots a tenant may take of those that are free in a lane, so that with them it holds at most its
    /// multiple of what is free then. A tenant that holds none may always take one.
    /// </summary>
    public int Allow(ProviderSlots.Lane lane, string tenant, int free, int most)
    {
        var held = _held.GetValueOrDefault(tenant);
        var allowed = (heldForEachFree * free - held) / (heldForEachFree + 1);
        allowed = Math.Max(allowed, held == 0 ? 1 : 0);
        if (allowed >= most)
            return most;

        lane.Bounded.Add(tenant);
        return allowed;
    }

    public void Take(string tenant) => CollectionsMarshal.GetValueRefOrAddDefault(_held, tenant, out _)++;

    /// <summary>Gives a slot back.</summary>
    /// <returns>Whether the tenant waits for it, and its lanes are to be looked into.</returns>
    public bool Release(string tenant, ReadOnlySpan<ProviderSlots.Lane> lanes)
    {
        // Tenants come and go: those that hold nothing take no memory.
        if (--CollectionsMarshal.GetValueRefOrAddDefault(_held, tenant, out _) <= 0)
            _held.Remove(tenant);

        var isAwaited = false;
        foreach (var lane in lanes)
        {
            if (!lane.Bounded.Remove(tenant))
                continue;
            lane.IsEmpty = false;
            isAwaited = true;
        }

        return isAwaited;
    }
}
