using Microsoft.Extensions.DependencyInjection;
using Notify.TestSupport;

namespace Notify.Providers.Sandbox.Tests;

public sealed class AnswerTests
{
    private static readonly Recipient Ada = Recipient.Email("ada@example.org");

    [Theory]
    [InlineData(CapturedAnswer.Rejected, OutcomeKind.Rejected)]
    [InlineData(CapturedAnswer.RecipientGone, OutcomeKind.RecipientGone)]
    public async Task A_channel_that_refuses_makes_dead_letters_and_the_others_still_send(
        CapturedAnswer answer,
        OutcomeKind expected
    )
    {
        await using var application = await SandboxApplication.StartAsync(builder => builder.AddSandbox());
        application.Captured.SetAnswer(Channel.Email, answer);

        var refused = await application.TriggerAsync(Ada, "refused");
        var delivery = await application.DeliveryAsync(refused.Id, delivery => delivery.State == DeliveryState.DeadLetter);
        await application.SendAsync(Recipient.Phone("+46701234567"), "sent");

        Assert.Equal(expected, Assert.Single(delivery.Attempts).Outcome);
        Assert.Equal(
            [("sent", true), ("refused", false)],
            application.Sandbox.Messages.Select(message => (message.Content.Body, message.Error is null))
        );
    }

    [Fact]
    public async Task A_channel_that_fails_is_retried_until_it_is_mended()
    {
        await using var application = await SandboxApplication.StartAsync(builder => builder.AddSandbox());
        application.Captured.SetAnswer(Channel.Email, CapturedAnswer.ProviderFailed);

        var result = await application.TriggerAsync(Ada, "retried");
        await Eventually.TrueAsync(() => application.Sandbox.Messages.Count > 0, "the first attempt");
        application.Captured.SetAnswer(Channel.Email, CapturedAnswer.Sent);
        await application.DeliveryAsync(result.Id, delivery => delivery.State == DeliveryState.Sent);

        Assert.Null(application.Sandbox.Messages[0].Error);
        Assert.NotNull(application.Sandbox.Messages[^1].Error);
    }

    [Fact]
    public async Task Only_a_captured_channel_has_an_answer()
    {
        await using var application = await SandboxApplication.StartAsync(builder => builder.AddSandbox([Channel.Sms]));

        Assert.Equal(Channel.Sms, Assert.Single(application.Captured.Answers).Key);
        Assert.Throws<ArgumentException>(() => application.Captured.SetAnswer(Channel.Email, CapturedAnswer.Rejected));
        Assert.Throws<ArgumentOutOfRangeException>(() => application.Captured.SetAnswer(Channel.Sms, (CapturedAnswer)9));
    }

    [Fact]
    public async Task Clearing_forgets_one_tenant_and_the_numbers_continue()
    {
        await using var application = await SandboxApplication.StartAsync(builder => builder.AddSandbox());
        await application.SendAsync(Ada, "first");
        var other = await application.TriggerAsync(
            new Trigger
            {
                Tenant = "acme",
                To = Ada,
                Content = new Content { Body = "other" },
            }
        );
        await application.DeliveryAsync(other.Id, delivery => delivery.State == DeliveryState.Sent, "acme");

        Assert.Equal(1, application.Captured.Clear(Trigger.DefaultTenant));
        Assert.Equal(0, application.Captured.Clear("unknown"));
        await application.SendAsync(Ada, "second");

        Assert.Equal(
            [("second", 2), ("other", 1)],
            application.Sandbox.Messages.Select(message => (message.Content.Body, message.Sequence))
        );
    }
}
