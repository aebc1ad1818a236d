using Notify.Core.Providers;

namespace Notify.Core.ProviderStates;

/// <summary>The activity of the providers in this process.</summary>
internal sealed class ProcessActivity(ProviderCatalog catalog, ProviderHealth health, ProviderFigures figures, TimeProvider time)
{
    private static readonly string Process = $"{Environment.MachineName}/{Environment.ProcessId}";

    /// <summary>Reads the activity of the providers that this process has used recently, by their names.</summary>
    public ILookup<string, ProviderActivity> Read()
    {
        // A circuit that was not used yet is closed. Asking for it would create it.
        var circuits = health.Circuits.ToDictionary(circuit => circuit.Provider, StringComparer.Ordinal);
        return catalog
            .All.Select(provider => (provider.Name, Activity: Find(provider.Name, circuits)))
            .Where(found => found.Activity is not null)
            .ToLookup(found => found.Name, found => found.Activity!, StringComparer.Ordinal);
    }

    private ProviderActivity? Find(string provider, Dictionary<string, ProviderCircuit> circuits)
    {
        var now = time.GetUtcNow();
        var found = figures.Find(provider);
        DateTimeOffset? openUntil =
            circuits.TryGetValue(provider, out var circuit) && circuit.OpenFor is var left && left > TimeSpan.Zero
                ? now + left
                : null;
        return found is null && openUntil is null
            ? null
            : new ProviderActivity
            {
                Process = Process,
                At = now,
                CircuitOpenUntil = openUntil,
                Sent = found?.Sent ?? 0,
                Retried = found?.Retried ?? 0,
                Failed = found?.Failed ?? 0,
                Latency = found?.Latency,
            };
    }
}
