using System.Collections.Concurrent;
using Notify.Storage.Toolkit;

namespace Notify.Storage.PostgreSql.Tests;

public sealed class GroupCommitTests
{
    private const int Rounds = 60;
    private const int EnoughRounds = 10;

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

    /// <summary>
    /// Lets two callers wait for a slow commit of two others, which call again as soon as they have their answer.
    /// </summary>
    /// <returns>Whether the next commit had all four.</returns>
    private static async Task<bool> JoinAsync()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var commits = new ConcurrentQueue<string>();
        var started = new SemaphoreSlim(0);
        var mayEnd = new SemaphoreSlim(0);
        var group = new GroupCommit<string, string>(
            "test",
            async items =>
            {
                commits.Enqueue(string.Join(' ', items));
                started.Release();
                await mayEnd.WaitAsync(cancellation);
                return [.. items];
            },
            _ => false
        );

        Task<IReadOnlyList<string>> Commit(string item) => group.RunAsync([item], 1, cancellation).AsTask();
        async Task CommitTwiceAsync(string caller)
        {
            await Commit(caller);
            await Commit(caller);
        }

        var first = Commit("first");
        await started.WaitAsync(cancellation);
        Task[] again = [CommitTwiceAsync("a"), CommitTwiceAsync("b")];
        mayEnd.Release();
        await started.WaitAsync(cancellation);
        Task[] waiting = [Commit("c"), Commit("d")];
        await Task.Delay(TimeSpan.FromMilliseconds(30), cancellation);
        mayEnd.Release(5);
        await Task.WhenAll([first, .. again, .. waiting]);

        Assert.Equal(["first", "a b"], commits.Take(2));
        return commits.ElementAt(2).Length == "c d a b".Length;
    }
}
