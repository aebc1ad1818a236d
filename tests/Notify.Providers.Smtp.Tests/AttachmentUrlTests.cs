using Microsoft.Extensions.DependencyInjection;
using Notify.Providers.Mail;

namespace Notify.Providers.Smtp.Tests;

/// <summary>Tests of attachments that are fetched from a URL when the email is sent.</summary>
public sealed class AttachmentUrlTests
{
    [Fact]
    public async Task A_file_is_fetched_once_for_all_recipients_of_a_notification()
    {
        await using var server = await MailServer.StartAsync();
        await using var files = new FileServer();
        await using var application = await StartAsync(server, files);
        var content = By(new Attachment { Url = files.UrlTo("/r%C3%A4kning.pdf?signature=secret") });

        var id = await application.SendAsync(["a@example.org", "b@example.org", "c@example.org"], content);
        await application.AcceptedAsync(id, 3);

        var request = Assert.Single(files.Requests);
        Assert.Equal("/r%C3%A4kning.pdf?signature=secret", request);
        var messages = server.Events("message");
        Assert.Equal(3, messages.Count);
        foreach (var message in messages)
        {
            var mail = await server.ReadAsync(message);
            var part = mail.Parts.Single(part => part.MediaType == "application/pdf");
            Assert.Equal(("attachment", "räkning.pdf"), (part.Disposition, part.FileName));
            Assert.Equal(FileServer.File, part.Bytes);
            Assert.Empty(mail.Defects);
        }

        Assert.DoesNotContain(application.Logs, line => line.Contains("secret", StringComparison.Ordinal));

        await application.AcceptedAsync(await application.SendAsync("a@example.org", content));
        Assert.Equal(2, files.Requests.Count);
    }

    [Theory]
    [InlineData("/report.pdf", "a.bin", "image/png", "a.bin", "image/png")]
    [InlineData("/moved", null, null, "moved", "application/pdf")]
    [InlineData("/", null, null, "attachment", "application/pdf")]
    [InlineData("/a%2Fb.pdf", null, null, "attachment", "application/pdf")]
    [InlineData("/message", null, null, "message", "application/octet-stream")]
    public async Task The_name_and_the_type_are_those_of_the_message_or_of_the_server(
        string path,
        string? fileName,
        string? mediaType,
        string shownName,
        string shownType
    )
    {
        await using var server = await MailServer.StartAsync();
        await using var files = new FileServer();
        await using var application = await StartAsync(server, files);

        var outcome = await application.AttemptAsync(
            Deliveries.To(
                "ada@example.org",
                By(
                    new Attachment
                    {
                        Url = files.UrlTo(path),
                        FileName = fileName,
                        MediaType = mediaType,
                    },
                    new Attachment("b.txt", "text/plain", "b"u8.ToArray())
                )
            )
        );

        Assert.Equal((OutcomeKind.Sent, null), (outcome.Kind, outcome.Reason));
        var mail = await server.ReadAsync(Assert.Single(server.Events("message")));
        var parts = mail.Parts.Where(part => part.Disposition == "attachment").ToArray();
        Assert.Equal([(shownName, shownType), ("b.txt", "text/plain")], parts.Select(part => (part.FileName, part.MediaType)));
        Assert.Equal(FileServer.File, parts[0].Bytes);
    }

