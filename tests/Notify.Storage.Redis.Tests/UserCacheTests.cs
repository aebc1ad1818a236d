using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Notify.Engines;
using Notify.Providers;
using Notify.TestSupport;

namespace Notify.Storage.Redis.Tests;

public sealed class UserCacheTests(RedisServer redis) : IAsyncDisposable
{
    private const string Tenant = Trigger.DefaultTenant;

    private readonly SharedStore _store = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public async Task A_user_found_once_is_found_by_every_process_without_the_store()
    {
        var (here, there) = await TwoProcessesAsync();
        await here.SaveAsync([new User { Id = "u", Locale = "sv" }, new User { Id = "v" }], Cancellation);

        await here.FindAsync(Tenant, ["u", "v"], Cancellation);
        var found = await there.FindAsync(Tenant, ["u", "v", "u"], Cancellation);

        Assert.Equal(["u", "v"], found.Select(user => user.Id).Order());
        Assert.Equal("sv", found.Single(user => user.Id == "u").User?.Locale);
        Assert.Equal(1, _store.Users.Reads);
    }

    [Fact]
    public async Task A_change_by_one_process_is_seen_by_the_others_at_once()
    {
        var (here, there) = await TwoProcessesAsync();
        await here.SaveAsync([new User { Id = "u", Locale = "sv" }], Cancellation);
        Assert.Equal("sv", await LocaleAsync(there));

        await here.SaveAsync([new User { Id = "u", Locale = "de" }], Cancellation);
        Assert.Equal("de", await LocaleAsync(there));
        await here.UpdateAsync(Tenant, "u", stored => stored.WithUser(user => user with { Locale = "fr" }), Cancellation);
        Assert.Equal("fr", await LocaleAsync(there));
        await here.RemoveAsync(Tenant, "u", Cancellation);
        Assert.Null(await LocaleAsync(there));
    }

    [Fact]
    public async Task A_slow_reader_does_not_fill_in_what_it_read_before_a_change()
    {
        var (here, there) = await TwoProcessesAsync();
        await here.SaveAsync([new User { Id = "u", Locale = "sv" }], Cancellation);
        var hasRead = new TaskCompletionSource();
        var mayAnswer = new TaskCompletionSource();
        _store.Users.BeforeAnswer = () =>
        {
            hasRead.TrySetResult();
            return mayAnswer.Task;
        };
        var slow = LocaleAsync(there);
        await hasRead.Task;
        _store.Users.BeforeAnswer = null;

        await here.SaveAsync([new User { Id = "u", Locale = "de" }], Cancellation);
        mayAnswer.SetResult();

        Assert.Equal("sv", await slow);
        Assert.Equal("de", await LocaleAsync(there));
        Assert.Equal("de", await LocaleAsync(there));
    }

    [Fact]
    public async Task No_process_finds_what_another_has_replaced_however_many_read_and_write()
    {
        var (here, there) = await TwoProcessesAsync();
        var saved = 0;
        await here.SaveAsync([GetVersion(0)], Cancellation);
        var writing = Task.Run(async () =>
        {
            for (var version = 1; version <= 200; version++)
            {
                await (version % 2 == 0 ? here : there).SaveAsync([GetVersion(version)], Cancellation);
                Volatile.Write(ref saved, version);
            }
        });

        await Task.WhenAll(
            Enumerable
                .Range(0, 8)
                .Select(reader =>
                    Task.Run(async () =>
                    {
                        while (!writing.IsCompleted)
                        {
                            var least = Volatile.Read(ref saved);
                            var found = await LocaleAsync(reader % 2 == 0 ? here : there);
                            Assert.True(int.Parse(found!, null) >= least, $"found {found} after {least} was saved");
                        }
                    })
                )
                .Append(writing)
        );

        Assert.Equal("200", await LocaleAsync(here));
        Assert.Equal("200", await LocaleAsync(there));

        static User GetVersion(int version) => new() { Id = "u", Locale = version.ToString((IFormatProvider?)null) };
    }

    [Fact]
    public async Task A_change_made_while_Redis_is_away_is_not_hidden_by_what_Redis_still_holds()
    {
        await using var server = await RedisProcess.StartAsync();
        Action<RedisOptions> configure = options =>
            (options.ConnectionString, options.Timeout, options.RetryAfter) = (
                server.Address,
                TimeSpan.FromSeconds(1),
                TimeSpan.FromMilliseconds(50)
            );
        var users = _store.Process(configure).GetRequiredService<IUserStore>();
        await users.SaveAsync([new User { Id = "u", Locale = "sv" }], Cancellation);
        Assert.Equal("sv", await LocaleAsync(users));

        server.Suspend();
        await users.SaveAsync([new User { Id = "u", Locale = "de" }], Cancellation);
        Assert.Equal("de", await LocaleAsync(users));
        server.Resume();

        await _store.Users.UntilCachedAsync(async () => Assert.Equal("de", await LocaleAsync(users)));
    }

