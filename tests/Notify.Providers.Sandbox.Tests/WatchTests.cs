using Microsoft.Extensions.DependencyInjection;

namespace Notify.Providers.Sandbox.Tests;

public sealed class WatchTests
{
    private static readonly Recipient Ada = Recipient.Email("ada@example.org");

    [Fact]
    public async Task Every_watcher_gets_all_messages_after_it_started()
    {
        await using var application = await SandboxApplication.StartAsync(builder => builder.AddSandbox());
        await application.SendAsync(Ada, "before");
        var watchers = new[] { Watch(application), Watch(application) };

        await application.SendAsync(Ada, "first");
        await application.SendAsync(Ada, "second");

        foreach (var watcher in watchers)
            Assert.Equal(["first", "second"], await TakeAsync(watcher, 2));
    }

    [Fact]
    public async Task A_slow_watcher_misses_the_oldest_messages_and_does_not_block()
    {
        await using var application = await SandboxApplication.StartAsync(builder =>
            builder.AddSandbox(options => options.Capacity = 2)
        );
        var slow = Watch(application);

        for (var i = 1; i <= 5; i++)
            await application.SendAsync(Ada, $"{i}");

        Assert.Equal(["4", "5"], await TakeAsync(slow, 2));
    }

    [Fact]
    public async Task A_watch_ends_when_cancelled()
    {
        await using var application = await SandboxApplication.StartAsync(builder => builder.AddSandbox());
        using var cancellation = new CancellationTokenSource();
        await using var watcher = application.Sandbox.WatchAsync(cancellation.Token).GetAsyncEnumerator(CancellationToken.None);
        var next = watcher.MoveNextAsync();

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await next);
        await application.SendAsync(Ada, "after the watch");
    }

    private static IAsyncEnumerable<SandboxMessage> Watch(SandboxApplication application) =>
        application.Sandbox.WatchAsync(TestContext.Current.CancellationToken);

    private static async Task<IReadOnlyList<string?>> TakeAsync(IAsyncEnumerable<SandboxMessage> watcher, int count) =>
        await watcher.Take(count).Select(message => message.Content.Body).ToListAsync();
}
