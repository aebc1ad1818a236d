using System.Diagnostics.Metrics;
using Microsoft.Data.Sqlite;
using Notify.Providers;
using Notify.TestSupport;

namespace Notify.Storage.Sqlite.Tests;

/// <summary>
/// Tests that concurrent writes share commits. The meter counts the commits of every store in the process, so no other test runs
/// at the same time.
/// </summary>
[CollectionDefinition(nameof(SharedCommitTests), DisableParallelization = true)]
[Collection(nameof(SharedCommitTests))]
public sealed class SharedCommitTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        _folder.Dispose();
    }

    [Fact]
    public async Task Concurrent_triggers_and_outcomes_share_commits()
    {
        long writes = 0,
            commits = 0;
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, meter) =>
            {
                if (instrument.Meter.Name == NotifyTelemetry.Name && instrument.Name == "notify.store.commit.size")
                    meter.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<int>(
            (_, size, _, _) =>
            {
                Interlocked.Add(ref writes, size);
                Interlocked.Increment(ref commits);
            }
        );
        listener.Start();

        await using var application = await SqliteApplication.StartAsync(_folder.File("notify.db"), _ => Outcome.Sent());
        var results = await Task.WhenAll(Enumerable.Range(0, 500).Select(_ => Task.Run(() => application.TriggerAsync())));
        foreach (var result in results)
            Assert.Equal(DeliveryState.Sent, (await application.EndedAsync(result.Id)).State);

        Assert.True(writes >= 1_000, $"{writes} writes were committed.");
        Assert.True(commits < writes / 2, $"{writes} writes took {commits} commits.");
    }
}
