using Microsoft.Extensions.DependencyInjection;
using Notify.Providers;
using Notify.Storage;
using Notify.TestSupport;

namespace Notify.Core.Tests;

/// <summary>Broadcasts that are paused and resumed.</summary>
public sealed class BroadcastTests : IAsyncLifetime
{
    private const int Subscribers = 1_234;

    private readonly ManualTime _time = new();
    private readonly Passing _passing;
    private readonly ScriptedProvider _mail = new("mail", Channel.Email, _ => Outcome.Sent());
    private readonly TaskCompletionSource _reached = new();
    private readonly ManualResetEventSlim _goOn = new();
    private TestApplication _application = null!;
    private int _looks;

    public BroadcastTests() => _passing = new Passing(_time);

    private IBroadcasts Broadcasts => _application.Get<IBroadcasts>();

    public async ValueTask InitializeAsync() =>
        _application = await TestApplication.StartAsync(
            builder =>
            {
                _passing.AddTo(builder);
                builder.UseInMemory().Services.Decorate<IExpansionStore>(store => new ExpansionProbe(store) { Advanced = Watch });
            },
            _mail
        );

    public async ValueTask DisposeAsync()
    {
        _goOn.Set();
        await _application.DisposeAsync();
        _goOn.Dispose();
    }

    [Fact]
    public async Task A_paused_broadcast_goes_no_further_and_continues_without_duplicates()
    {
        var id = await PauseInTheMiddleAsync();
        // Another process sees the pause, and ends it.
        await using var other = await TestApplication.StartAsync(
            builder =>
            {
                _passing.AddTo(builder);
                builder.ShareStoreWith(_application.Services);
            },
            _mail
        );
        var paused = await other.Get<IBroadcasts>().FindAsync(Trigger.DefaultTenant, id);
        var again = await Broadcasts.PauseAsync(Trigger.DefaultTenant, id);

        var done = paused!.Expansions[0].Done;
        Assert.InRange(done, 1, Subscribers - 1);
        Assert.NotNull(paused.PausedAt);
        Assert.Equal(paused.PausedAt, again!.PausedAt);
        await _passing.UntilAsync(TimeSpan.FromSeconds(1), () => _looks >= 3, "the worker to look several times");
        Assert.Equal(done, (await Broadcasts.FindAsync(Trigger.DefaultTenant, id))!.Expansions[0].Done);
        // The deliveries that exist are sent.
        await _passing.UntilAsync(TimeSpan.FromSeconds(1), () => _mail.Sent.Count == done, "the first batch");

        var resumed = await other.Get<IBroadcasts>().ResumeAsync(Trigger.DefaultTenant, id);

        Assert.Null(resumed!.PausedAt);
        await _passing.UntilAsync(
            TimeSpan.FromSeconds(1),
            async () => _mail.Sent.Count >= Subscribers && (await FindAsync(id)).HasEnded,
            "the broadcast"
        );
        await _passing.PassAsync(_application, TimeSpan.FromMinutes(1));
        Assert.Equal(
            Enumerable.Range(0, Subscribers).Select(GetUserId),
            _mail.Sent.Select(delivery => delivery.UserId).Order(StringComparer.Ordinal)
        );
        Assert.Null((await Broadcasts.PauseAsync(Trigger.DefaultTenant, id))!.PausedAt);
    }

    [Fact]
    public async Task A_paused_broadcast_is_cancelled_and_stays_so()
    {
        var id = await PauseInTheMiddleAsync();
        var done = (await FindAsync(id)).Expansions[0].Done;

        await _application.Notifier.CancelAsync(Trigger.DefaultTenant, id);
        var resumed = await Broadcasts.ResumeAsync(Trigger.DefaultTenant, id);
        await _passing.PassAsync(_application, TimeSpan.FromMinutes(5));

        Assert.True(resumed!.HasEnded);
        var cancelled = await FindAsync(id);
        Assert.Equal((done, true, null), (cancelled.Expansions[0].Done, cancelled.HasEnded, cancelled.PausedAt));
        Assert.InRange(_mail.Sent.Count, 0, (int)done);
    }

    [Fact]
    public async Task Only_a_notification_of_the_tenant_to_a_topic_is_a_broadcast()
    {
        _goOn.Set();
        var id = await SendAsync();
        var direct = await _application.SendAsync(Recipient.Email("ada@example.org"));

        foreach (
            var (tenant, other) in new[] { ("another", id), (Trigger.DefaultTenant, direct), (Trigger.DefaultTenant, Guid.Empty) }
        )
        {
            Assert.Null(await Broadcasts.PauseAsync(tenant, other));
            Assert.Null(await Broadcasts.ResumeAsync(tenant, other));
        }
    }

    // A worker waits after its first batch, until the broadcast is paused.
    private async Task<Guid> PauseInTheMiddleAsync()
    {
        var id = await SendAsync();
        await _reached.Task;
        Assert.NotNull((await Broadcasts.PauseAsync(Trigger.DefaultTenant, id))!.PausedAt);
        _goOn.Set();
        return id;
    }

    private async Task<Guid> SendAsync()
    {
        string[] ids = [.. Enumerable.Range(0, Subscribers).Select(GetUserId)];
        await _application
            .Get<IUserStore>()
            .SaveAsync(
                [
                    .. ids.Select(id => new User
                    {
                        Id = id,
                        Addresses = new Dictionary<string, string> { ["email"] = $"{id}@example.org" },
                    }),
                ],
                CancellationToken.None
            );
        await _application.Directory.SubscribeAsync(Trigger.DefaultTenant, "news", ids);
        return await _application.SendAsync(Recipient.Topic("news"));
    }

    private async Task<Broadcast> FindAsync(Guid id) => (await Broadcasts.FindAsync(Trigger.DefaultTenant, id))!;

    private void Watch(ExpansionStep step)
    {
        if (step.Done == step.Lease.Done)
            _looks++;
        _reached.TrySetResult();
        _goOn.Wait();
    }

    private static string GetUserId(int number) => $"u-{number:00000}";
}
