namespace Notify.Providers.Smtp.Tests;

/// <summary>Tests of the email as its recipient receives it.</summary>
public sealed class MessageTests
{
    private static readonly byte[] Pdf = [.. Enumerable.Range(0, 5_000).Select(i => (byte)i)];

    [Fact]
    public async Task An_email_arrives_with_its_text_html_and_attachments()
    {
        await using var server = await MailServer.StartAsync();
        await using var application = await Application.StartAsync(server, mail =>
        {
            mail.FromName = "Åsas butik";
            mail.ReplyTo = "help@example.org";
        });

        await application.AcceptedAsync(
            await application.SendAsync(
                "ada@example.org",
                new Content
                {
                    Title = "Din beställning är på väg 📦",
                    Body = "Hej Ada!\n.\nDin beställning är på väg.",
                    Html = "<p>Hej <b>Ada</b>, smörgåsen är på väg!</p>",
                    Attachments =
                    [
                        new Attachment("kvitto på smörgås.pdf", "application/pdf", Pdf),
                        new Attachment("data.json", "application/json", "{}"u8.ToArray()),
                    ],
                }
            )
        );

        var sent = Assert.Single(server.Events("message"));
        Assert.Equal(("shop@example.org", "ada@example.org"), (sent.Sender, sent.Recipient));
        var mail = await server.ReadAsync(sent);
        Assert.Equal("Din beställning är på väg 📦", mail.Headers["subject"]);
        Assert.Equal("Åsas butik <shop@example.org>", mail.Headers["from"]);
        Assert.Equal("ada@example.org", mail.Headers["to"]);
        Assert.Equal("help@example.org", mail.Headers["reply-to"]);
        Assert.Equal(
            ["text/plain", "text/html", "application/pdf", "application/json"],
            mail.Parts.Select(part => part.MediaType)
        );
        Assert.Equal("Hej Ada!\n.\nDin beställning är på väg.", mail.Parts[0].Text.ReplaceLineEndings("\n"));
        Assert.Equal("<p>Hej <b>Ada</b>, smörgåsen är på väg!</p>", mail.Parts[1].Text);
        Assert.Equal("kvitto på smörgås.pdf", mail.Parts[2].FileName);
        Assert.Equal(Pdf, mail.Parts[2].Bytes);
        Assert.Equal("{}", mail.Parts[3].Text);
        Assert.Empty(mail.Defects);
    }

    [Fact]
    public async Task An_email_with_html_alone_is_one_html_part_and_needs_no_title()
    {
        await using var server = await MailServer.StartAsync();
        await using var application = await Application.StartAsync(server);

        await application.AcceptedAsync(
            await application.SendAsync("ada@example.org", new Content { Html = "<p>Räksmörgås</p>" })
        );

        var mail = await server.ReadAsync(Assert.Single(server.Events("message")));
        var part = Assert.Single(mail.Parts);
        Assert.Equal(("text/html", "<p>Räksmörgås</p>"), (part.MediaType, part.Text));
        Assert.Equal("", mail.Headers.GetValueOrDefault("subject", ""));
    }

    [Fact]
    public async Task A_repeated_attempt_carries_the_same_message_id()
    {
        await using var server = await MailServer.StartAsync();
        await using var application = await Application.StartAsync(server);

        var record = await application.AcceptedAsync(await application.SendAsync("refused-once@example.org"));

        var messages = server.Events("message");
        Assert.Equal([false, true], messages.Select(message => message.Accepted));
        var refused = await server.ReadAsync(messages[0]);
        var accepted = await server.ReadAsync(messages[1]);
        Assert.Equal($"<{record.Delivery.Id:N}@example.org>", refused.Headers["message-id"]);
        Assert.Equal(refused.Headers["message-id"], accepted.Headers["message-id"]);
        Assert.Equal(refused.Headers["message-id"], record.Attempts[^1].ProviderMessageId);
    }

    [Fact]
    public async Task A_recipient_with_a_non_ascii_mailbox_is_reached_where_the_server_can()
    {
        await using var server = await MailServer.StartAsync(null, "--utf8");
        await using var application = await Application.StartAsync(server);

        await application.AcceptedAsync(await application.SendAsync("åsa@smörgås.example"));

        Assert.Equal("åsa@smörgås.example", Assert.Single(server.Events("message")).Recipient);
    }

    [Fact]
    public async Task A_recipient_with_a_non_ascii_mailbox_is_a_dead_letter_where_the_server_cannot()
    {
        await using var server = await MailServer.StartAsync();
        await using var application = await Application.StartAsync(server);

        var record = await application.DeadLetterAsync(await application.SendAsync("åsa@example.org"));

        Assert.Equal("the server does not support SMTPUTF8, which an address of this email requires", record.Reason);
    }

    [Theory]
    [InlineData("a.pdf", "not a media type", "an attachment has an invalid media type; use the form application/pdf")]
    [InlineData("a.pdf", "", "an attachment has an invalid media type; use the form application/pdf")]
    [InlineData(
        "a.pdf",
        "text/plain\r\nBcc: eve@example.org",
        "an attachment has an invalid media type; use the form application/pdf"
    )]
    [InlineData("a.pdf\r\nBcc: eve@example.org", "application/pdf", "an attachment has an invalid file name")]
    [InlineData("", "application/pdf", "an attachment has an invalid file name")]
    public async Task An_attachment_that_no_email_can_carry_is_a_dead_letter(string fileName, string mediaType, string reason)
    {
        await using var server = await MailServer.StartAsync();
        await using var application = await Application.StartAsync(server);

        var record = await application.DeadLetterAsync(
            await application.SendAsync(
                "ada@example.org",
                new Content { Body = "See the file", Attachments = [new Attachment(fileName, mediaType, Pdf)] }
            )
        );

        Assert.Equal(reason, record.Reason);
        Assert.Empty(server.Events("message"));
    }
}
