using System.Globalization;
using Microsoft.Data.Sqlite;
using Notify.Load.Backlog;
using Notify.TestSupport;

namespace Notify.Load.Full;

/// <summary>SQLite, as in the scenario <c>embedded</c>.</summary>
internal sealed class SqliteStore : IFilledStore
{
    private readonly TemporaryFolder _folder = new();

    public string Name => "embedded";

    public Task<IFilledDatabase> CreateAsync() =>
        Task.FromResult<IFilledDatabase>(new Database(_folder.File($"{Guid.NewGuid():N}.db")));

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return default;
    }

    private sealed class Database(string path) : IFilledDatabase
    {
        public void Use(INotificationsBuilder builder) =>
            builder.UseSqlite(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());

        public Task MultiplyAsync(StorePlan plan, Guid notification)
        {
            var ended = Text(plan.Ended);
            var accepted = string.Create(
                CultureInfo.InvariantCulture,
                $"""
                (CASE WHEN n > {ended}
                    THEN {plan.FirstWaiting.Ticks} + (n - {ended}) * {plan.TicksPerWaiting}
                    ELSE {plan.FirstEnded.Ticks} + n * {plan.TicksPerEnded} END)
                """
            );
            var (notificationId, deliveryId) = (Id(accepted, kind: 0), Id(accepted, kind: 1));
            var expires = Text(plan.Now.AddDays(30).Ticks);
            using var rows = new CopiedRows(path);
            rows.Multiply(
                "notify_notification",
                plan.Count,
                new Dictionary<string, string>
                {
                    ["id"] = notificationId,
                    ["accepted_at"] = accepted,
                    ["expires_at"] = expires,
                },
                $"model.id = x'{notification:N}'"
            );
            rows.Multiply(
                "notify_delivery",
                plan.Count,
                new Dictionary<string, string>
                {
                    ["id"] = deliveryId,
                    ["notification_id"] = notificationId,
                    ["address"] = "n || '@example.org'",
                    ["accepted_at"] = accepted,
                    ["expires_at"] = expires,
                    ["due_at"] =
                        $"CASE WHEN n > {ended} THEN {Text(plan.FirstDue.Ticks)} + (n - {ended}) * {Text(plan.TicksPerDue)} END",
                    ["ended_at"] = $"CASE WHEN n <= {ended} THEN {accepted} + {TimeSpan.TicksPerSecond} END",
                },
                $"model.state = CASE WHEN n > {ended} THEN 0 WHEN n % {StorePlan.DeadLetterEvery} = 0 THEN 2 ELSE 1 END"
            );
            return Task.CompletedTask;
        }

        public ValueTask DisposeAsync()
        {
            foreach (var file in Directory.EnumerateFiles(Path.GetDirectoryName(path)!, Path.GetFileName(path) + "*"))
                File.Delete(file);
            return default;
        }

        private static string Id(string ticks, int kind) =>
            $"unhex(printf('%012x7%03x8%015x', ({ticks} - {Text(DateTime.UnixEpoch.Ticks)}) / 10000, {kind}, n))";

        private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
    }
}
