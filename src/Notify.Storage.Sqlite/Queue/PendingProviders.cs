using Microsoft.Data.Sqlite;
using Notify.Storage.Sqlite.Connection;

namespace Notify.Storage.Sqlite.Queue;

/// <summary>
/// Finds the providers that have pending deliveries. It skips from priority to priority and from provider to provider in an
/// index, so it does not matter how many deliveries wait. One comparison of both columns would read all entries that equal its
/// bound: SQLite begins its search before them.
/// </summary>
internal sealed class PendingProviders(SqliteConnection connection) : IDisposable
{
    internal const string NextPriority =
        "SELECT priority FROM notify_delivery WHERE due_at IS NOT NULL AND priority > @after ORDER BY priority LIMIT 1";

    internal const string NextProvider =
        "SELECT provider FROM notify_delivery WHERE due_at IS NOT NULL AND priority = @priority AND provider > @after "
        + "ORDER BY provider LIMIT 1";

    private readonly Statement _nextPriority = new(connection, NextPriority);
    private readonly Statement _nextProvider = new(connection, NextProvider);

    /// <summary>Lists the providers, each once.</summary>
    public IReadOnlyList<string> List()
    {
        var providers = new SortedSet<string>(StringComparer.Ordinal);
        var priority = long.MinValue;
        while (_nextPriority.Bind("@after", priority).Read())
        {
            priority = _nextPriority.Int64(0);
            _nextPriority.Reset();
            AddProviders(priority, providers);
        }

        return [.. providers];
    }

    public void Dispose()
    {
        _nextPriority.Dispose();
        _nextProvider.Dispose();
    }

    private void AddProviders(long priority, SortedSet<string> providers)
    {
        var provider = "";
        while (_nextProvider.Bind("@priority", priority).Bind("@after", provider).Read())
        {
            provider = _nextProvider.Text(0);
            _nextProvider.Reset();
            providers.Add(provider);
        }
    }
}
