using Microsoft.Extensions.DependencyInjection;
using Notify.Providers;
using Notify.Storage;
using Notify.TestSupport;

namespace Notify.Core.Tests;

/// <summary>
/// A message that went out without an answer may have arrived: it is repeated where that is allowed, and never for ever.
/// </summary>
public sealed class LostAnswerTests
{
    private readonly ManualTime _time = new();
    private readonly Passing _passing;

    public LostAnswerTests() => _passing = new Passing(_time);

    public static TheoryData<string, bool> Defaults =>
        new()
        {
            { "email", true },
            { "push", true },
            { "webhook", true },
            { "fax", true },
            { "sms", false },
        };

    [Theory]
    [MemberData(nameof(Defaults))]
    public async Task Repetition_is_limited_and_only_sms_is_not_repeated(string channel, bool isRepeated)
    {
        var vendor = Losing("vendor", channel);
        await using var application = await StartAsync(channel, retry => retry.MaxAttempts = 4, vendor);

        var ended = await RunAsync(application, await application.SendAsync(To(channel)));

        var attempts = isRepeated ? 4 : 1;
        var reason = isRepeated ? "gave up after 4 attempts: closed" : "may have been sent, and is not repeated: closed";
        Assert.Equal((DeliveryState.DeadLetter, reason), (ended.State, ended.Reason));
        Assert.Equal(Enumerable.Repeat(OutcomeKind.AnswerLost, attempts), ended.Attempts.Select(attempt => attempt.Outcome));
        Assert.Equal((attempts, attempts), (vendor.Sent.Count, ended.Delivery.AttemptsSpent));
    }

    [Fact]
    public async Task Without_a_limit_of_attempts_lost_answers_still_have_one()
    {
        var vendor = Losing("vendor", "email");
        await using var application = await StartAsync("email", retry => retry.MaxDelay = retry.Delay, vendor);

        var ended = await RunAsync(application, await application.SendAsync(To("email")));

        Assert.Equal((DeliveryState.DeadLetter, "gave up after 10 attempts: closed"), (ended.State, ended.Reason));
        Assert.Equal(10, vendor.Sent.Count);
    }

    [Theory]
    [InlineData("sms", true, 3)]
    [InlineData("email", false, 1)]
    [InlineData("push", false, 1)]
    public async Task An_option_of_the_channel_decides(string channel, bool repeat, int attempts)
    {
        var vendor = Losing("vendor", channel);
        await using var application = await StartAsync(
            channel,
            retry => (retry.MaxAttempts, retry.RepeatAfterLostAnswer) = (3, repeat),
            vendor
        );

        var ended = await RunAsync(application, await application.SendAsync(To(channel)));

        Assert.Equal((DeliveryState.DeadLetter, attempts), (ended.State, ended.Attempts.Count));
    }

    [Fact]
    public async Task A_repetition_goes_to_the_next_provider_where_the_vendor_is_at_fault_and_spends_an_attempt_there_too()
    {
        var (a, b) = (Losing("a", "email", isVendors: true), Losing("b", "email", isVendors: true));
        await using var application = await StartAsync("email", retry => retry.MaxAttempts = 3, a, b);

        var ended = await RunAsync(application, await application.SendAsync(To("email")));

        Assert.Equal(["a", "b", "a"], ended.Attempts.Select(attempt => attempt.Provider));
        Assert.Equal("gave up after 3 attempts: closed", ended.Reason);
    }

    [Fact]
    public async Task A_repetition_stays_with_its_provider_where_the_recipients_server_is_at_fault()
    {
        var (a, b) = (Losing("a", "webhook"), Losing("b", "webhook"));
        await using var application = await StartAsync("webhook", retry => retry.MaxAttempts = 3, a, b);

        var ended = await RunAsync(application, await application.SendAsync(To("webhook")));

        Assert.Equal(["a", "a", "a"], ended.Attempts.Select(attempt => attempt.Provider));
    }

    [Fact]
    public async Task A_vendor_that_loses_answers_is_left_alone_for_a_while()
    {
        var (a, b) = (Losing("a", "sms", isVendors: true), new ScriptedProvider("b", Channel.Sms, _ => Outcome.Sent()));
        await using var application = await StartAsync("sms", _ => { }, a, b);

        for (var i = 0; i < 30; i++)
            await application.EndedDeliveryAsync(await application.SendAsync(To("sms")));

        Assert.InRange(a.Sent.Count, 1, 29);
        Assert.Equal(30, a.Sent.Count + b.Sent.Count);
    }

    [Fact]
    public async Task What_was_never_sent_costs_no_attempt_whatever_the_channel()
    {
        var down = true;
        var sms = new ScriptedProvider("sms", Channel.Sms, _ => down ? Outcome.ProviderFailed("refused") : Outcome.Sent());
        await using var application = await StartAsync("sms", retry => retry.MaxAttempts = 2, sms);

        var id = await application.SendAsync(To("sms"));
        await _passing.UntilAsync(TimeSpan.FromSeconds(5), () => sms.Sent.Count >= 4, "more attempts than are allowed");
        down = false;

        var ended = await RunAsync(application, id);
        Assert.Equal((DeliveryState.Sent, 0), (ended.State, ended.Delivery.AttemptsSpent));
    }

    [Fact]
    public async Task A_dead_letter_that_may_have_been_sent_can_be_replayed()
    {
        var isLost = true;
        var sms = new ScriptedProvider("sms", Channel.Sms, _ => isLost ? Outcome.AnswerLost("closed") : Outcome.Sent());
        await using var application = await StartAsync("sms", _ => { }, sms);
        var id = await application.SendAsync(To("sms"));
        await application.EndedDeliveryAsync(id);

        isLost = false;
        var replay = new ReplayRequest
        {
            Filter = new() { Tenant = Trigger.DefaultTenant },
            Now = _time.GetUtcNow(),
            ExpiresAt = _time.GetUtcNow().AddDays(1),
            Limit = 10,
        };
        Assert.Equal(1, await application.DeadLetters.ReplayAsync(replay, CancellationToken.None));

        Assert.Equal(DeliveryState.Sent, (await RunAsync(application, id)).State);
    }

    private static ScriptedProvider Losing(string name, string channel, bool isVendors = false) =>
        new(name, Channel.Create(channel), _ => Outcome.AnswerLost("closed", isProviderFailure: isVendors));

    private static RecipientList To(string channel) =>
        channel switch
        {
            "email" => Recipient.Email("ada@example.org"),
            "sms" => Recipient.Phone("+46701740605"),
            "push" => Recipient.PushToken(new string('5', 64), Platform.Android),
            "webhook" => Recipient.Address(Channel.Webhook, "https://hooks.example.org/1"),
            _ => Recipient.Address(Channel.Create(channel), "5e5e5e5e"),
        };

    private Task<TestApplication> StartAsync(string channel, Action<RetryOptions> retry, params IDeliveryProvider[] providers) =>
        TestApplication.StartAsync(
            builder =>
            {
                _passing.AddTo(builder);
                builder.Services.Configure(channel, retry);
            },
            providers
        );

    private Task<DeliveryRecord> RunAsync(TestApplication application, Guid id) =>
        _passing.EndedDeliveryAsync(application, id, TimeSpan.FromSeconds(30));
}
