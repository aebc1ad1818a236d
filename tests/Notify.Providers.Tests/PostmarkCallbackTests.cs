using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Notify.Providers.Tests;

/// <summary>Tests Postmark's webhooks.</summary>
public sealed class PostmarkCallbackTests
{
    private const string Password = "a password of Postmark";

    [Fact]
    public async Task Authenticated_events_become_receipts_once()
    {
        await using var app = await StartAsync();
        // The reference of a long name does not fit into one field of metadata.
        var tenant = new string('t', 200);
        var (url, metadata) = await SendAsync(app, tenant);
        string[] events =
        [
            CreateEvent("Delivery", metadata, """ "Recipient":"ada@example.org","DeliveredAt":"2026-01-01T00:00:01Z" """),
            CreateEvent("Open", metadata, """ "Recipient":"ada@example.org","ReceivedAt":"2026-01-01T00:00:02.1234567Z" """),
            CreateEvent(
                "Click",
                metadata,
                """ "Recipient":"ada@example.org","ReceivedAt":"2026-01-01T00:00:03Z","OriginalLink":"https://example.org/x" """
            ),
            CreateEvent(
                "Bounce",
                metadata,
                """
                "ID":42,"Type":"HardBounce","TypeCode":1,"Email":"ada@example.org","BouncedAt":"2026-01-01T00:00:04Z",
                "Details":"smtp;550 5.1.1 ada@example.org: no such user"
                """
            ),
            CreateEvent("Bounce", metadata, """ "ID":43,"Type":"SoftBounce","Email":"ada@example.org" """),
            CreateEvent("Bounce", metadata, """ "ID":44,"Type":"AutoResponder","Email":"ada@example.org" """),
            CreateEvent("Bounce", metadata, """ "ID":45,"Type":"Transient","Email":"ada@example.org" """),
            CreateEvent("SpamComplaint", metadata, """ "ID":46,"Type":"SpamComplaint","Email":"ada@example.org" """),
            CreateEvent(
                "SubscriptionChange",
                metadata,
                """ "SuppressSending":true,"SuppressionReason":"ManualSuppression","Origin":"Recipient" """
            ),
            CreateEvent(
                "SubscriptionChange",
                metadata,
                """ "SuppressSending":true,"SuppressionReason":"HardBounce","Origin":"Recipient" """
            ),
        ];

        foreach (var json in events.SelectMany(json => Enumerable.Repeat(json, 2)))
            Assert.Equal((HttpStatusCode.NoContent, null), await PostAsync(app, json));

        Assert.Equal(
            [
                "delivered",
                "opened",
                "clicked",
                "bounced (hard bounce: HardBounce, 5.1.1)",
                "bounced (soft bounce: SoftBounce)",
                "complained",
                "unsubscribed",
            ],
            await app.ReceiptsAsync(url, tenant)
        );
        Assert.DoesNotContain(app.Logs, line =>
            line.Contains(Password, StringComparison.Ordinal) || line.Contains("ada@example.org", StringComparison.Ordinal)
        );
    }

    [Theory]
    [InlineData(null)]
    [InlineData("Basic")]
    [InlineData("Basic ????")]
    [InlineData("postmark:another password")]
    [InlineData("postmarks:a password of Postmark")]
    public async Task A_call_without_the_credentials_is_refused(string? credentials)
    {
        await using var app = await StartAsync();
        var (url, metadata) = await SendAsync(app);

        Assert.Equal(
            (HttpStatusCode.Forbidden, "invalid_signature"),
            await PostAsync(app, CreateEvent("Open", metadata, """ "Recipient":"ada@example.org" """), credentials)
        );
        Assert.Empty(await app.ReceiptsAsync(url));
    }

    [Fact]
    public async Task Calls_that_cannot_be_read_or_assigned_change_nothing()
    {
        await using var app = await StartAsync();
        var (url, metadata) = await SendAsync(app);

        Assert.Equal((HttpStatusCode.BadRequest, "unreadable_callback"), await PostAsync(app, "{"));
        Assert.Equal((HttpStatusCode.BadRequest, "unreadable_callback"), await PostAsync(app, "[]"));
        Assert.Equal((HttpStatusCode.NoContent, null), await PostAsync(app, """{"RecordType":"Open","Metadata":{"notify":7}}"""));
        var foreign = CreateEvent("Open", metadata.Replace("ZGVmYXVsdA", "b3RoZXI", StringComparison.Ordinal), """ "ID":1 """);
        Assert.Equal((HttpStatusCode.NoContent, null), await PostAsync(app, foreign));
        Assert.Equal(
            (HttpStatusCode.RequestEntityTooLarge, "body_too_large"),
            await PostAsync(app, CreateEvent("Open", metadata, """ "ID":1 """).PadRight(1_048_576))
        );

        Assert.Empty(await app.ReceiptsAsync(url));
    }

    [Fact]
    public async Task Mistakes_in_the_options_are_reported_at_start()
    {
        var failure = await Assert.ThrowsAsync<OptionsValidationException>(() =>
            MailCallbackApplication.StartAsync(mail =>
                mail.AddPostmarkCallback(options => (options.UserName, options.Password) = ("a:b", "short"))
            )
        );

        foreach (var name in new[] { "Key", "UserName", "Password" })
            Assert.Contains(name, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_provider_has_one_vendor()
    {
        var mail = new ServiceCollection().AddNotifications().UseInMemory().AddSmtp(_ => { }).AddPostmarkCallback(_ => { });

        Assert.Throws<InvalidOperationException>(() => mail.AddSendGridCallback(_ => { }));
    }

    private static Task<MailCallbackApplication> StartAsync() =>
        MailCallbackApplication.StartAsync(mail =>
            mail.AddPostmarkCallback(options =>
                (options.Key, options.UserName, options.Password) = (MailCallbackApplication.Key, "postmark", Password)
            )
        );

    /// <returns>The notification, and the metadata that Postmark reads from the headers of its email.</returns>
    private static async Task<(string Url, string Metadata)> SendAsync(MailCallbackApplication app, string tenant = "default")
    {
        const string prefix = "X-PM-Metadata-";
        var (url, headers) = await app.SendAsync(
            prefix,
            tenant,
            email: """{"headers":{"X-PM-Metadata-Notify":"forged","X-PM-Metadata-color":"blue"}}"""
        );
        string[][] fields = [.. headers.Split('\n').Select(line => line[prefix.Length..].Split(": "))];
        Assert.All(fields, field => Assert.InRange(field[1].Length, 1, 80));
        return (url, string.Join(',', fields.Select(field => $"\"{field[0]}\":\"{field[1]}\"")));
    }

    private static Task<(HttpStatusCode Status, string? Code)> PostAsync(
        MailCallbackApplication app,
        string body,
        string? credentials = $"postmark:{Password}"
    )
    {
        var header =
            credentials?.Contains(':', StringComparison.Ordinal) == true
                ? $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes(credentials))}"
                : credentials;
        return app.PostAsync(
            new StringContent(body, new MediaTypeHeaderValue("application/json")),
            header is null ? [] : [("Authorization", header)]
        );
    }

    private static string CreateEvent(string type, string metadata, string more) =>
        $$"""
            {"RecordType":"{{type}}","MessageStream":"outbound","MessageID":"883953f4-6105-42a2-a16a-77a8eac79483","ServerID":23,
            "Metadata":{{{metadata}}},{{more}}}
            """;
}
