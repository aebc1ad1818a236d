using Notify.Providers;
using Notify.Testing;

namespace Notify.Core.Tests;

public sealed class FeedTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Whoever_watches_sees_what_is_settled_from_then_on_for_the_tenant()
    {
        var outcomes = new Queue<Outcome>([
            Outcome.Sent(),
            Outcome.Sent(),
            Outcome.Retry("busy", TimeSpan.Zero),
            Outcome.Rejected("no"),
        ]);
        var mail = new ScriptedProvider("mail", Channel.Email, _ =>
        {
            lock (outcomes)
                return outcomes.Dequeue();
        });
        await using var application = await TestApplication.StartAsync(mail);
        await application.EndedDeliveryAsync(await application.SendAsync(Recipient.Email("before@example.org")));
        var feed = application.Get<IDeliveryFeed>();
        await using var watching = feed.WatchAsync(Trigger.DefaultTenant, Cancellation).GetAsyncEnumerator(Cancellation);

        var others = await application.SendAsync(
            TestApplication.Say(Recipient.Email("bob@example.org")) with
            {
                Tenant = "other",
            }
        );
        await Eventually.TrueAsync(
            async () => (await application.DeliveriesAsync(others, "other"))[0].State == DeliveryState.Sent,
            "the other tenant's delivery"
        );
        var id = await application.SendAsync(Recipient.Email("ada@example.org"));

        var (retried, rejected) = (await NextAsync(watching), await NextAsync(watching));
        Assert.Equal((id, DeliveryState.Pending, OutcomeKind.Retry, "busy"), Essence(retried));
        Assert.Equal((id, DeliveryState.DeadLetter, OutcomeKind.Rejected, "no"), Essence(rejected));
    }

    [Fact]
    public async Task A_slow_watcher_is_not_waited_for_and_is_told_how_many_it_missed()
    {
        var mail = new ScriptedProvider("mail", Channel.Email, _ => Outcome.Sent());
        await using var application = await TestApplication.StartAsync(mail);
        var feed = application.Get<IDeliveryFeed>();
        await using var watching = feed.WatchAsync(Trigger.DefaultTenant, Cancellation).GetAsyncEnumerator(Cancellation);
        var ids = new List<Guid>();
        for (var i = 0; i < 1_250; i++)
            ids.Add(await application.SendAsync(Recipient.Email($"u{i}@example.org")));
        foreach (var id in ids)
            await application.EndedDeliveryAsync(id);

        long missed = 0,
            seen = 0;
        while (missed + seen < ids.Count && await watching.MoveNextAsync())
            (missed, seen) = (missed + watching.Current.Missed, seen + 1);

        Assert.Equal((250, 1_000), (missed, seen));
    }

    [Fact]
    public async Task Nothing_is_made_for_watchers_who_have_gone()
    {
        await using var application = await TestApplication.StartAsync(
            new ScriptedProvider("mail", Channel.Email, _ => Outcome.Sent())
        );
        var feed = application.Get<IDeliveryFeed>();
        Assert.False(feed.IsWanted);
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var watching = feed.WatchAsync(Trigger.DefaultTenant, gone.Token).GetAsyncEnumerator(Cancellation);
        var next = watching.MoveNextAsync();
        Assert.True(feed.IsWanted);

        await gone.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await next);
        Assert.False(feed.IsWanted);
    }

    private static (Guid, DeliveryState, OutcomeKind?, string?) Essence(DeliveryEvent settled) =>
        (settled.NotificationId, settled.State, settled.Outcome, settled.Reason);

    private static async Task<DeliveryEvent> NextAsync(IAsyncEnumerator<WatchedDelivery> watching)
    {
        Assert.True(await watching.MoveNextAsync());
        return watching.Current.Settled;
    }
}
