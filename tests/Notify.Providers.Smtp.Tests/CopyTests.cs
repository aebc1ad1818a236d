namespace Notify.Providers.Smtp.Tests;

/// <summary>
/// What a server's answer about a copy means for the message, and what its answer about the recipient means for copies.
/// </summary>
public sealed class CopyTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_copy_that_is_refused_is_left_out_and_told(bool isPipelining)
    {
        await using var server = await StartAsync(isPipelining);
        await using var application = await Application.StartAsync(server);

        var record = await application.AcceptedAsync(
            await application.SendAsync(
                "ada@example.org",
                Copied(["gone@example.org", "bob@example.org"], ["busy-once@example.org"])
            )
        );

        var sent = Assert.Single(server.Events("message"));
        Assert.Equal(["ada@example.org", "bob@example.org"], sent.Recipients);
        var attempt = Assert.Single(record.Attempts);
        Assert.Equal(OutcomeKind.Sent, attempt.Outcome);
        Assert.Equal("2 of 3 copies were refused: 550 5.1.1 bad destination mailbox address", attempt.Reason);
        Assert.DoesNotContain(application.Logs, line => line.Contains("example.org", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task No_copy_is_sent_of_a_message_whose_recipient_is_refused(bool isPipelining)
    {
        await using var server = await StartAsync(isPipelining);
        await using var application = await Application.StartAsync(server, mail => mail.MaxConnections = 1);

        var record = await application.DeadLetterAsync(
            await application.SendAsync("gone@example.org", Copied(["bob@example.org"], ["carol@example.org"]))
        );
        Assert.Empty(server.Events("message"));
        await application.AcceptedAsync(await application.SendAsync("ada@example.org", Copied(["bob@example.org"], [])));

        Assert.Equal(OutcomeKind.RecipientGone, Assert.Single(record.Attempts).Outcome);
        Assert.Equal(["ada@example.org", "bob@example.org"], Assert.Single(server.Events("message")).Recipients);
        Assert.Single(server.Events("connected"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_server_that_closes_at_a_copy_has_taken_nothing(bool isPipelining)
    {
        await using var server = await StartAsync(isPipelining);
        await using var application = await Application.StartAsync(server);

        var record = await application.WaitsForRetryAsync(
            await application.SendAsync("ada@example.org", Copied(["closing@example.org", "bob@example.org"], []))
        );

        Assert.Equal(OutcomeKind.Retry, record.Attempts[0].Outcome);
        Assert.StartsWith("421 4.3.2", record.Attempts[0].Reason, StringComparison.Ordinal);
        Assert.Empty(server.Events("message"));
    }

    [Fact]
    public async Task An_address_gets_one_message_however_often_it_is_named()
    {
        await using var server = await StartAsync(isPipelining: true);
        await using var application = await Application.StartAsync(server);

        await application.AcceptedAsync(
            await application.SendAsync(
                "ada@example.org",
                Copied(["Ada@Example.org", "bob@example.org"], ["BOB@example.org", "ada@example.org"])
            )
        );

        var sent = Assert.Single(server.Events("message"));
        Assert.Equal(["ada@example.org", "bob@example.org"], sent.Recipients);
        Assert.Equal([" <Ada@Example.org>", " <bob@example.org>"], (await server.ReadAsync(sent)).Mailboxes["cc"]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_copy_beyond_ASCII_needs_a_server_that_takes_it(bool hasUtf8)
    {
        await using var server = await MailServer.StartAsync(null, hasUtf8 ? ["--utf8"] : []);
        await using var application = await Application.StartAsync(server);

        var id = await application.SendAsync("ada@example.org", Copied(["åsa@example.org"], []));

        if (hasUtf8)
        {
            await application.AcceptedAsync(id);
            Assert.Equal(["ada@example.org", "åsa@example.org"], Assert.Single(server.Events("message")).Recipients);
        }
        else
        {
            Assert.Equal(
                "the server does not support SMTPUTF8, which an address of this email requires",
                (await application.DeadLetterAsync(id)).Reason
            );
        }
    }

    private static Task<MailServer> StartAsync(bool isPipelining) =>
        MailServer.StartAsync(null, isPipelining ? ["--pipelining"] : []);

    private static Content Copied(IReadOnlyList<Mailbox> cc, IReadOnlyList<Mailbox> bcc) =>
        new()
        {
            Title = "Hello",
            Body = "A body",
            Email = new EmailContent { Cc = cc, Bcc = bcc },
        };
}
