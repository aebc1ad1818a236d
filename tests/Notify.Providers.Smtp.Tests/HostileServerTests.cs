using Notify.FakeGateways.Smtp;
using Notify.TestSupport;

namespace Notify.Providers.Smtp.Tests;

/// <summary>Servers that do not speak SMTP, or speak without end, or not at all.</summary>
public sealed class HostileServerTests(TestAuthority authority)
{
    private const string NoSmtp = "the server does not speak SMTP: a malformed or endless reply";

    [Fact]
    public async Task What_is_said_in_clear_ahead_of_TLS_does_not_count()
    {
        using var certificate = authority.LoadTrusted();
        await using var server = SmtpGateway.Start(
            new()
            {
                Certificate = certificate,
                Misbehave = sent => sent.Verb == "STARTTLS" ? SmtpMisbehavior.Answer("220 go ahead\r\n250 AUTH PLAIN") : null,
            }
        );
        await using var application = await Application.StartAsync(server.Port, smtp => smtp.Security = SmtpSecurity.StartTls);

        var outcome = await application.AttemptAsync(Deliveries.To("ada@example.org"));

        Assert.Equal((true, NoSmtp), (outcome.IsProviderFailure, outcome.Reason));
    }

    [Theory]
    [InlineData("HTTP/1.1 400 Bad Request")]
    [InlineData("220")]
    [InlineData("220-one\r\n550 another")]
    [InlineData("25 too short")]
    [InlineData("2500 too long")]
    [InlineData("250_what")]
    [InlineData("")]
    public async Task A_greeting_that_is_none_is_the_providers_failure(string greeting)
    {
        await using var server = SmtpGateway.Start(
            new() { Misbehave = sent => sent.Verb == "CONNECT" ? SmtpMisbehavior.AnswerAndClose(greeting) : null }
        );
        await using var application = await Application.StartAsync(server.Port);

        var outcome = await application.AttemptAsync(Deliveries.To("ada@example.org"));

        Assert.True(outcome.IsProviderFailure, outcome.Reason);
        Assert.Empty(server.Messages);
    }

    [Theory]
    [InlineData("250-more\r\n")]
    [InlineData("x")]
    public async Task A_reply_without_end_does_not_fill_the_memory(string piece)
    {
        var endless = string.Concat(Enumerable.Repeat(piece, 64 * 1024));
        await using var server = SmtpGateway.Start(
            new() { Misbehave = sent => sent.Verb == "EHLO" ? SmtpMisbehavior.Answer("250-" + endless) : null }
        );
        await using var application = await Application.StartAsync(server.Port);

        var outcome = await application.AttemptAsync(Deliveries.To("ada@example.org"));

        Assert.Equal((true, NoSmtp), (outcome.IsProviderFailure, outcome.Reason));
        await Eventually.TrueAsync(() => server.Connections == 0, "the connection to be closed");
    }

    [Theory]
    [InlineData("CONNECT")]
    [InlineData("EHLO")]
    [InlineData("MAIL")]
    [InlineData("RCPT")]
    [InlineData("DATA")]
    [InlineData(".")]
    public async Task A_cancelled_attempt_closes_its_connection_wherever_the_server_stalls(string command)
    {
        using var cancelled = new CancellationTokenSource();
        await using var server = SmtpGateway.Start(
            new()
            {
                Pipelining = false,
                Misbehave = sent =>
                {
                    if (sent.Verb != command || sent.Connection > 1)
                        return null;
                    _ = cancelled.CancelAsync();
                    return SmtpMisbehavior.Stall;
                },
            }
        );
        await using var application = await Application.StartAsync(server.Port, smtp => smtp.MaxConnections = 1);

        var sending = application.Provider.SendAsync(Deliveries.To("ada@example.org"), cancelled.Token).AsTask();
        if (command == ".")
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
        else
            Assert.Equal((OutcomeKind.Retry, command is not ("RCPT" or "DATA")), Shown(await sending));

        await Eventually.TrueAsync(() => server.Connections == 0, "the connection to be closed");
        Assert.Equal(OutcomeKind.Sent, (await application.AttemptAsync(Deliveries.To("bob@example.org"))).Kind);
    }

    private static (OutcomeKind Kind, bool IsProviderFailure) Shown(Outcome outcome) => (outcome.Kind, outcome.IsProviderFailure);
}
