using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Notify.Providers.Tests;

/// <summary>Tests the events of Amazon SES, with messages in the form of SNS that a key of the test signs.</summary>
public sealed class SesCallbackTests
{
    private const string Topic = "arn:aws:sns:eu-north-1:123456789012:mail-events";

    [Theory]
    [InlineData("1")]
    [InlineData("2")]
    public async Task Signed_events_become_receipts_once(string version)
    {
        using var sns = new Sns { Version = version };
        await using var app = await StartAsync(sns);
        var (url, tag) = await SendAsync(app);
        string[] events =
        [
            CreateEvent(tag, "Send", "send", "{}"),
            CreateEvent(tag, "DeliveryDelay", "deliveryDelay", """{"delayType":"TransientCommunicationFailure"}"""),
            CreateEvent(
                tag,
                "Delivery",
                "delivery",
                """{"timestamp":"2026-01-01T00:00:01.5Z","recipients":["ada@example.org"]}"""
            ),
            CreateEvent(tag, "Open", "open", """{"timestamp":"2026-01-01T00:00:02Z","userAgent":"Mozilla"}"""),
            CreateEvent(tag, "Click", "click", """{"timestamp":"2026-01-01T00:00:03Z","link":"https://example.org/private"}"""),
            CreateEvent(
                tag,
                "Bounce",
                "bounce",
                """
                {"bounceType":"Permanent","bounceSubType":"NoEmail","timestamp":"2026-01-01T00:00:04Z","bouncedRecipients":
                [{"emailAddress":"ada@example.org","status":"5.1.1","diagnosticCode":"smtp; 550 ada@example.org unknown"}]}
                """
            ),
            CreateEvent(
                tag,
                "Bounce",
                "bounce",
                """{"bounceType":"Transient","bounceSubType":"MailboxFull","timestamp":"2026-01-01T00:00:05Z"}"""
            ),
            CreateEvent(tag, "Reject", "reject", """{"reason":"Bad content"}"""),
            CreateEvent(tag, "Complaint", "complaint", """{"complaintFeedbackType":"abuse"}"""),
        ];

        foreach (var json in events.SelectMany(json => Enumerable.Repeat(sns.Sign(json), 2)))
            Assert.Equal((HttpStatusCode.NoContent, null), await PostAsync(app, json));

        Assert.Equal(
            [
                "delivered",
                "opened",
                "clicked",
                "bounced (hard bounce: NoEmail, 5.1.1)",
                "bounced (soft bounce: MailboxFull)",
                "bounced (rejected: Bad content)",
                "complained (complaint: abuse)",
            ],
            await app.ReceiptsAsync(url)
        );
        Assert.Equal(1, sns.Downloads);
        Assert.DoesNotContain(app.Logs, line => line.Contains("ada@example.org", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_message_that_is_forged_old_or_of_another_topic_is_refused()
    {
        using var sns = new Sns();
        await using var app = await StartAsync(sns);
        var (url, tag) = await SendAsync(app);
        var json = CreateEvent(tag, "Open", "open", "{}");

        JsonObject[] refused =
        [
            sns.Sign(json, message => message["MessageId"] = "other"),
            sns.Sign(json, message => message["Message"] = CreateEvent(tag, "Click", "click", "{}")),
            sns.Sign(json, message => message["SignatureVersion"] = "3"),
            sns.Sign(json, message => message["Signature"] = "AAAA"),
            sns.Sign(json, message => message.Remove("Signature")),
            sns.Sign(json, message => message["SigningCertURL"] = "https://sns.eu-north-1.amazonaws.com.evil.example/x.pem"),
            sns.Sign(json, message => message["SigningCertURL"] = "https://evil.example/SimpleNotificationService-1.pem"),
            sns.Sign(json, message =>
                message["SigningCertURL"] = Sns.Certificate.Replace("https", "http", StringComparison.Ordinal)
            ),
            sns.Sign(json, message =>
                message["SigningCertURL"] = Sns.Certificate.Replace("eu-north-1", "us-east-1", StringComparison.Ordinal)
            ),
            sns.Sign(json, message => message["SigningCertURL"] = $"{Sns.Certificate}?x=1"),
            sns.Sign(json, at: DateTimeOffset.UtcNow.AddHours(-2)),
            sns.Sign(json, at: DateTimeOffset.UtcNow.AddHours(2)),
            sns.Sign(json, topic: $"{Topic}-other"),
        ];
        foreach (var message in refused)
            Assert.Equal((HttpStatusCode.Forbidden, "invalid_signature"), await PostAsync(app, message));
        Assert.Equal(
            (HttpStatusCode.Forbidden, "invalid_signature"),
            await app.PostAsync(new StringContent("{", null, "text/plain"))
        );

        Assert.Empty(await app.ReceiptsAsync(url));
        Assert.Empty(sns.Confirmed);
    }

    [Fact]
    public async Task Signed_messages_that_are_no_events_are_answered_and_change_nothing()
    {
        using var sns = new Sns();
        await using var app = await StartAsync(sns);
        var (url, tag) = await SendAsync(app);

        Assert.Equal((HttpStatusCode.BadRequest, "unreadable_callback"), await PostAsync(app, sns.Sign("{\"eventType\":")));
        Assert.Equal((HttpStatusCode.BadRequest, "unreadable_callback"), await PostAsync(app, sns.Sign("[]")));
        // An email that Notify did not send, and a reference that was changed to another tenant.
        Assert.Equal((HttpStatusCode.NoContent, null), await PostAsync(app, sns.Sign("""{"eventType":"Open"}""")));
        var foreign = tag[..^8] + "b3RoZXI";
        Assert.Equal(
            (HttpStatusCode.NoContent, null),
            await PostAsync(app, sns.Sign(CreateEvent(foreign, "Open", "open", "{}")))
        );
        Assert.Equal(
            (HttpStatusCode.RequestEntityTooLarge, "body_too_large"),
            await PostAsync(app, sns.Sign(CreateEvent(tag, "Open", "open", $$"""{"x":"{{new string('x', 1_048_576)}}"}""")))
        );

        Assert.Empty(await app.ReceiptsAsync(url));
    }

    [Fact]
    public async Task A_subscription_of_an_allowed_topic_is_confirmed_at_sns_only()
    {
        using var sns = new Sns();
        await using var app = await StartAsync(sns);
        var confirmation = $"https://sns.eu-north-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn={Topic}&Token=2336412f37";

        Assert.Equal((HttpStatusCode.NoContent, null), await PostAsync(app, sns.SignConfirmation(confirmation)));
        Assert.Equal([confirmation], sns.Confirmed);

        foreach (
            var other in new[]
            {
                "https://evil.example/?Action=ConfirmSubscription&TopicArn=" + Topic,
                "https://sns.eu-north-1.amazonaws.com/?Action=Unsubscribe&TopicArn=" + Topic,
                confirmation.Replace(":mail-events", ":other", StringComparison.Ordinal),
                "http://169.254.169.254/latest/meta-data",
            }
        )
            Assert.Equal((HttpStatusCode.Forbidden, "invalid_signature"), await PostAsync(app, sns.SignConfirmation(other)));
        Assert.Single(sns.Confirmed);

        sns.Fails = true;
        Assert.Equal(
            (HttpStatusCode.ServiceUnavailable, "callback_not_verified"),
            await PostAsync(app, sns.SignConfirmation(confirmation))
        );
    }

    [Fact]
    public async Task A_certificate_that_cannot_be_downloaded_is_tried_again_and_not_for_every_forged_call()
    {
        using var sns = new Sns { Fails = true };
        await using var app = await StartAsync(sns);
        var (url, tag) = await SendAsync(app);
        var message = sns.Sign(CreateEvent(tag, "Open", "open", "{}"));

        for (var i = 0; i < 9; i++)
            Assert.Equal((HttpStatusCode.ServiceUnavailable, "callback_not_verified"), await PostAsync(app, message));

        Assert.Equal(5, sns.Downloads);
        Assert.Empty(await app.ReceiptsAsync(url));
    }

    [Fact]
    public async Task Tags_of_the_content_stay_and_cannot_name_another_delivery()
    {
        using var sns = new Sns();
        await using var app = await StartAsync(sns);

        var (_, header) = await app.SendAsync(
            "X-SES-",
            email: """{"headers":{"x-ses-message-tags":"campaign=spring, notify=forged","X-Other":"1"}}"""
        );

        Assert.Matches(
            "^X-SES-MESSAGE-TAGS: campaign=spring, notify=[A-Za-z0-9_-]{58,}\nX-SES-CONFIGURATION-SET: events$",
            header
        );
    }

    [Fact]
    public async Task Mistakes_in_the_options_are_reported_at_start()
    {
        var failure = await Assert.ThrowsAsync<OptionsValidationException>(() =>
            MailCallbackApplication.StartAsync(mail =>
                mail.AddSesCallback(ses =>
                {
                    ses.Key = "too short";
                    ses.TopicArns = ["arn:aws:sqs:eu-north-1:123456789012:queue"];
                    ses.Hosts = ["https://sns.example.org"];
                    ses.ConfigurationSet = "a set";
                    ses.MaxAge = TimeSpan.Zero;
                })
            )
        );

        foreach (var name in new[] { "Key", "not the ARN", "Hosts", "ConfigurationSet", "MaxAge" })
            Assert.Contains(name, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("too short", failure.Message, StringComparison.Ordinal);
    }

    private static Task<MailCallbackApplication> StartAsync(Sns sns) =>
        MailCallbackApplication.StartAsync(
            mail =>
                mail.AddSesCallback(ses =>
                    (ses.Key, ses.TopicArns, ses.ConfigurationSet) = (MailCallbackApplication.Key, [Topic], "events")
                ),
            services =>
                services
                    .AddHttpClient("Notify.mail-sns")
                    .ConfigurePrimaryHttpMessageHandler(() => sns)
                    .SetHandlerLifetime(Timeout.InfiniteTimeSpan)
        );

    private static async Task<(string Url, string Tag)> SendAsync(MailCallbackApplication app)
    {
        var (url, header) = await app.SendAsync("X-SES-MESSAGE-TAGS");
        return (url, header["X-SES-MESSAGE-TAGS: notify=".Length..]);
    }

    private static Task<(HttpStatusCode Status, string? Code)> PostAsync(MailCallbackApplication app, JsonObject message) =>
        app.PostAsync(
            new StringContent(message.ToJsonString(), Encoding.UTF8, "text/plain"),
            ("x-amz-sns-message-type", message["Type"]!.GetValue<string>())
        );

    private static string CreateEvent(string tag, string type, string part, string details) =>
        $$"""
            {"eventType":"{{type}}","{{part}}":{{details}},"mail":{"timestamp":"2026-01-01T00:00:00.000Z","messageId":"EXAMPLE",
            "destination":["ada@example.org"],"headers":[{"name":"From","value":"shop@example.org"}],
            "tags":{"ses:configuration-set":["events"],"notify":["{{tag}}"]} } }
            """;

    /// <summary>SNS in a region: it signs messages, serves its certificate, and confirms subscriptions.</summary>
    private sealed class Sns : HttpMessageHandler
    {
        public const string Certificate =
            "https://sns.eu-north-1.amazonaws.com/SimpleNotificationService-56e67fcb41f6fec09b0196692625d385.pem";

        private readonly RSA _key = RSA.Create(2_048);
        private readonly string _certificate;

        public Sns()
        {
            var request = new CertificateRequest(
                "CN=sns.amazonaws.com",
                _key,
                HashAlgorithmName.SHA256,
                RSASignaturePadding.Pkcs1
            );
            using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
            _certificate = certificate.ExportCertificatePem();
        }

        public string Version { get; init; } = "2";

        public bool Fails { get; set; }

        public int Downloads { get; private set; }

        public List<string> Confirmed { get; } = [];

        public JsonObject Sign(string message, Action<JsonObject>? change = null, DateTimeOffset? at = null, string topic = Topic)
        {
            var signed = new JsonObject
            {
                ["Type"] = "Notification",
                ["MessageId"] = Guid.NewGuid().ToString(),
                ["TopicArn"] = topic,
                ["Subject"] = "Amazon SES Email Event Notification",
                ["Message"] = message,
                ["Timestamp"] = (at ?? DateTimeOffset.UtcNow).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", null),
            };
            return Complete(signed, ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"], change);
        }

        public JsonObject SignConfirmation(string url)
        {
            var signed = new JsonObject
            {
                ["Type"] = "SubscriptionConfirmation",
                ["MessageId"] = Guid.NewGuid().ToString(),
                ["Token"] = "2336412f37",
                ["TopicArn"] = Topic,
                ["Message"] = "You have chosen to subscribe to the topic.",
                ["SubscribeURL"] = url,
                ["Timestamp"] = DateTimeOffset.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", null),
            };
            return Complete(signed, ["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"], null);
        }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var isCertificate = request.RequestUri!.AbsolutePath.EndsWith(".pem", StringComparison.Ordinal);
            if (isCertificate)
                Downloads++;
            if (Fails)
                return Task.FromResult(new HttpResponseMessage(HttpStatusCode.InternalServerError));
            if (!isCertificate)
                Confirmed.Add(request.RequestUri.ToString());
            return Task.FromResult(
                new HttpResponseMessage { Content = new StringContent(isCertificate ? _certificate : "<xml/>") }
            );
        }

        protected override void Dispose(bool disposing)
        {
            _key.Dispose();
            base.Dispose(disposing);
        }

        private JsonObject Complete(JsonObject message, string[] fields, Action<JsonObject>? change)
        {
            var text = string.Concat(fields.Select(field => $"{field}\n{message[field]!.GetValue<string>()}\n"));
            var algorithm = Version == "1" ? HashAlgorithmName.SHA1 : HashAlgorithmName.SHA256;
            message["SignatureVersion"] = Version;
            message["Signature"] = Convert.ToBase64String(
                _key.SignData(Encoding.UTF8.GetBytes(text), algorithm, RSASignaturePadding.Pkcs1)
            );
            message["SigningCertURL"] = Certificate;
            change?.Invoke(message);
            return message;
        }
    }
}
