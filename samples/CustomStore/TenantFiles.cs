using System.Security.Cryptography;
using System.Text;
using Notify.Storage.Files.Model;

namespace Notify.Storage.Files;

/// <summary>
/// The tenants of a folder, each in a JSON file. One lock guards them all, and every change is on disk before it returns: each
/// change of one tenant is a transaction. Thread-safe; a second process on the same folder fails at start.
/// </summary>
internal sealed class TenantFiles : IDisposable
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, JsonFile<TenantData>> _tenants = new(StringComparer.Ordinal);
    private readonly JsonFile<Dictionary<string, SharedToken>> _sharedTokens;
    private readonly JsonFile<AnalyticsData> _analytics;
    private readonly FileStream _ownership;
    private readonly string _folder;

    public TenantFiles(string folder)
    {
        _folder = Directory.CreateDirectory(Path.Combine(folder, "tenants")).FullName;
        _ownership = new FileStream(Path.Combine(folder, "lock"), FileMode.OpenOrCreate, FileAccess.Write, FileShare.None);
        foreach (var path in Directory.EnumerateFiles(_folder, "*.json"))
        {
            var tenant = JsonFile<TenantData>.Load(path);
            _tenants.Add(tenant.Value.Tenant, tenant);
        }

        _sharedTokens = JsonFile<Dictionary<string, SharedToken>>.LoadOr(Path.Combine(folder, "shared-tokens.json"), []);
        _analytics = JsonFile<AnalyticsData>.LoadOr(Path.Combine(folder, "analytics.json"), new AnalyticsData());
    }

    /// <summary>Reads one tenant. The answer must not refer to data that can change.</summary>
    public T Read<T>(string tenant, Func<TenantData, T> read)
    {
        lock (_lock)
            return read(_tenants.TryGetValue(tenant, out var file) ? file.Value : new TenantData { Tenant = tenant });
    }

    /// <summary>Reads all tenants, in the ordinal order of their names.</summary>
    public T ReadAll<T>(Func<IReadOnlyList<TenantData>, T> read)
    {
        lock (_lock)
            return read([.. _tenants.Values.Select(file => file.Value)]);
    }

    /// <summary>Changes one tenant. If the change cannot be saved, or throws, nothing is changed.</summary>
    public T Change<T>(string tenant, Func<TenantData, T> change) => Change([tenant], tenants => change(tenants[tenant]));

    /// <summary>Changes several tenants, each in its own transaction.</summary>
    public T Change<T>(IEnumerable<string> tenants, Func<IReadOnlyDictionary<string, TenantData>, T> change)
    {
        lock (_lock)
        {
            var files = tenants.Distinct().ToDictionary(tenant => tenant, GetOrCreate);
            return Commit(files.Values, () => change(files.ToDictionary(file => file.Key, file => file.Value.Value)));
        }
    }

    /// <summary>Changes all tenants, each in its own transaction.</summary>
    public T ChangeAll<T>(Func<IReadOnlyList<TenantData>, T> change)
    {
        lock (_lock)
            return Commit(_tenants.Values, () => change([.. _tenants.Values.Select(file => file.Value)]));
    }

    /// <summary>Reads the tokens that all tenants share.</summary>
    public T ReadSharedTokens<T>(Func<Dictionary<string, SharedToken>, T> read)
    {
        lock (_lock)
            return read(_sharedTokens.Value);
    }

    /// <summary>Changes the tokens that all tenants share.</summary>
    public T ChangeSharedTokens<T>(Func<Dictionary<string, SharedToken>, T> change)
    {
        lock (_lock)
            return Commit([_sharedTokens], () => change(_sharedTokens.Value));
    }

    /// <summary>Reads the counts of all tenants. The answer must not refer to data that can change.</summary>
    public T ReadAnalytics<T>(Func<AnalyticsData, T> read)
    {
        lock (_lock)
            return read(_analytics.Value);
    }

    /// <summary>Changes the counts of all tenants.</summary>
    public T ChangeAnalytics<T>(Func<AnalyticsData, T> change)
    {
        lock (_lock)
            return Commit([_analytics], () => change(_analytics.Value));
    }

    /// <summary>Writes a file and flushes it. Throws if the disk is full or read-only.</summary>
    public void CheckWritable()
    {
        lock (_lock)
        {
            _ownership.SetLength(0);
            _ownership.Write("in use"u8);
            _ownership.Flush(flushToDisk: true);
        }
    }

    public void Dispose() => _ownership.Dispose();

    private static T Commit<TValue, T>(IReadOnlyCollection<JsonFile<TValue>> files, Func<T> change)
        where TValue : class
    {
        try
        {
            var answer = change();
            foreach (var file in files)
                file.Save();
            return answer;
        }
        catch
        {
            // Memory must agree with the disk again. A tenant that was saved before the failure keeps its change.
            foreach (var file in files)
                file.Revert();
            throw;
        }
    }

    private JsonFile<TenantData> GetOrCreate(string tenant)
    {
        if (!_tenants.TryGetValue(tenant, out var file))
        {
            // A tenant's name may have characters that a file's name cannot have, and may differ from another one only by case.
            var name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(tenant)));
            var path = Path.Combine(_folder, name + ".json");
            _tenants.Add(tenant, file = JsonFile<TenantData>.LoadOr(path, new TenantData { Tenant = tenant }));
        }

        return file;
    }
}
