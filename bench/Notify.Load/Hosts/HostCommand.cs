using Microsoft.Data.Sqlite;
using Notify.Providers;
using Notify.Transport.Kafka;

namespace Notify.Load.Hosts;

/// <summary>The hidden command with which the benchmark starts itself as a host that can be killed.</summary>
internal static class HostCommand
{
    public const string Name = "host";

    public const string Ready = "ready";

    public static async Task<int> RunAsync(HostSettings settings)
    {
        using var record = new VendorRecord(settings.Record);
        using var counters = new DatabaseCounters();
        await using var app = Compose(settings, record);
        app.MapGet(DatabaseCounters.Path, () => Results.Json(counters.Read(), DatabaseCountsJson.Default.DatabaseCounts));
        try
        {
            await app.StartAsync();
        }
        catch (Exception exception)
        {
            Console.Error.WriteLine(exception.Message);
            return 1;
        }

        Console.WriteLine(Ready);
        await app.WaitForShutdownAsync();
        return 0;
    }

    private static WebApplication Compose(HostSettings settings, VendorRecord record)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.WebHost.UseUrls(settings.Address.ToString());
        var notifications = builder.Services.AddNotifications(options =>
        {
            options.AttemptTimeout = settings.AttemptTimeout;
            options.LeaseDuration = settings.LeaseDuration;
            options.Workers = settings.Workers;
        });
        if (settings.Cluster is { } cluster)
            notifications.UsePostgreSql(cluster.PostgreSql).UseRedis(cluster.Redis).UseKafka(options => Join(settings, options));
        else
            notifications.UseSqlite(new SqliteConnectionStringBuilder { DataSource = settings.Database }.ToString());
        builder.Services.AddSingleton<IDeliveryProvider>(new Vendor(settings, record));
        builder.Services.Configure<RetryOptions>(Channel.Email.Name, options =>
        {
            options.Delay = TimeSpan.FromMilliseconds(50);
            options.MaxDelay = TimeSpan.FromSeconds(1);
        });

        var app = builder.Build();
        app.MapNotifications();
        return app;
    }

    private static void Join(HostSettings settings, KafkaTransportOptions options)
    {
        options.BootstrapServers = settings.Cluster!.Kafka;
        options.HandOverTime = settings.HandOverTime;
        options.SessionTimeout = settings.SessionTimeout;
    }
}
