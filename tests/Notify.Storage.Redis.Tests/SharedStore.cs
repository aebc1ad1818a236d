using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Notify.TestSupport;

namespace Notify.Storage.Redis.Tests;

/// <summary>
/// One store behind several processes, each with a Redis connection of its own. It counts what it is asked, and can be made to
/// answer late.
/// </summary>
internal sealed class SharedStore : IAsyncDisposable
{
    private readonly ServiceProvider _store;
    private readonly List<ServiceProvider> _processes = [];

    public SharedStore()
    {
        var services = new ServiceCollection();
        services.AddNotifications().UseInMemory();
        _store = services.BuildServiceProvider();
        Users = new WatchedUsers(_store.GetRequiredService<IUserStore>());
        Devices = new WatchedDevices(_store.GetRequiredService<IDeviceStore>());
    }

    public WatchedUsers Users { get; }

    public WatchedDevices Devices { get; }

    public ServiceProvider Process(Action<RedisOptions> configure, ILoggerProvider? logs = null)
    {
        var services = new ServiceCollection();
        services.AddLogging(logging =>
        {
            if (logs is not null)
                logging.AddProvider(logs);
        });
        var notifications = services.AddNotifications(options => options.Workers = Workers.None).UseInMemory().AddSandbox();
        services.RemoveAll<IDeliveryQueue>();
        notifications
            .AddStoreService<IUserStore>(_ => Users)
            .AddStoreService<IDeviceStore>(_ => Devices)
            .AddStoreService(_ => _store.GetRequiredService<IDeliveryQueue>());
        notifications.UseRedis(configure);
        var process = services.BuildServiceProvider();
        lock (_processes)
            _processes.Add(process);
        return process;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes)
            await process.DisposeAsync();
        await _store.DisposeAsync();
    }
}

/// <summary>The base of stores that count their reads, and whose answers a test can delay.</summary>
internal abstract class Watched
{
    private int _reads;

    public int Reads => _reads;

    /// <summary>Called after a read, before its answer.</summary>
    public Func<Task>? BeforeAnswer { get; set; }

    /// <summary>
    /// Repeats a read until Redis answers it in place of this store. On a busy machine Redis may answer too late at first.
    /// </summary>
    public Task UntilCachedAsync(Func<Task> read) =>
        Eventually.TrueAsync(
            async () =>
            {
                var before = Reads;
                await read();
                return Reads == before;
            },
            "Redis to answer"
        );

    protected async ValueTask<T> ReadAsync<T>(ValueTask<T> read)
    {
        Interlocked.Increment(ref _reads);
        var answer = await read;
        if (BeforeAnswer is { } wait)
            await wait();
        return answer;
    }
}

internal sealed class WatchedUsers(IUserStore store) : Watched, IUserStore
{
    /// <summary>Called after users were saved, before the answer.</summary>
    public Func<Task>? BeforeSaved { get; set; }

    /// <summary>Called before users are saved.</summary>
    public Func<Task>? BeforeSave { get; set; }

    public async ValueTask SaveAsync(IReadOnlyList<User> users, CancellationToken cancellationToken)
    {
        if (BeforeSave is { } before)
            await before();
        await store.SaveAsync(users, cancellationToken);
        if (BeforeSaved is { } after)
            await after();
    }

    public ValueTask<IReadOnlyList<UserRecord>> FindAsync(
        string tenant,
        IReadOnlyList<string> ids,
        CancellationToken cancellationToken
    ) => ReadAsync(store.FindAsync(tenant, ids, cancellationToken));

    public ValueTask<bool> UpdateAsync(
        string tenant,
        string id,
        Func<UserRecord, UserRecord?> change,
        CancellationToken cancellationToken
    ) => store.UpdateAsync(tenant, id, change, cancellationToken);

    public ValueTask<bool> RemoveAsync(
        string tenant,
        string id,
        Func<UserRecord, bool> condition,
        CancellationToken cancellationToken
    ) => store.RemoveAsync(tenant, id, condition, cancellationToken);

    public ValueTask<IReadOnlyList<User>> ListAsync(
        string tenant,
        string prefix,
        string after,
        int limit,
        CancellationToken cancellationToken
    ) => store.ListAsync(tenant, prefix, after, limit, cancellationToken);
}

internal sealed class WatchedDevices(IDeviceStore store) : Watched, IDeviceStore
{
    public ValueTask RegisterAsync(Device device, CancellationToken cancellationToken) =>
        store.RegisterAsync(device, cancellationToken);

    public ValueTask<bool> UpdateAsync(Device device, CancellationToken cancellationToken) =>
        store.UpdateAsync(device, cancellationToken);

    public ValueTask<IReadOnlyList<Device>> FindAsync(
        string tenant,
        IReadOnlyList<string> userIds,
        CancellationToken cancellationToken
    ) => ReadAsync(store.FindAsync(tenant, userIds, cancellationToken));

    public ValueTask<IReadOnlyList<Device>> ListAsync(string tenant, string userId, CancellationToken cancellationToken) =>
        store.ListAsync(tenant, userId, cancellationToken);

    public ValueTask<bool> RemoveAsync(string tenant, string userId, string id, CancellationToken cancellationToken) =>
        store.RemoveAsync(tenant, userId, id, cancellationToken);

    public ValueTask<bool> PruneAsync(
        string tenant,
        string? app,
        string token,
        string reason,
        DateTimeOffset knownDeadAt,
        CancellationToken cancellationToken
    ) => store.PruneAsync(tenant, app, token, reason, knownDeadAt, cancellationToken);
}
