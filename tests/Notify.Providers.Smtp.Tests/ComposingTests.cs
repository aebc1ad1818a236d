using System.Text;
using Notify.FakeGateways.Smtp;

namespace Notify.Providers.Smtp.Tests;

/// <summary>What goes through MIME comes back as it was, by a parser that is not ours; no content writes a header.</summary>
public sealed class ComposingTests
{
    private static readonly string[] Texts =
    [
        "Plain",
        "Your order has been shipped and will arrive at your door on Wednesday between nine and eleven in the morning, we hope",
        "Din beställning är på väg 📦 och kommer fram på onsdag mellan nio och elva på förmiddagen, om allt går som tänkt 🎉",
        "=?utf-8?B?SGVsbG8=?=",
        "a  double space, and a trailing one ",
        "tab\tand \"quotes\" and \\ and <angle@brackets.example>, (comment); more: yes",
        "ありがとうございます。ご注文の商品を発送いたしました。到着まで今しばらくお待ちください。",
        new string('x', 300),
        "👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦",
    ];

    private static readonly string[] Bodies =
    [
        "",
        ".",
        "..\n.\n.two\r\n...three\r\n.\r\nQUIT",
        "trailing space \nand tab\t\nend ",
        "a = b, =20, =\n==",
        string.Concat(Enumerable.Repeat("A long line without a break. ", 100)),
        string.Concat(Enumerable.Repeat(". ", 200)),
        string.Concat(Enumerable.Repeat("åäö📦", 100)),
        new string('y', 5_000),
        "\r\n\r\nlines\n\n\nlines\r\rlines",
        "--=_mixed\r\nContent-Type: text/html\r\n\r\n<p>mine</p>",
        "From here on\n>From there",
        "\u0000\u0001\u001b[31m control",
    ];

    public static TheoryData<string> Titles => [.. Texts];

    public static TheoryData<int> BodyNumbers => [.. Enumerable.Range(0, Bodies.Length)];

    [Theory]
    [MemberData(nameof(Titles))]
    public async Task A_title_comes_back_as_it_was(string title)
    {
        var mail = await SendAsync(new Content { Title = title, Body = "Body" });

        Assert.Equal(title, mail.Headers["subject"]);
        Assert.Empty(mail.Defects);
    }

    [Theory]
    [MemberData(nameof(Titles))]
    public async Task A_name_and_a_file_name_come_back_as_they_were(string name)
    {
        var file = name.Replace('\t', ' ');
        var attachment = new Attachment(file, "text/plain; charset=utf-8", "text"u8.ToArray());

        var mail = await SendAsync(new Content { Body = "Body", Attachments = [attachment] }, smtp => smtp.FromName = file);

        Assert.Equal(file.Trim(), mail.Parts[1].FileName);
        Assert.Equal(file, mail.FromName);
        Assert.EndsWith(" <shop@example.org>", mail.Headers["from"], StringComparison.Ordinal);
        Assert.Empty(mail.Defects);
    }

    [Theory]
    [MemberData(nameof(Titles))]
    public async Task No_line_is_longer_than_mail_programs_like(string text)
    {
        var body = string.Concat(Enumerable.Repeat(text, 5)) + "å";
        var attachment = new Attachment("a.bin", "application/octet-stream", new byte[500]);
        await using var server = SmtpGateway.Start();
        await using var application = await Application.StartAsync(server.Port);

        await application.AttemptAsync(
            Deliveries.To(
                "ada@example.org",
                new Content
                {
                    Title = text,
                    Body = body,
                    Attachments = [attachment],
                }
            )
        );

        // RFC 5322 section 2.1.1, and RFC 2045 section 6.7 for what is encoded.
        var lines = Encoding.ASCII.GetString(Assert.Single(server.Messages).Content.Span).Split("\r\n");
        var headers = lines.TakeWhile(line => line.Length > 0).ToArray();
        Assert.All(headers, line => Assert.InRange(line.Length, 1, 78));
        Assert.All(lines[headers.Length..], line => Assert.InRange(line.Length, 0, 76));
    }

