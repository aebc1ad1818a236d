using Microsoft.Extensions.DependencyInjection;
using Notify.Providers;
using Notify.TestSupport;

namespace Notify.Core.Tests;

public sealed class TimeoutTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public async Task A_provider_that_never_answers_and_ignores_cancellation_loses_its_slot_and_the_attempt_counts()
    {
        var mail = new ScriptedProvider("mail", Channel.Email, (delivery, _) =>
            delivery.To.Value.StartsWith("hang", StringComparison.Ordinal)
                ? new ValueTask<Outcome>(new TaskCompletionSource<Outcome>().Task)
                : ValueTask.FromResult(Outcome.Sent())
        );
        await using var application = await StartAsync(mail);
        var hanging = await application.SendAsync(Recipient.Email("hang@example.org"));
        await Eventually.TrueAsync(() => mail.Sent.Count == 1, "the attempt");
        var waiting = await application.SendAsync(Recipient.Email("ada@example.org"));

        _time.Advance(TimeSpan.FromSeconds(30));
        await new Passing(_time).UntilAsync(
            TimeSpan.FromMilliseconds(100),
            async () => (await application.DeliveryAsync(hanging)).Attempts.Count == 1,
            "the provider to be left behind"
        );

        var attempt = Assert.Single((await application.DeliveryAsync(hanging)).Attempts);
        Assert.Equal(OutcomeKind.AnswerLost, attempt.Outcome);
        Assert.Equal("no answer within 30 s", attempt.Reason);
        Assert.True(attempt.Duration >= TimeSpan.FromSeconds(30), $"The attempt took {attempt.Duration}.");
        Assert.Equal(DeliveryState.Sent, (await application.EndedDeliveryAsync(waiting)).State);
    }

    [Fact]
    public async Task A_provider_that_heeds_cancellation_is_told_when_its_time_is_over()
    {
        var mail = new ScriptedProvider("mail", Channel.Email, async (_, token) =>
        {
            await Task.Delay(Timeout.Infinite, token);
            return Outcome.Sent();
        });
        await using var application = await StartAsync(mail);
        var id = await application.SendAsync(Recipient.Email("ada@example.org"));
        await Eventually.TrueAsync(() => mail.Sent.Count == 1, "the attempt");

        _time.Advance(TimeSpan.FromSeconds(30));

        Assert.Equal("no answer within 30 s", Assert.Single((await application.AttemptedAsync(id, 1)).Attempts).Reason);
    }

    [Fact]
    public async Task A_provider_that_knows_when_its_time_is_over_that_nothing_was_sent_is_believed()
    {
        var sms = new ScriptedProvider("sms", Channel.Sms, async (_, token) =>
        {
            await Task.Delay(Timeout.Infinite, token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return Outcome.ProviderFailed("no connection in time");
        });
        await using var application = await StartAsync(sms);
        var id = await application.SendAsync(Recipient.Phone("+46701740605"));
        await Eventually.TrueAsync(() => sms.Sent.Count == 1, "the attempt");

        _time.Advance(TimeSpan.FromSeconds(30));

        var waiting = await application.AttemptedAsync(id, 1);
        Assert.Equal((DeliveryState.Pending, "no connection in time"), (waiting.State, waiting.Reason));
        Assert.Equal(0, waiting.Delivery.AttemptsSpent);
    }

    public static TheoryData<string> Bugs => ["throws", "throws later", "throws a cancellation of its own", "answers null"];

    [Theory]
    [MemberData(nameof(Bugs))]
    public async Task A_bug_in_a_provider_is_an_attempt_that_failed(string bug)
    {
        var mail = new ScriptedProvider("mail", Channel.Email, (_, _) => bug switch
            {
                "throws" => throw new InvalidOperationException("secret"),
                "throws later" => new ValueTask<Outcome>(Task.FromException<Outcome>(new InvalidOperationException("secret"))),
                "answers null" => default,
                _ => throw new TaskCanceledException("secret"),
            });
        await using var application = await StartAsync(mail);
        var id = await application.SendAsync(Recipient.Email("ada@example.org"));

        var delivery = await application.AttemptedAsync(id, 1);

        Assert.Equal(1, delivery.Delivery.AttemptsSpent);
        Assert.Equal(OutcomeKind.AnswerLost, delivery.Attempts[0].Outcome);
        Assert.StartsWith("the provider ", Assert.Single(delivery.Attempts).Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", delivery.Attempts[0].Reason, StringComparison.Ordinal);
    }

    private Task<TestApplication> StartAsync(ScriptedProvider provider) =>
        TestApplication.StartAsync(
            _time,
            builder => builder.Services.Configure<NotificationsOptions>(options => options.MaxConcurrencyPerProvider = 1),
            provider
        );
}
