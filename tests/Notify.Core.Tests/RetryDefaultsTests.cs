using Notify.Providers;
using Notify.TestSupport;

namespace Notify.Core.Tests;

/// <summary>
/// How long each channel is tried when the application configures nothing. docs/explanation/retries-and-due-times.md has the
/// table.
/// </summary>
public sealed class RetryDefaultsTests
{
    private static readonly RecipientList OneOfEach =
    [
        Recipient.Email("ada@example.org"),
        Recipient.Webhook("https://example.org/hook"),
        Recipient.Phone("+46701234567"),
        Recipient.PushToken("t", Platform.Ios),
    ];

    private readonly ManualTime _time = new();
    private readonly Passing _passing;
    private readonly DateTimeOffset _begin;
    private readonly List<ScriptedProvider> _providers;
    private Func<Outcome> _answer = () => Outcome.Sent();

    public RetryDefaultsTests()
    {
        _passing = new Passing(_time);
        _begin = _time.GetUtcNow();
        _providers =
        [
            .. new[] { Channel.Email, Channel.Webhook, Channel.Sms, Channel.Push }.Select(channel => new ScriptedProvider(
                channel.Name,
                channel,
                _ => _answer()
            )),
        ];
    }

    [Theory]
    [InlineData(OutcomeKind.Retry, 5)]
    [InlineData(OutcomeKind.Retry, 120)]
    [InlineData(OutcomeKind.Rejected, 5)]
    [InlineData(OutcomeKind.Rejected, 120)]
    public async Task An_outage_of_minutes_or_hours_loses_nothing(OutcomeKind kind, int minutes)
    {
        var end = _begin.AddMinutes(minutes);
        _answer = () =>
            _time.GetUtcNow() >= end ? Outcome.Sent()
            : kind == OutcomeKind.Retry ? Outcome.Retry("451 greylisted")
            : Outcome.ProviderFailed("503");
        await using var application = await StartAsync();

        var ids = new List<Guid>();
        for (var i = 0; i < 10; i++)
            ids.Add(await application.SendAsync(OneOfEach));

        var deliveries = await EndAsync(application, ids, TimeSpan.FromMinutes(minutes / 60.0 + 0.5));
        Assert.Equal(40, deliveries.Count);
        Assert.All(deliveries, delivery => Assert.Equal(DeliveryState.Sent, delivery.State));
    }

    [Fact]
    public async Task Email_and_webhooks_are_tried_for_three_days_and_push_and_text_messages_for_hours()
    {
        _answer = () => Outcome.Retry("busy");
        await using var application = await StartAsync();

        var id = await application.SendAsync(OneOfEach);
        await AttemptedOnceAsync(application, id);
        var ended = await EndAsync(application, [id], TimeSpan.FromMinutes(9));

        Check(Channel.Email, TimeSpan.FromSeconds(30), TimeSpan.FromHours(2), TimeSpan.FromDays(3));
        Check(Channel.Webhook, TimeSpan.FromSeconds(10), TimeSpan.FromHours(2), TimeSpan.FromDays(3));
        Check(Channel.Push, TimeSpan.FromSeconds(2), TimeSpan.FromMinutes(15), TimeSpan.FromHours(24));
        Check(Channel.Sms, TimeSpan.FromSeconds(2), TimeSpan.FromMinutes(15), TimeSpan.FromHours(12));

        void Check(Channel channel, TimeSpan shortest, TimeSpan longest, TimeSpan span)
        {
            var delivery = ended.Single(one => one.Delivery.Channel == channel);
            Assert.Equal(DeliveryState.DeadLetter, delivery.State);
            Assert.InRange(delivery.Attempts[^1].StartedAt - _begin, span - longest - TimeSpan.FromMinutes(10), span);
            Assert.InRange(delivery.Attempts.Count, 10, 300);

            var delays = _providers.Single(one => one.Channel == channel).Sent.Skip(1).Select(sent => sent.RetryDelay).ToArray();
            Assert.InRange(delays[0], shortest, shortest * 3);
            Assert.All(delays, delay => Assert.InRange(delay, shortest, longest));
        }
    }

    [Fact]
    public async Task An_expiry_that_the_trigger_gives_goes_before_the_channels()
    {
        _answer = () => Outcome.Retry("busy");
        await using var application = await StartAsync();
        var expiry = _begin.AddHours(30);

        var id = await application.SendAsync(TestApplication.Say(OneOfEach) with { ExpiresAt = expiry });
        await AttemptedOnceAsync(application, id);
        var ended = await EndAsync(application, [id], TimeSpan.FromMinutes(10));

        Assert.All(ended, delivery => Assert.Equal(expiry, delivery.Delivery.ExpiresAt));
        Assert.All(ended, delivery => Assert.InRange(delivery.Attempts[^1].StartedAt, expiry.AddHours(-2.5), expiry));
    }

    private static Task AttemptedOnceAsync(TestApplication application, Guid id) =>
        Eventually.TrueAsync(
            async () => (await application.DeliveriesAsync(id)).All(delivery => delivery.Attempts.Count == 1),
            "the first attempts"
        );

    private async Task<List<DeliveryRecord>> EndAsync(TestApplication application, IReadOnlyList<Guid> ids, TimeSpan step)
    {
        var ended = new List<DeliveryRecord>();
        await _passing.PassUntilAsync(
            application,
            step,
            async () =>
            {
                ended.Clear();
                foreach (var id in ids)
                    ended.AddRange(await application.DeliveriesAsync(id));
                return ended.All(delivery => delivery.State != DeliveryState.Pending);
            },
            "the end of the retries"
        );
        return ended;
    }

    private Task<TestApplication> StartAsync() => TestApplication.StartAsync(builder => _passing.AddTo(builder), [.. _providers]);
}
