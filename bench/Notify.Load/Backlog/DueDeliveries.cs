using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Notify.Load.Backlog;

/// <summary>
/// Creates deliveries that became due one per millisecond while nothing was sent. Each one has its own notification and its own
/// content, as after an outage during which many triggers were accepted.
/// </summary>
internal static class DueDeliveries
{
    /// <param name="path">The SQLite file.</param>
    /// <param name="count">The number of deliveries.</param>
    /// <param name="tenant">The tenant, or the beginning of the names of several.</param>
    /// <param name="priority">Their priority.</param>
    /// <param name="tenants">The number of tenants, which take turns.</param>
    public static async Task MakeAsync(string path, int count, string tenant, Priority priority, int tenants = 1)
    {
        await TriggerOneAsync(path, tenant, priority);
        var first = DateTime.UtcNow - TimeSpan.FromMilliseconds(count);
        var due = $"{first.Ticks.ToString(CultureInfo.InvariantCulture)} + n * {TimeSpan.TicksPerMillisecond}";
        var name = tenants == 1 ? "tenant" : $"tenant || '-' || n % {tenants.ToString(CultureInfo.InvariantCulture)}";
        using var rows = new CopiedRows(path);
        rows.Multiply(
            "notify_notification",
            count,
            new Dictionary<string, string>
            {
                ["id"] = Id(first, kind: 0),
                ["tenant"] = name,
                ["accepted_at"] = due,
            }
        );
        rows.Multiply(
            "notify_delivery",
            count,
            new Dictionary<string, string>
            {
                ["id"] = Id(first, kind: 1),
                ["notification_id"] = Id(first, kind: 0),
                ["tenant"] = name,
                ["address"] = "n || '@example.org'",
                ["accepted_at"] = due,
                ["due_at"] = due,
            }
        );
    }

    /// <summary>
    /// Counts the deliveries in the database that were sent at the first attempt, and all deliveries.
    /// </summary>
    public static (long Sent, long All) Count(string path)
    {
        var file = new SqliteConnectionStringBuilder { DataSource = path, Pooling = false };
        using var connection = new SqliteConnection(file.ToString());
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText =
            "SELECT COUNT(*) FILTER (WHERE state = 1 AND due_at IS NULL AND fence = 2), COUNT(*) FROM notify_delivery";
        using var reader = command.ExecuteReader();
        reader.Read();
        return (reader.GetInt64(0), reader.GetInt64(1));
    }

    // The delivery is scheduled for the future, so that no worker claims it and its row stays as it was inserted.
    private static async Task TriggerOneAsync(string path, string tenant, Priority priority)
    {
        await using var application = await LocalApplication.StartAsync(path, new StampingVendor(Channel.Email), Workers.None);
        await application.Notifier.TriggerAsync(
            new Trigger
            {
                To = Recipient.Email("1@example.org"),
                Tenant = tenant,
                Priority = priority,
                Content = new Content { Title = "Your order", Body = "It was shipped and will arrive tomorrow." },
                SendAt = DateTimeOffset.UtcNow.AddHours(1),
            }
        );
    }

    // A UUIDv7 with the time in milliseconds.
    private static string Id(DateTime first, int kind)
    {
        var milliseconds = (first - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMillisecond;
        return $"unhex(printf('%012x7%03x8%015x', {milliseconds.ToString(CultureInfo.InvariantCulture)} + n, {kind}, n))";
    }
}