    [Theory]
    [InlineData("/nowhere", OutcomeKind.Rejected, "the server answered 404")]
    [InlineData("/gone", OutcomeKind.Rejected, "the server answered 410")]
    [InlineData("/forbidden", OutcomeKind.Rejected, "the server answered 403")]
    [InlineData("/failing", OutcomeKind.Retry, "the server answered 503")]
    [InlineData("/again", OutcomeKind.Rejected, "the server redirects more than 3 times")]
    [InlineData("/declared", OutcomeKind.Rejected, "the file exceeds 1,000,000 bytes")]
    [InlineData("/endless", OutcomeKind.Rejected, "the file exceeds 1,000,000 bytes")]
    [InlineData("/slow", OutcomeKind.Retry, "the file did not arrive within 1 s")]
    [InlineData("/silent", OutcomeKind.Retry, "the file did not arrive within 1 s")]
    [InlineData("/short", OutcomeKind.Retry, "the connection ended before the end of the file")]
    [InlineData("/zipped", OutcomeKind.Rejected, "the server encoded the file, which was not asked for")]
    public async Task A_file_that_cannot_be_fetched_ends_the_attempt_with_the_reason(string path, OutcomeKind kind, string reason)
    {
        await using var server = await MailServer.StartAsync();
        await using var files = new FileServer();
        var isLate = reason.EndsWith("within 1 s", StringComparison.Ordinal);
        await using var application = await StartAsync(server, files, options =>
            options.Timeout = isLate ? TimeSpan.FromSeconds(1) : options.Timeout
        );

        var outcome = await application.AttemptAsync(
            Deliveries.To("ada@example.org", By(new Attachment { Url = files.UrlTo($"{path}?key=secret") }))
        );

        Assert.Equal((kind, $"an attachment could not be fetched: {reason}"), (outcome.Kind, outcome.Reason));
        Assert.False(outcome.IsProviderFailure);
        Assert.Empty(server.Events("connected"));
        Assert.DoesNotContain(application.Logs, line => line.Contains("secret", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("/elsewhere")]
    [InlineData(null)]
    public async Task No_url_and_no_redirect_reaches_a_private_host_that_is_not_allowed(string? redirect)
    {
        await using var server = await MailServer.StartAsync();
        await using var files = new FileServer();
        await using var hidden = new FileServer();
        files.Elsewhere = hidden.UrlTo("/report.pdf");
        await using var application = await StartAsync(server, files);

        var outcome = await application.AttemptAsync(
            Deliveries.To(
                "ada@example.org",
                By(new Attachment { Url = redirect is null ? files.Elsewhere : files.UrlTo(redirect) })
            )
        );

        Assert.Equal(
            (OutcomeKind.Rejected, "an attachment could not be fetched: its host is not on the public internet"),
            (outcome.Kind, outcome.Reason)
        );
        Assert.Empty(hidden.Requests);
        Assert.Empty(server.Events("connected"));
    }

    [Theory]
    [InlineData("ftp://127.0.0.1/report.pdf")]
    [InlineData("http://user:password@127.0.0.1/report.pdf")]
    public async Task A_redirect_to_a_url_that_a_trigger_could_not_name_is_not_followed(string url)
    {
        await using var server = await MailServer.StartAsync();
        await using var files = new FileServer { Elsewhere = url };
        await using var application = await StartAsync(server, files);

        var outcome = await application.AttemptAsync(
            Deliveries.To("ada@example.org", By(new Attachment { Url = files.UrlTo("/elsewhere") }))
        );

        Assert.Equal(OutcomeKind.Rejected, outcome.Kind);
        Assert.EndsWith("does not use https or has user information", outcome.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_unavailable_for_a_while_is_sent_later()
    {
        await using var server = await MailServer.StartAsync();
        await using var files = new FileServer();
        await using var application = await StartAsync(server, files);

        var record = await application.AcceptedAsync(
            await application.SendAsync("ada@example.org", By(new Attachment { Url = files.UrlTo("/once") }))
        );

        Assert.Equal(OutcomeKind.Retry, record.Attempts[0].Outcome);
        Assert.Equal(2, files.Requests.Count);
        Assert.Single(server.Events("message"));
    }

    [Fact]
    public async Task Files_that_are_too_large_together_are_not_sent()
    {
        await using var server = await MailServer.StartAsync();
        await using var files = new FileServer();
        await using var application = await StartAsync(server, files, options => options.MaxTotalBytes = 30_000);
        var urls = new[] { "/a.pdf", "/b.pdf" }.Select(path => new Attachment { Url = files.UrlTo(path) });

        var outcome = await application.AttemptAsync(Deliveries.To("ada@example.org", By([.. urls])));

        Assert.Equal(
            (OutcomeKind.Rejected, "the attachments by URL exceed 30,000 bytes in total"),
            (outcome.Kind, outcome.Reason)
        );
    }

    [Theory]
    [InlineData(50_000, 2)]
    [InlineData(30_000, 3)]
    [InlineData(0, 3)]
    public async Task A_process_keeps_only_so_many_bytes(int cacheBytes, int requests)
    {
        await using var server = await MailServer.StartAsync();
        await using var files = new FileServer();
        await using var application = await StartAsync(server, files, options => options.CacheBytes = cacheBytes);
        var notification = Guid.CreateVersion7();

        foreach (var path in (string[])["/a.pdf", "/b.pdf", "/a.pdf"])
        {
            var delivery = Deliveries.To("ada@example.org", By(new Attachment { Url = files.UrlTo(path) }));
            var outcome = await application.AttemptAsync(delivery with { NotificationId = notification });
            Assert.Equal(OutcomeKind.Sent, outcome.Kind);
        }

        Assert.Equal(requests, files.Requests.Count);
    }

    [Theory]
    [InlineData("http://files.example.org/a.pdf", false)]
    [InlineData("ftp://files.example.org/a.pdf", true)]
    [InlineData("https://user@files.example.org/a.pdf", true)]
    [InlineData("https://files.example.org/a b.pdf", true)]
    [InlineData("/a.pdf", true)]
    [InlineData("", true)]
    public async Task A_url_that_no_provider_fetches_is_refused_at_the_trigger(string url, bool allowsHttp)
    {
        await using var server = await MailServer.StartAsync();
        await using var files = new FileServer();
        await using var application = await StartAsync(server, files, options => options.AllowHttp = allowsHttp);

        var refused = await Assert.ThrowsAsync<InvalidRequestException>(() =>
            application.SendAsync("ada@example.org", By(new Attachment { Url = url }))
        );

        Assert.Equal("content.attachments[0].url", Assert.Single(refused.Errors).Field);
    }

    private static Task<Application> StartAsync(
        MailServer server,
        FileServer files,
        Action<AttachmentUrlOptions>? configure = null
    ) => Application.StartAsync(server.Port, add: notifications => notifications.ConfigureAttachmentUrls(options =>
            {
                options.AllowHttp = true;
                options.PrivateHosts.Add(files.Host);
                options.MaxBytes = 1_000_000;
                options.Timeout = TimeSpan.FromMinutes(1);
                configure?.Invoke(options);
            }));

    private static Content By(params IReadOnlyList<Attachment> attachments) =>
        new()
        {
            Title = "Report",
            Body = "Attached",
            Attachments = attachments,
        };
}
