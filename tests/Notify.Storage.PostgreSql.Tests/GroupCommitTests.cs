using System.Collections.Concurrent;
using Notify.Storage.Toolkit;
using Notify.TestSupport;

namespace Notify.Storage.PostgreSql.Tests;

public sealed class GroupCommitTests : IDisposable
{
    /// <summary>The number of waiting calls from which on a second batch is committed beside the first.</summary>
    private const int Enough = 16;

    private const int Rounds = 60;
    private const int EnoughRounds = 10;

    private readonly ConcurrentQueue<int> _batches = new();
    private readonly SemaphoreSlim _mayEnd = new(0);
    private readonly GroupCommit<int, int> _group;

    public GroupCommitTests() =>
        _group = new GroupCommit<int, int>("test", CommitAsync, exception => exception is ArgumentException);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_few_calls_wait_for_the_running_commit_and_share_the_next_one()
    {
        var first = await StartFirstAsync();

        var waiting = Call(Enough - 1);
        await Task.Delay(TimeSpan.FromMilliseconds(50), Cancellation);
        Assert.Equal([1], _batches);

        _mayEnd.Release(2);
        await Task.WhenAll([first, .. waiting]);
        Assert.Equal([1, Enough - 1], _batches);
    }

    [Fact]
    public async Task Many_calls_are_committed_beside_the_running_commit_and_never_more_than_two_at_a_time()
    {
        var first = await StartFirstAsync();

        var second = Call(Enough);
        await Eventually.TrueAsync(() => _batches.Count == 2, "the second commit");
        var third = Call(3 * Enough);
        await Task.Delay(TimeSpan.FromMilliseconds(50), Cancellation);
        Assert.Equal([1, Enough], _batches);

        _mayEnd.Release(3);
        await Task.WhenAll([first, .. second, .. third]);
        Assert.Equal([1, Enough, 3 * Enough], _batches);
    }

    [Fact]
    public async Task Every_call_gets_its_own_answers_while_two_batches_are_committed()
    {
        _mayEnd.Release(10_000);

        var answers = await Task.WhenAll(
            Enumerable.Range(0, 2_000).Select(i => Task.Run(async () => (await CallAsync(i)).Single(), Cancellation))
        );

        Assert.Equal(Enumerable.Range(0, 2_000), answers);
    }

    [Fact]
    public async Task A_call_that_the_store_refuses_fails_alone()
    {
        var first = await StartFirstAsync();
        var others = Call(3);
        var refused = CallAsync(-1);

        _mayEnd.Release(10);
        await Task.WhenAll([first, .. others]);

        await Assert.ThrowsAsync<ArgumentException>(() => refused);
    }

    /// <summary>
    /// On a busy machine, some callers arrive too late to join, and a few would join by chance even without the wait. The test
    /// therefore counts the rounds in which they join.
    /// </summary>
    [Fact]
    public async Task Callers_that_call_again_after_a_slow_commit_join_those_that_waited_for_it()
    {
        var joined = 0;
        for (var round = 0; round < Rounds && joined < EnoughRounds; round++)
            joined += await JoinAsync() ? 1 : 0;

        Assert.Equal(EnoughRounds, joined);
    }

    public void Dispose() => _mayEnd.Dispose();

    private async Task<Task> StartFirstAsync()
    {
        var first = CallAsync(0);
        await Eventually.TrueAsync(() => _batches.Count == 1, "the first commit");
        return first;
    }

    private Task[] Call(int count) => [.. Enumerable.Range(0, count).Select(CallAsync)];

    private Task<IReadOnlyList<int>> CallAsync(int item) => _group.RunAsync([item], 1, Cancellation).AsTask();

    private async ValueTask<int[]> CommitAsync(IReadOnlyList<int> items)
    {
        _batches.Enqueue(items.Count);
        await _mayEnd.WaitAsync(Cancellation);
        return items.Contains(-1) ? throw new ArgumentException("Refused.", nameof(items)) : [.. items];
    }

    /// <summary>
    /// Lets two callers wait for a slow commit of two others, which call again as soon as they have their answer.
    /// </summary>
    /// <returns>Whether the next commit had all four.</returns>
    private static async Task<bool> JoinAsync()
    {
        var commits = new ConcurrentQueue<string>();
        var started = new SemaphoreSlim(0);
        var mayEnd = new SemaphoreSlim(0);
        var group = new GroupCommit<string, string>(
            "test",
            async items =>
            {
                commits.Enqueue(string.Join(' ', items));
                started.Release();
                await mayEnd.WaitAsync(Cancellation);
                return [.. items];
            },
            _ => false
        );

        Task<IReadOnlyList<string>> Commit(string item) => group.RunAsync([item], 1, Cancellation).AsTask();
        async Task CommitTwiceAsync(string caller)
        {
            await Commit(caller);
            await Commit(caller);
        }

        var first = Commit("first");
        await started.WaitAsync(Cancellation);
        Task[] again = [CommitTwiceAsync("a"), CommitTwiceAsync("b")];
        mayEnd.Release();
        await started.WaitAsync(Cancellation);
        Task[] waiting = [Commit("c"), Commit("d")];
        await Task.Delay(TimeSpan.FromMilliseconds(30), Cancellation);
        mayEnd.Release(5);
        await Task.WhenAll([first, .. again, .. waiting]);

        Assert.Equal(["first", "a b"], commits.Take(2));
        return commits.ElementAt(2).Length == "c d a b".Length;
    }
}