    [Fact]
    public async Task A_writer_that_dies_in_the_middle_of_a_change_leaves_nothing_outdated_behind()
    {
        var (here, there) = await TwoProcessesAsync();
        await here.SaveAsync([new User { Id = "u", Locale = "sv" }], Cancellation);
        Assert.Equal("sv", await LocaleAsync(there));

        var isSaved = new TaskCompletionSource();
        _store.Users.BeforeSaved = () => DieAsync(isSaved);
        var dead = here.SaveAsync([new User { Id = "u", Locale = "de" }], Cancellation);
        await isSaved.Task;

        Assert.Equal("de", await LocaleAsync(there));
        Assert.False(dead.IsCompleted);
    }

    [Fact]
    public async Task A_writer_that_dies_is_made_good_for_although_another_writer_had_ended_meanwhile()
    {
        var (here, there) = await TwoProcessesAsync();
        var (isSaving, maySave, isSaved) = (new TaskCompletionSource(), new TaskCompletionSource(), new TaskCompletionSource());
        _store.Users.BeforeSave = async () =>
        {
            _store.Users.BeforeSave = null;
            isSaving.SetResult();
            await maySave.Task;
        };
        var ended = here.SaveAsync([new User { Id = "u", Locale = "sv" }], Cancellation);
        await isSaving.Task;
        var (isDying, mayDie) = (new TaskCompletionSource(), new TaskCompletionSource());
        _store.Users.BeforeSave = () =>
        {
            isDying.SetResult();
            return mayDie.Task;
        };
        var dead = there.SaveAsync([new User { Id = "u", Locale = "de" }], Cancellation);
        await isDying.Task;
        maySave.SetResult();
        await ended;

        Assert.Equal("sv", await LocaleAsync(here));
        _store.Users.BeforeSaved = () => DieAsync(isSaved);
        mayDie.SetResult();
        await isSaved.Task;

        Assert.Equal("de", await LocaleAsync(here));
        Assert.False(dead.IsCompleted);
    }

    [Fact]
    public async Task Other_processes_see_what_was_changed_while_Redis_was_away_although_the_one_that_changed_it_only_writes()
    {
        await using var server = await RedisProcess.StartAsync();
        Action<RedisOptions> configure = options =>
            (options.ConnectionString, options.Timeout, options.RetryAfter) = (
                server.Address,
                TimeSpan.FromSeconds(1),
                TimeSpan.FromMilliseconds(50)
            );
        var (writing, reading) = (_store.Process(configure), _store.Process(configure));
        foreach (var worker in writing.GetServices<IHostedService>())
            await worker.StartAsync(Cancellation);
        var readers = reading.GetRequiredService<IUserStore>();
        await writing.GetRequiredService<IUserStore>().SaveAsync([new User { Id = "u", Locale = "sv" }], Cancellation);
        Assert.Equal("sv", await LocaleAsync(readers));

        // The server reads back after a restart what it has written to its disk.
        await server.AskAsync("SAVE");
        await server.StopAsync();
        await writing.GetRequiredService<IUserStore>().SaveAsync([new User { Id = "u", Locale = "de" }], Cancellation);
        await server.RestartAsync();

        await Eventually.TrueAsync(
            async () =>
            {
                var before = _store.Users.Reads;
                return await LocaleAsync(readers) == "de" && _store.Users.Reads == before;
            },
            "Redis to be told of the change"
        );
    }

    private static Task DieAsync(TaskCompletionSource dying)
    {
        dying.SetResult();
        return Task.Delay(Timeout.InfiniteTimeSpan, Cancellation);
    }

    private async Task<(IUserStore Here, IUserStore There)> TwoProcessesAsync()
    {
        var configure = await redis.FreshAsync();
        return (
            _store.Process(configure).GetRequiredService<IUserStore>(),
            _store.Process(configure).GetRequiredService<IUserStore>()
        );
    }

    private static async Task<string?> LocaleAsync(IUserStore users) =>
        (await users.FindAsync(Tenant, ["u"], Cancellation)).SingleOrDefault()?.User?.Locale;
}
