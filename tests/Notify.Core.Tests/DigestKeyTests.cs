using Microsoft.Extensions.DependencyInjection;
using Notify.Providers;
using Notify.Storage;
using Notify.TestSupport;

namespace Notify.Core.Tests;

/// <summary>
/// Tests which events are collected together, when their digest begins, and whether its recipient still subscribes.
/// </summary>
public sealed class DigestKeyTests
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(10);

    private readonly ManualTime _time = new();
    private readonly Passing _passing;
    private readonly ScriptedProvider _mail = new("mail", Channel.Email, _ => Outcome.Sent());
    private DateTimeOffset _expandsAt = DateTimeOffset.MinValue;
    private int _expanded;

    public DigestKeyTests() => _passing = new Passing(_time);

    [Fact]
    public async Task Events_with_another_window_or_cron_wait_for_their_own_time()
    {
        await using var application = await StartAsync();
        await application.SendAsync(Collected(1, new Digest { Window = TimeSpan.FromDays(1) }));
        await application.SendAsync(Collected(2, new Digest { Window = TimeSpan.FromMinutes(1) }));
        await application.SendAsync(Collected(3, new Digest { Cron = "0 8 * * *" }));
        await application.SendAsync(Collected(4, new Digest { Cron = "0 20 1 1 *" }));
        await application.SendAsync(Collected(5, new Digest { Window = TimeSpan.FromMinutes(1) }));

        await _passing.PassAsync(application, TimeSpan.FromMinutes(2));
        await UntilSentAsync(1);
        Assert.Equal("2 5 ", Assert.Single(_mail.Sent).Content.Body);

        await _passing.UntilAsync(TimeSpan.FromMinutes(30), () => _mail.Sent.Count >= 3, "the digests of a day");
        Assert.Equal(["1 ", "2 5 ", "3 "], _mail.Sent.Select(delivery => delivery.Content.Body).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Events_with_another_key_are_in_another_summary()
    {
        await using var application = await StartAsync();
        string?[] keys = ["order-1", "order-2", null, "order-1", "ORDER-1", null];
        for (var number = 0; number < keys.Length; number++)
            await application.SendAsync(Collected(number, new Digest { Window = Window, Key = keys[number] }));

        await UntilSentAsync(4);

        Assert.Equal(
            ["0 3 ", "1 ", "2 5 ", "4 "],
            _mail.Sent.Select(delivery => delivery.Content.Body).Order(StringComparer.Ordinal)
        );
    }

    [Theory]
    [InlineData("")]
    [InlineData("a\nb")]
    [InlineData(201)]
    public async Task A_key_that_is_empty_long_or_has_control_characters_is_refused(object key)
    {
        await using var application = await StartAsync();
        var text = key as string ?? new string('k', (int)key);

        var exception = await Assert.ThrowsAsync<InvalidRequestException>(() =>
            application.SendAsync(Collected(1, new Digest { Window = Window, Key = text }))
        );

        Assert.Equal(["digest.key"], exception.Errors.Select(error => error.Field));
        await application.SendAsync(Collected(1, new Digest { Window = Window, Key = new string('k', 200) }));
    }

    [Fact]
    public async Task A_digest_that_begins_with_a_late_broadcast_collects_for_its_whole_window()
    {
        // The last retry of the expansion is after this time, and later events come when the window from the acceptance is over.
        var acceptedAt = _time.GetUtcNow();
        _expandsAt = acceptedAt + TimeSpan.FromMinutes(8);
        await using var application = await StartAsync();
        await application.Directory.SubscribeAsync(Trigger.DefaultTenant, "news", ["ada"]);
        await application.SendAsync(Collected(1) with { To = Recipient.Topic("news") });

        await _passing.UntilAsync(
            TimeSpan.FromSeconds(15),
            () => _expanded > 0 && _time.GetUtcNow() > acceptedAt + Window,
            "the broadcast"
        );
        await _passing.PassAsync(application, TimeSpan.FromMinutes(1));
        await application.SendAsync(Collected(2));
        Assert.Empty(_mail.Sent);
        await UntilSentAsync(1);

        Assert.Equal("1 2 ", Assert.Single(_mail.Sent).Content.Body);
    }

    [Fact]
    public async Task What_came_through_a_topic_is_not_sent_to_a_user_who_has_left_it()
    {
        await using var application = await StartAsync();
        await application.Directory.SubscribeAsync(Trigger.DefaultTenant, "news", ["ada", "bob"]);
        await application.Directory.SubscribeAsync(Trigger.DefaultTenant, "sport", ["ada", "bob"]);
        var left = await application.SendAsync(Collected(1) with { To = Recipient.Topic("news") });
        var direct = await application.SendAsync(Collected(2));
        var named = await application.SendAsync(Collected(3) with { To = [Recipient.Topic("news"), Recipient.User("ada")] });
        var other = await application.SendAsync(Collected(4) with { To = [Recipient.Topic("news"), Recipient.Topic("sport")] });
        foreach (var id in (Guid[])[left, other])
            await Eventually.TrueAsync(async () => (await CollectedAsync(application, id)).Count == 2, "the broadcasts");
        await application.Get<ITopicStore>().UnsubscribeAsync(Trigger.DefaultTenant, "news", ["ada"], CancellationToken.None);

        await UntilSentAsync(2);

        Assert.Equal("2 3 4 ", Assert.Single(_mail.Sent, delivery => delivery.UserId == "ada").Content.Body);
        Assert.Equal("1 3 4 ", Assert.Single(_mail.Sent, delivery => delivery.UserId == "bob").Content.Body);
        var ended = Assert.Single(await CollectedAsync(application, left), collected => collected.UserId == "ada");
        Assert.Equal((CollectedState.Cancelled, "the user unsubscribed from 'news'"), (ended.State, ended.Reason));
        Assert.All((await CollectedAsync(application, direct)).Concat(await CollectedAsync(application, named)), collected =>
            Assert.Equal(CollectedState.Summarized, collected.State)
        );
    }

    [Fact]
    public async Task A_digest_whose_events_all_came_through_a_topic_that_was_left_is_not_sent()
    {
        await using var application = await StartAsync();
        await application.Directory.SubscribeAsync(Trigger.DefaultTenant, "news", ["ada"]);
        var id = await application.SendAsync(Collected(1) with { To = Recipient.Topic("news") });
        await Eventually.TrueAsync(async () => (await CollectedAsync(application, id)).Count == 1, "the broadcast");
        await application.Get<ITopicStore>().UnsubscribeAsync(Trigger.DefaultTenant, "news", ["ada"], CancellationToken.None);

        await _passing.UntilAsync(
            TimeSpan.FromMinutes(1),
            async () => (await CollectedAsync(application, id))[0].State == CollectedState.Cancelled,
            "the event to end"
        );

        Assert.Empty(_mail.Sent);
    }

    private static Trigger Collected(int number, Digest? digest = null) =>
        new()
        {
            To = Recipient.User("ada"),
            Template = "orders",
            Data = new { number },
            Digest = digest ?? new Digest { Window = Window },
        };

    private static async Task<IReadOnlyList<CollectedEvent>> CollectedAsync(TestApplication application, Guid id) =>
        await application.Get<IDigestStore>().ListAsync(Trigger.DefaultTenant, id, false, 10, CancellationToken.None);

    private Task UntilSentAsync(int count) =>
        _passing.UntilAsync(TimeSpan.FromSeconds(15), () => _mail.Sent.Count >= count, $"{count} emails");

    private async Task<TestApplication> StartAsync()
    {
        var application = await TestApplication.StartAsync(
            builder =>
            {
                _passing.AddTo(builder);
                builder
                    .UseInMemory()
                    .Decorate<IExpansionStore>(
                        (_, expansions) =>
                            new ExpansionProbe(expansions)
                            {
                                Advancing = _ =>
                                {
                                    if (_time.GetUtcNow() < _expandsAt)
                                        throw new InvalidOperationException("The store is away.");
                                },
                                Advanced = _ => _expanded++,
                            }
                    );
            },
            _mail
        );
        foreach (var user in (string[])["ada", "bob"])
            await application.Directory.SaveUserAsync(
                new User
                {
                    Id = user,
                    Addresses = new Dictionary<string, string> { ["email"] = $"{user}@example.org" },
                }
            );
        await application.Templates.SaveAsync(
            new Template
            {
                Name = "orders",
                Variants = [new TemplateVariant { Title = "Orders", Body = "{% for e in events %}{{e.number}} {% endfor %}" }],
            }
        );
        return application;
    }
}
