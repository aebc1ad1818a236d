using System.Globalization;
using Microsoft.Data.Sqlite;
using Notify.Hosting;
using Notify.Load.Hosts;
using Notify.MinimalApi;
using Notify.Providers;
using Notify.Storage;

namespace Notify.Load.Ingress;

/// <summary>
/// The hidden command with which the benchmark starts itself as the server: Notify, or one of the endpoints that are its
/// ceilings.
/// </summary>
internal static class IngressHost
{
    public const string Name = "ingress-host";

    /// <summary>The path at which the server reports how many bytes it has allocated.</summary>
    public const string Allocated = "/allocated";

    /// <summary>The path at which Notify reports how many deliveries are not settled.</summary>
    public const string Pending = "/pending";

    public static async Task<int> RunAsync(Arguments arguments)
    {
        var port = arguments.Int32("port", 0, min: 1);
        var database = arguments.Text("database");
        var workers = Enum.Parse<Workers>(arguments.Text("workers") ?? nameof(Workers.None));
        var isRaw = arguments.Text("raw") is not null;
        var slots = arguments.Int32("slots", new NotificationsOptions().MaxConcurrencyPerProvider, min: 1);
        var key = arguments.Text("key");
        arguments.RefuseUnknown();

        // The code that both servers share, so that they differ only in how they handle a request.
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        await using var app =
            database is null ? EmptyEndpoint.Build(builder)
            : isRaw ? await StoringEndpoint.BuildAsync(builder, database)
            : BuildNotify(builder, database, workers, slots, key);
        app.MapGet(Allocated, () => Text(GC.GetTotalAllocatedBytes(precise: true)));

        await app.StartAsync();
        Console.WriteLine(HostCommand.Ready);
        await app.WaitForShutdownAsync();
        return 0;
    }

    private static WebApplication BuildNotify(
        WebApplicationBuilder builder,
        string database,
        Workers workers,
        int slots,
        string? key
    )
    {
        if (key is not null)
            builder.Services.Configure<NotificationsApiOptions>(options => options.ApiKeys.Add(key));
        builder
            .Services.AddNotifications(options => (options.Workers, options.MaxConcurrencyPerProvider) = (workers, slots))
            .UseSqlite(new SqliteConnectionStringBuilder { DataSource = database }.ToString());
        builder.Services.AddSingleton<IDeliveryProvider, PromptProvider>();

        var app = builder.Build();
        app.MapNotifications();
        app.MapGet(Pending, CountPendingAsync);
        return app;
    }

    private static async Task<string> CountPendingAsync(IDeliveryQueue queue) =>
        Text((await queue.GetDepthAsync(CancellationToken.None)).Sum(depth => depth.Pending));

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}
