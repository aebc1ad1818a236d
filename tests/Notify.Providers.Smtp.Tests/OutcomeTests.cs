using Notify.Delivering;

namespace Notify.Providers.Smtp.Tests;

/// <summary>What the server's answers come to.</summary>
public sealed class OutcomeTests
{
    [Theory]
    [InlineData("gone", OutcomeKind.RecipientGone, "550 5.1.1 bad destination mailbox address")]
    [InlineData("moved", OutcomeKind.RecipientGone, "550 5.1.6 destination mailbox has moved")]
    [InlineData("nullmx", OutcomeKind.RecipientGone, "556 5.1.10 recipient address has null MX")]
    [InlineData("unavailable", OutcomeKind.Rejected, "550 mailbox unavailable")]
    [InlineData("large", OutcomeKind.Rejected, "552 5.3.4 message too big for system")]
    [InlineData("spam", OutcomeKind.Rejected, "554 5.7.1 delivery not authorized, message refused")]
    [InlineData("odd", OutcomeKind.Rejected, "599")]
    public async Task A_permanent_refusal_is_a_dead_letter_after_one_attempt(string localPart, OutcomeKind outcome, string reason)
    {
        await using var server = await MailServer.StartAsync();
        await using var application = await Application.StartAsync(server);

        var record = await application.DeadLetterAsync(await application.SendAsync($"{localPart}@example.org"));

        var attempt = Assert.Single(record.Attempts);
        Assert.Equal((outcome, reason, reason), (attempt.Outcome, attempt.Reason, record.Reason));
    }

    [Theory]
    [InlineData("busy-once", "450 4.2.0 mailbox unavailable")]
    [InlineData("refused-once", "451 4.3.0 local error in processing")]
    public async Task A_temporary_refusal_is_tried_again_until_accepted(string localPart, string reason)
    {
        await using var server = await MailServer.StartAsync();
        await using var application = await Application.StartAsync(server);

        var record = await application.AcceptedAsync(await application.SendAsync($"{localPart}@example.org"));

        Assert.Equal([OutcomeKind.Retry, OutcomeKind.Accepted], record.Attempts.Select(attempt => attempt.Outcome));
        Assert.Equal(reason, record.Attempts[0].Reason);
        Assert.Single(server.Events("message"), message => message.Accepted);
    }

    [Theory]
    [InlineData("closing", "421 4.3.2 system not accepting network messages")]
    [InlineData(
        "norelay",
        "554 5.7.1 delivery not authorized, message refused: the server does not send for this sender, login or host"
    )]
    [InlineData("nosender", "553 5.1.8 bad sender's system address: the server does not send for this sender, login or host")]
    public async Task A_refusal_that_is_no_fault_of_the_message_is_tried_again(string localPart, string reason)
    {
        await using var server = await MailServer.StartAsync();
        await using var application = await Application.StartAsync(server);

        var record = await application.WaitsForRetryAsync(await application.SendAsync($"{localPart}@example.org"));

        Assert.Equal(reason, record.Reason);
    }
}
