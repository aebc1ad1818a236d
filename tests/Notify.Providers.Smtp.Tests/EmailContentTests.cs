namespace Notify.Providers.Smtp.Tests;

/// <summary>What an email carries beside its texts and files.</summary>
public sealed class EmailContentTests
{
    private static readonly byte[] Logo = [.. Enumerable.Range(0, 30_000).Select(i => (byte)(i * 7))];

    /// <summary>Values that a mail reader must see as they were given, by an index that makes the header's name.</summary>
    private static readonly string[] Values =
    [
        "1",
        "a  double space, a  third   and more, so that the line becomes longer than mail programs like it to be, and folds",
        "tecken som åäö i en lång rad som måste delas på flera rader: smörgåsbord, räksmörgås och en 📦 till alla som vill ha",
        "=?utf-8?B?SGVsbG8=?=",
        "{\"category\": \"orders\", \"arguments\": {\"order\": 4711, \"customer\": \"c-42\"}, \"filters\": {\"x\": 0}}",
        new string('x', EmailContent.MaxHeaderValueLength),
        $"a {new string('y', 300)} b",
        "ありがとうございます。ご注文の商品を発送いたしました。到着まで今しばらくお待ちくださいますようお願い申し上げます。",
        "<1@example.org> <2@example.org>",
    ];

