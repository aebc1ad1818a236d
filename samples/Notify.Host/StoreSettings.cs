using Microsoft.Data.Sqlite;

namespace Notify.Host;

/// <summary>
/// Reads where notifications are kept: in PostgreSQL by <c>Notify:PostgreSql</c>, a connection string; else in a SQLite file, which is
/// enough for the processes of one machine.
/// </summary>
internal static class StoreSettings
{
    public static INotificationsBuilder UseStore(this INotificationsBuilder notifications, IConfiguration settings, string data) =>
        settings["PostgreSql"] is { Length: > 0 } connection
            ? notifications.UsePostgreSql(connection)
            : notifications.UseSqlite(new SqliteConnectionStringBuilder { DataSource = Path.Combine(data, "notify.db") }.ToString());
}
