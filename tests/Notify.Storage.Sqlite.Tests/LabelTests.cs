using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Notify.Conformance.Storage;
using Notify.Storage.Testing;
using Notify.TestSupport;

namespace Notify.Storage.Sqlite.Tests;

/// <summary>The index of labels: nothing stays in it.</summary>
public sealed class LabelTests : StoreTest, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string ConnectionString => $"Data Source={_folder.File("notify.db")};Pooling=False";

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_purged_notification_leaves_no_labels()
    {
        await using var store = await ConformanceStore.OpenAsync(builder => builder.UseSqlite(ConnectionString));
        var (purged, kept) = (CreateLabelled(), CreateLabelled());
        await store.Queue.EnqueueAsync([purged, kept], Cancellation);
        var now = purged.Notification.AcceptedAt;
        await store.Queue.CancelAsync(Tenant, purged.Notification.Id, now, Cancellation);

        await store.Retention.PurgeNotificationsAsync(now.AddDays(1), 10, Cancellation);

        await using var connection = new SqliteConnection(ConnectionString);
        await connection.OpenAsync(Cancellation);
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT COUNT(*) FROM notify_label";
        Assert.Equal(3L, await command.ExecuteScalarAsync(Cancellation));
    }

    private EnqueueRequest CreateLabelled()
    {
        var request = Request();
        var trigger = request.Notification.Trigger with { Reference = "r", Tags = ["a", "b"] };
        return request with { Notification = request.Notification with { Trigger = trigger } };
    }
}