    [Fact]
    public async Task Everything_arrives_in_its_place()
    {
        await using var server = await MailServer.StartAsync(null, "--pipelining");
        await using var application = await Application.StartAsync(server, mail => mail.ReplyTo = "shop-help@example.org");

        await application.AcceptedAsync(await application.SendAsync("ada@example.org", Full()));

        var sent = Assert.Single(server.Events("message"));
        Assert.Equal(
            ["ada@example.org", "bob@example.org", "carol@xn--bcher-kva.example", "eve@example.org"],
            sent.Recipients!.Order()
        );
        var mail = await server.ReadAsync(sent);
        Assert.Equal("mixed(alternative(text/plain, related(text/html, image/png, image/gif)), application/pdf)", mail.Structure);
        Assert.Equal(["Ada & \"Co\", hjälp <help@example.org>", " <sales@example.org>"], mail.Mailboxes["reply-to"]);
        Assert.Equal(["Bob Ängström <bob@example.org>", "Carol <carol@xn--bcher-kva.example>"], mail.Mailboxes["cc"]);
        Assert.Equal([" <ada@example.org>"], mail.Mailboxes["to"]);
        Assert.Equal(("orders-ä", "<4711@example.org>"), (mail.Headers["x-campaign"], mail.Headers["in-reply-to"]));
        var images = mail.Parts.Where(part => part.MediaType.StartsWith("image/", StringComparison.Ordinal)).ToArray();
        Assert.Equal(["<logo@example.org>", "<pixel>"], images.Select(part => part.ContentId));
        Assert.All(images, part => Assert.Equal("inline", part.Disposition));
        Assert.Equal(Logo, images[0].Bytes);
        Assert.Empty(mail.Defects);

        var raw = await File.ReadAllTextAsync(server.GetPath(sent));
        Assert.DoesNotContain("eve@", raw, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("\nbcc:", raw, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("type=\"text/html\"", raw, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Html_alone_and_its_images_belong_together()
    {
        await using var server = await MailServer.StartAsync();
        await using var application = await Application.StartAsync(server);

        await application.AcceptedAsync(
            await application.SendAsync(
                "ada@example.org",
                new Content
                {
                    Html = "<img src=cid:logo>",
                    Email = new EmailContent { InlineImages = [new InlineImage("logo", "image/svg+xml", Logo)] },
                }
            )
        );

        var mail = await server.ReadAsync(Assert.Single(server.Events("message")));
        Assert.Equal("related(text/html, image/svg+xml)", mail.Structure);
        Assert.Equal("<logo>", mail.Parts[1].ContentId);
        Assert.Empty(mail.Defects);
    }

    [Fact]
    public async Task A_header_comes_back_as_it_was()
    {
        await using var server = await MailServer.StartAsync();
        await using var application = await Application.StartAsync(server);
        var headers = Values.Index().ToDictionary(one => $"X-{one.Index}", one => one.Item);
        headers["References"] = "<1@example.org> <2@example.org>";
        headers[$"X-{new string('n', EmailContent.MaxHeaderNameLength - 2)}"] = "ett långt namn";

        var outcome = await application.AttemptAsync(
            Deliveries.To(
                "ada@example.org",
                new Content
                {
                    Body = "Body",
                    Email = new EmailContent { Headers = headers },
                }
            )
        );

        Assert.Equal((OutcomeKind.Sent, null), (outcome.Kind, outcome.Reason));
        var sent = Assert.Single(server.Events("message"));
        var mail = await server.ReadAsync(sent);
        Assert.All(headers, header => Assert.Equal(header.Value, mail.Headers[header.Key.ToLowerInvariant()]));
        Assert.Empty(mail.Defects);
        // RFC 5322 section 2.1.1: 998 at most, and 78 where the text can be folded.
        var lines = (await File.ReadAllLinesAsync(server.GetPath(sent))).TakeWhile(line => line.Length > 0).ToArray();
        Assert.All(lines, line => Assert.InRange(line.Length, 1, 998));
        Assert.All(lines.Where(line => line.TrimStart().Split(' ').Length > 2), line => Assert.InRange(line.Length, 1, 78));
    }

    public static TheoryData<EmailContent, string> Wrong =>
        new()
        {
            {
                new EmailContent { Cc = ["bob@example.org>\r\nRCPT TO:<eve@example.org"] },
                "email.cc[0]: "
            },
            {
                new EmailContent { Bcc = ["bob"] },
                "email.bcc[0]: "
            },
            {
                new EmailContent { ReplyTo = [new Mailbox("bob@example.org", "Bob\r\nBcc: eve@example.org")] },
                "email.replyTo[0]: "
            },
            {
                new EmailContent { Headers = new Dictionary<string, string> { ["X-A"] = "1\r\nBcc: eve@example.org" } },
                "email.headers.X-A: "
            },
            {
                new EmailContent { Headers = new Dictionary<string, string> { ["X-A: 1\r\nBcc"] = "eve@example.org" } },
                "email.headers: "
            },
            {
                new EmailContent { Headers = new Dictionary<string, string> { ["bcc"] = "eve@example.org" } },
                "email.headers.bcc: "
            },
            {
                new EmailContent { InlineImages = [new InlineImage("logo>\r\n\r\n", "image/png", Logo)] },
                "email.inlineImages[0].contentId: "
            },
            {
                new EmailContent { InlineImages = [new InlineImage("a", "image/png\r\nX: 1", Logo)] },
                "email.inlineImages[0].mediaType: "
            },
        };

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task No_content_of_an_email_can_end_a_header_or_a_command(EmailContent email, string reason)
    {
        await using var server = await MailServer.StartAsync();
        await using var application = await Application.StartAsync(server);

        var outcome = await application.AttemptAsync(
            Deliveries.To("ada@example.org", new Content { Html = "<p/>", Email = email })
        );

        Assert.Equal(OutcomeKind.Rejected, outcome.Kind);
        Assert.StartsWith(reason, outcome.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("eve", outcome.Reason, StringComparison.Ordinal);
        Assert.Empty(server.Events("connected"));
    }

    private static Content Full() =>
        new()
        {
            Title = "Din beställning",
            Body = "Hej!",
            Html = "<p style=\"background: url('cid:pixel')\">Hej <img src='cid:logo%40example.org'></p>",
            Attachments = [new Attachment("kvitto.pdf", "application/pdf", "%PDF"u8.ToArray())],
            Email = new EmailContent
            {
                ReplyTo = [new Mailbox("help@example.org", "Ada & \"Co\", hjälp"), "sales@example.org"],
                Cc = [new Mailbox("bob@example.org", "Bob Ängström"), new Mailbox("carol@bücher.example", "Carol")],
                Bcc = ["eve@example.org"],
                Headers = new Dictionary<string, string> { ["X-Campaign"] = "orders-ä", ["In-Reply-To"] = "<4711@example.org>" },
                InlineImages =
                [
                    new InlineImage("logo@example.org", "image/png", Logo),
                    new InlineImage("pixel", "image/gif", "GIF89a"u8.ToArray()),
                ],
            },
        };
}