    [Theory]
    [MemberData(nameof(BodyNumbers))]
    public async Task A_body_comes_back_as_it_was(int number)
    {
        var body = Bodies[number];

        var alone = await SendAsync(new Content { Title = "Title", Body = body });
        var beside = await SendAsync(
            new Content
            {
                Title = "Title",
                Body = body,
                Html = $"<pre>{body}</pre>",
            }
        );

        Assert.Equal(Lines(body), Lines(Encoding.UTF8.GetString(alone.Parts[0].Bytes))[..^1]);
        Assert.Equal(Lines(body), Lines(Encoding.UTF8.GetString(beside.Parts[0].Bytes)));
        Assert.Equal(Lines($"<pre>{body}</pre>"), Lines(Encoding.UTF8.GetString(beside.Parts[1].Bytes)));
        Assert.Equal(["text/plain", "text/html"], beside.Parts.Select(part => part.MediaType));
        Assert.Empty(beside.Defects);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(57)]
    [InlineData(58)]
    [InlineData(22_800)]
    [InlineData(1_000_003)]
    public async Task A_file_comes_back_as_it_was(int size)
    {
        var bytes = new byte[size];
        new Random(size).NextBytes(bytes);

        var attachment = new Attachment("a.bin", "application/octet-stream", bytes);
        var mail = await SendAsync(new Content { Body = "Body", Attachments = [attachment] });

        Assert.Equal(bytes, mail.Parts[1].Bytes);
        Assert.Empty(mail.Defects);
    }

    [Fact]
    public async Task A_message_goes_as_a_file_since_base64_may_not_hold_one()
    {
        var file = new Attachment("mail.eml", "message/rfc822", "Subject: inner\r\n\r\ninner"u8.ToArray());

        var mail = await SendAsync(new Content { Body = "Body", Attachments = [file] });

        Assert.Equal(("application/octet-stream", "mail.eml"), (mail.Parts[1].MediaType, mail.Parts[1].FileName));
        Assert.Equal(file.Bytes.ToArray(), mail.Parts[1].Bytes);
    }

    [Fact]
    public async Task An_email_is_dated_and_says_that_it_is_MIME()
    {
        var before = TimeProvider.System.GetUtcNow().AddSeconds(-1);

        var mail = await SendAsync(new Content { Body = "Body" });

        Assert.Equal("1.0", mail.Headers["mime-version"]);
        Assert.EndsWith(" +0000", mail.Headers["date"], StringComparison.Ordinal);
        var date = DateTimeOffset.Parse(mail.Headers["date"], System.Globalization.CultureInfo.InvariantCulture);
        Assert.InRange(date, before, TimeProvider.System.GetUtcNow());
    }

    [Theory]
    [InlineData("title\r\nBcc: eve@example.org")]
    [InlineData("title\nBcc: eve@example.org")]
    public async Task A_title_writes_no_header_of_its_own(string title)
    {
        await using var server = SmtpGateway.Start();
        await using var application = await Application.StartAsync(server.Port);

        var outcome = await application.AttemptAsync(Deliveries.To("ada@example.org", new Content { Title = title, Body = "" }));

        Assert.Equal((OutcomeKind.Rejected, "the title contains a line break"), (outcome.Kind, outcome.Reason));
    }

    private static string[] Lines(string text) => text.ReplaceLineEndings("\n").Split('\n');

    private static async Task<ReceivedMail> SendAsync(Content content, Action<SmtpOptions>? configure = null)
    {
        await using var server = SmtpGateway.Start();
        await using var application = await Application.StartAsync(server.Port, configure);
        var outcome = await application.AttemptAsync(Deliveries.To("ada@example.org", content));
        Assert.Equal((OutcomeKind.Sent, null), (outcome.Kind, outcome.Reason));
        return await ReceivedMail.ParseAsync(Assert.Single(server.Messages).Content);
    }
}
