using Microsoft.Data.Sqlite;
using Notify.Load.Hosts;
using Notify.Providers;

namespace Notify.Load.Backlog;

/// <summary>An application on a SQLite file. Only the file and the provider are configured.</summary>
internal static class LocalApplication
{
    public static Task<Application> StartAsync(string path, IDeliveryProvider vendor, Workers workers = Workers.All) =>
        Application.StartAsync(
            notifications =>
                notifications
                    .UseSqlite(new SqliteConnectionStringBuilder { DataSource = path }.ToString())
                    .Services.Configure<NotificationsOptions>(options => options.Workers = workers),
            vendor
        );
}
