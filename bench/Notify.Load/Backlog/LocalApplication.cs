using Microsoft.Data.Sqlite;
using Notify.Delivering;
using Notify.Queueing;

namespace Notify.Load.Backlog;

/// <summary>
/// An application with Notify on a SQLite file, as a user composes it: nothing is set but the file and the provider.
/// </summary>
internal sealed class LocalApplication : IAsyncDisposable
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(2);

    private readonly IHost _host;

    private LocalApplication(string path, IDeliveryProvider vendor, Workers workers)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddNotifications(options => options.Workers = workers)
            .UseSqlite(new SqliteConnectionStringBuilder { DataSource = path }.ToString());
        builder.Services.AddSingleton(vendor);
        _host = builder.Build();
    }

    public INotifier Notifier => Get<INotifier>();

    public static async Task<LocalApplication> StartAsync(string path, IDeliveryProvider vendor, Workers workers = Workers.All)
    {
        var application = new LocalApplication(path, vendor, workers);
        await application._host.StartAsync();
        return application;
    }

    public T Get<T>() where T : notnull => _host.Services.GetRequiredService<T>();

    /// <summary>
    /// Ends when nothing is left to be sent. To be called when little is: looking costs more, the more there is.
    /// </summary>
    public async Task SettleAsync()
    {
        while ((await Get<IDeliveryQueue>().GetDepthAsync(CancellationToken.None)).Count > 0)
            await Task.Delay(Poll);
    }

    /// <summary>Ends with the files closed: what is pooled keeps them open.</summary>
    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        if (_host is IAsyncDisposable disposable)
            await disposable.DisposeAsync();
        SqliteConnection.ClearAllPools();
    }
}
