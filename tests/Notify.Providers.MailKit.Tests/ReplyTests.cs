using Notify.FakeGateways.Smtp;

namespace Notify.Providers.MailKit.Tests;

/// <summary>Tests of the outcomes of SMTP replies by the command that they answer. They are those of the SMTP provider.</summary>
public sealed class ReplyTests
{
    private const string Failed = "provider failed";
    private const string Throttled = "throttled";
    private const string Retry = nameof(OutcomeKind.Retry);
    private const string Rejected = nameof(OutcomeKind.Rejected);
    private const string Gone = nameof(OutcomeKind.RecipientGone);

    [Theory]
    [InlineData("CONNECT", "554 5.7.1", Failed)]
    [InlineData("CONNECT", "421 4.3.2", Failed)]
    [InlineData("MAIL", "451 4.3.0", Failed)]
    [InlineData("MAIL", "550 5.7.1", Failed)]
    [InlineData("MAIL", "552 5.3.4", Rejected)]
    [InlineData("MAIL", "451 4.4.5", Throttled)]
    [InlineData("RCPT", "421 4.3.2", Failed)]
    [InlineData("RCPT", "450 4.7.28", Retry)]
    [InlineData("RCPT", "451 4.3.0", Retry)]
    [InlineData("RCPT", "550 5.1.8", Retry)]
    [InlineData("RCPT", "550 5.7.1", Rejected)]
    [InlineData("RCPT", "552", Retry)]
    [InlineData("RCPT", "550 5.2.2", Retry)]
    [InlineData("RCPT", "550 5.1.10", Gone)]
    [InlineData("RCPT", "556", Gone)]
    [InlineData("RCPT", "550", Rejected)]
    [InlineData("DATA", "554 5.7.1", Rejected)]
    [InlineData("DATA", "451 4.3.0", Retry)]
    [InlineData(".", "554 5.7.1", Rejected)]
    [InlineData(".", "452 4.3.1", Retry)]
    public async Task A_reply_means_what_it_answers(string command, string reply, string expected)
    {
        await using var server = SmtpGateway.Start(
            new() { Misbehave = given => given.Verb == command ? SmtpMisbehavior.Answer($"{reply} no") : null }
        );
        await using var application = await Application.StartAsync(server.Port);

        var outcome = await application.AttemptAsync(Deliveries.To("ada@example.org"));

        Assert.Equal(expected, Describe(outcome));
        Assert.StartsWith($"{reply} ", outcome.Reason, StringComparison.Ordinal);
    }

    private static string Describe(Outcome outcome) =>
        outcome switch
        {
            { IsProviderFailure: true } => Failed,
            { IsThrottled: true } => Throttled,
            _ => outcome.Kind.ToString(),
        };
}
