using Npgsql;

namespace Notify.Load.Scaling;

/// <summary>Samples what the server's active connections wait for.</summary>
internal sealed class LockWaits
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    private readonly CancellationTokenSource _stop = new();
    private readonly Task _sampling;
    private long _active;
    private long _rows;
    private long _internal;

    public LockWaits(string connectionString) => _sampling = SampleAsync(connectionString);

    /// <summary>
    /// Ends the samples and returns the share of active connections that waited for a row, and for an internal lock.
    /// </summary>
    public async Task<(double Rows, double Internal)> StopAsync()
    {
        await _stop.CancelAsync();
        await _sampling;
        _stop.Dispose();
        var active = Math.Max(1, _active);
        return ((double)_rows / active, (double)_internal / active);
    }

    private async Task SampleAsync(string connectionString)
    {
        // In another database, so that the samples do not count as commits of the hosts.
        var elsewhere = new NpgsqlConnectionStringBuilder(connectionString) { Database = "template1", Pooling = false };
        await using var connection = new NpgsqlConnection(elsewhere.ToString());
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(
            """
            SELECT count(*), count(*) FILTER (WHERE wait_event_type = 'Lock'), count(*) FILTER (WHERE wait_event_type = 'LWLock')
            FROM pg_stat_activity WHERE state = 'active' AND pid <> pg_backend_pid() AND backend_type = 'client backend'
            """,
            connection
        );
        while (!_stop.IsCancellationRequested)
        {
            await using (var reader = await command.ExecuteReaderAsync())
            {
                await reader.ReadAsync();
                _active += reader.GetInt64(0);
                _rows += reader.GetInt64(1);
                _internal += reader.GetInt64(2);
            }

            await Task.Delay(Interval);
        }
    }
}
