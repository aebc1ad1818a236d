using Microsoft.Extensions.DependencyInjection;
using Notify.Engines;
using Notify.Providers;
using Notify.TestSupport;

namespace Notify.Storage.Redis.Tests;

public sealed class DeviceCacheTests(RedisServer redis) : IAsyncDisposable
{
    private const string Tenant = Trigger.DefaultTenant;

    private static readonly DateTimeOffset Now = new(2031, 2, 3, 4, 5, 6, TimeSpan.Zero);

    private readonly SharedStore _store = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public async Task Devices_found_once_are_found_by_every_process_without_the_store()
    {
        var (here, there) = await TwoProcessesAsync();
        // Registered past Redis, as by a version of the application that does not use it yet.
        await _store.Devices.RegisterAsync(GetDevice("d1", "u"), Cancellation);
        await _store.Devices.RegisterAsync(GetDevice("d2", "u"), Cancellation);

        var first = await here.FindAsync(Tenant, ["u", "nobody"], Cancellation);
        var second = await there.FindAsync(Tenant, ["u", "nobody"], Cancellation);

        Assert.Equal(["d1", "d2"], second.Select(device => device.Id).Order());
        Assert.Equal(first.ToHashSet(), second.ToHashSet());
        Assert.Equal(1, _store.Devices.Reads);
    }

    [Fact]
    public async Task A_pruned_removed_or_moved_device_is_not_found_any_more_by_any_process()
    {
        var (here, there) = await TwoProcessesAsync();
        foreach (var id in new[] { "pruned", "removed", "moved", "robbed" })
            await _store.Devices.RegisterAsync(GetDevice(id, "u"), Cancellation);
        Assert.Equal(4, (await there.FindAsync(Tenant, ["u"], Cancellation)).Count);

        Assert.True(await here.PruneAsync(Tenant, null, "token-of-pruned", "unregistered", Now, Cancellation));
        Assert.Equal(["moved", "removed", "robbed"], await FoundAsync(there));
        Assert.True(await here.RemoveAsync(Tenant, "u", "removed", Cancellation));
        Assert.Equal(["moved", "robbed"], await FoundAsync(there));
        await here.RegisterAsync(GetDevice("moved", "v"), Cancellation);
        Assert.Equal(["robbed"], await FoundAsync(there));
        await here.RegisterAsync(GetDevice("other", "v") with { Token = "token-of-robbed" }, Cancellation);
        Assert.Empty(await FoundAsync(there));
        Assert.Equal(["moved", "other"], await FoundAsync(there, "v"));
    }

    [Fact]
    public async Task Each_single_change_is_seen_where_the_entry_was_filled_before()
    {
        var (here, there) = await TwoProcessesAsync();
        Func<string, Task>[] changes =
        [
            async id => await here.PruneAsync(Tenant, null, $"token-of-{id}", "unregistered", Now, Cancellation),
            async id => await here.RemoveAsync(Tenant, $"u{id[1..]}", id, Cancellation),
            async id => await here.RegisterAsync(GetDevice(id, "elsewhere"), Cancellation),
            async id =>
                await here.RegisterAsync(
                    GetDevice($"thief-of-{id}", "elsewhere") with
                    {
                        Token = $"token-of-{id}",
                    },
                    Cancellation
                ),
        ];
        for (var i = 0; i < changes.Length; i++)
        {
            await _store.Devices.RegisterAsync(GetDevice($"d{i}", $"u{i}"), Cancellation);
            Assert.Equal([$"d{i}"], await FoundAsync(there, $"u{i}"));
            Assert.Equal([$"d{i}"], await FoundAsync(there, $"u{i}"));
            Assert.Equal(i + 1, _store.Devices.Reads - i);

            await changes[i]($"d{i}");

            Assert.Empty(await FoundAsync(there, $"u{i}"));
        }
    }

    [Fact]
    public async Task A_slow_reader_does_not_fill_in_a_device_that_was_pruned_meanwhile()
    {
        var (here, there) = await TwoProcessesAsync();
        await _store.Devices.RegisterAsync(GetDevice("d", "u"), Cancellation);
        var hasRead = new TaskCompletionSource();
        var mayAnswer = new TaskCompletionSource();
        _store.Devices.BeforeAnswer = () =>
        {
            hasRead.TrySetResult();
            return mayAnswer.Task;
        };
        var slow = FoundAsync(there);
        await hasRead.Task;
        _store.Devices.BeforeAnswer = null;

        await here.PruneAsync(Tenant, null, "token-of-d", "unregistered", Now, Cancellation);
        mayAnswer.SetResult();

        Assert.Equal(["d"], await slow);
        Assert.Empty(await FoundAsync(there));
        Assert.Empty(await FoundAsync(here));
    }

    [Fact]
    public async Task A_removed_users_devices_are_not_found_any_more()
    {
        var configure = await redis.FreshAsync();
        var process = _store.Process(configure);
        var devices = process.GetRequiredService<IDeviceStore>();
        await _store.Users.SaveAsync([new User { Id = "u" }], Cancellation);
        await _store.Devices.RegisterAsync(GetDevice("d", "u"), Cancellation);
        Assert.Equal(["d"], await FoundAsync(devices));

        await process.GetRequiredService<IUserStore>().RemoveAsync(Tenant, "u", Cancellation);

        Assert.Empty(await FoundAsync(devices));
    }

    [Fact]
    public async Task A_device_pruned_while_Redis_is_away_is_not_found_after_it()
    {
        await using var server = await RedisProcess.StartAsync();
        Action<RedisOptions> configure = options =>
            (options.ConnectionString, options.Timeout, options.RetryAfter) = (
                server.Address,
                TimeSpan.FromSeconds(1),
                TimeSpan.FromMilliseconds(50)
            );
        var devices = _store.Process(configure).GetRequiredService<IDeviceStore>();
        await _store.Devices.RegisterAsync(GetDevice("d", "u"), Cancellation);
        await _store.Devices.UntilCachedAsync(async () => Assert.Equal(["d"], await FoundAsync(devices)));

        server.Suspend();
        Assert.True(await devices.PruneAsync(Tenant, null, "token-of-d", "unregistered", Now, Cancellation));
        Assert.Empty(await FoundAsync(devices));
        server.Resume();

        await _store.Devices.UntilCachedAsync(async () => Assert.Empty(await FoundAsync(devices)));
    }

    private async Task<(IDeviceStore Here, IDeviceStore There)> TwoProcessesAsync()
    {
        var configure = await redis.FreshAsync();
        return (
            _store.Process(configure).GetRequiredService<IDeviceStore>(),
            _store.Process(configure).GetRequiredService<IDeviceStore>()
        );
    }

    private static async Task<IEnumerable<string>> FoundAsync(IDeviceStore devices, string user = "u") =>
        (await devices.FindAsync(Tenant, [user], Cancellation)).Select(device => device.Id).Order(StringComparer.Ordinal);

    private static Device GetDevice(string id, string user) =>
        new()
        {
            Id = id,
            UserId = user,
            Platform = Platform.Android,
            Token = $"token-of-{id}",
            RegisteredAt = Now,
            LastSeenAt = Now,
        };
}
