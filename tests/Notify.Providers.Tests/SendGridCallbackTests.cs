using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Notify.Providers.Tests;

/// <summary>Tests SendGrid's Event Webhook, with calls that a key of the test signs.</summary>
public sealed class SendGridCallbackTests : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public void Dispose() => _key.Dispose();

    [Fact]
    public async Task A_batch_of_two_tenants_becomes_receipts_once()
    {
        await using var app = await StartAsync();
        var (url, reference) = await SendAsync(app);
        var (otherUrl, other) = await SendAsync(app, "acme");
        var batch = CreateBatch(
            CreateEvent(reference, "processed", "1"),
            CreateEvent(reference, "deferred", "2", """ "response":"400 try again later","attempt":"5" """),
            CreateEvent(reference, "delivered", "3", """ "response":"250 OK" """),
            CreateEvent(reference, "open", "4", """ "sg_machine_open":true """),
            CreateEvent(reference, "open", "5", """ "sg_machine_open":false """),
            CreateEvent(reference, "click", "6", """ "url":"https://example.org/private" """),
            CreateEvent(
                reference,
                "bounce",
                "7",
                """ "type":"bounce","status":"5.1.1","bounce_classification":"Invalid Address","reason":"550 ada@example.org" """
            ),
            CreateEvent(reference, "bounce", "8", """ "type":"blocked","reason":"421 4.7.0 try later, ada@example.org" """),
            CreateEvent(reference, "dropped", "9", """ "reason":"Bounced Address","status":"5.0.0" """),
            CreateEvent(reference, "spamreport", "10"),
            CreateEvent(reference, "group_unsubscribe", "11", """ "asm_group_id":10 """),
            CreateEvent(other, "delivered", "12"),
            """{"event":"open","email":"stranger@example.org","timestamp":1767225600,"sg_event_id":"13"}"""
        );

        for (var i = 0; i < 2; i++)
            Assert.Equal((HttpStatusCode.NoContent, null), await PostAsync(app, batch));

        Assert.Equal(
            [
                "delivered",
                "opened",
                "clicked",
                "bounced (hard bounce: Invalid Address, 5.1.1)",
                "bounced (soft bounce: 4.7.0)",
                "bounced (dropped: Bounced Address)",
                "complained",
                "unsubscribed",
            ],
            await app.ReceiptsAsync(url)
        );
        Assert.Equal(["delivered"], await app.ReceiptsAsync(otherUrl, "acme"));
        Assert.DoesNotContain(app.Logs, line => line.Contains("@example.org", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_call_that_is_unsigned_forged_or_old_is_refused()
    {
        await using var app = await StartAsync();
        var (url, reference) = await SendAsync(app);
        var batch = CreateBatch(CreateEvent(reference, "open", "1"));
        var now = DateTimeOffset.UtcNow;
        using var otherKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);

        (string Signature, DateTimeOffset At)[] refused =
        [
            ("", now),
            ("AAAA", now),
            (Sign(otherKey, batch, now), now),
            (Sign(_key, batch + " ", now), now),
            (Sign(_key, batch, now), now.AddSeconds(1)),
            (Sign(_key, batch, now.AddHours(-26)), now.AddHours(-26)),
            (Sign(_key, batch, now.AddHours(1)), now.AddHours(1)),
        ];
        foreach (var (signature, at) in refused)
            Assert.Equal((HttpStatusCode.Forbidden, "invalid_signature"), await PostAsync(app, batch, signature, at));

        Assert.Empty(await app.ReceiptsAsync(url));
        // SendGrid repeats a call for a day.
        Assert.Equal((HttpStatusCode.NoContent, null), await PostAsync(app, batch, at: now.AddHours(-23)));
        Assert.Equal(["opened"], await app.ReceiptsAsync(url));
    }

    [Fact]
    public async Task Signed_calls_that_cannot_be_read_or_assigned_change_nothing()
    {
        await using var app = await StartAsync();
        var (url, reference) = await SendAsync(app);

        Assert.Equal((HttpStatusCode.BadRequest, "unreadable_callback"), await PostAsync(app, "[{"));
        Assert.Equal((HttpStatusCode.BadRequest, "unreadable_callback"), await PostAsync(app, "{}"));
        Assert.Equal(
            (HttpStatusCode.NoContent, null),
            await PostAsync(app, """[1,null,{"event":1},{"event":"open","notify":7}]""")
        );
        var forged = CreateBatch(CreateEvent(reference[..^4] + "AAAA", "open", "1"));
        Assert.Equal((HttpStatusCode.NoContent, null), await PostAsync(app, forged));
        var full = CreateBatch([.. Enumerable.Repeat("""{"event":"open","useragent":"x"}""", 29_000)]);
        Assert.InRange(full.Length, 1_000_000, 1_048_576);
        Assert.Equal((HttpStatusCode.NoContent, null), await PostAsync(app, full));
        Assert.Equal((HttpStatusCode.RequestEntityTooLarge, "body_too_large"), await PostAsync(app, full.PadRight(1_048_577)));

        Assert.Empty(await app.ReceiptsAsync(url));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_complaint_opts_the_user_out_unless_the_application_decides(bool optsOut)
    {
        await using var app = await StartAsync(options => options.OptOutOnComplaint = optsOut);
        await app.AddAdaAsync();
        var (_, reference) = await SendAsync(app, to: """{"user":"ada"}""");

        Assert.Equal(
            (HttpStatusCode.NoContent, null),
            await PostAsync(app, CreateBatch(CreateEvent(reference, "spamreport", "1")))
        );

        Assert.Equal(optsOut ? ["complaint"] : [], await app.OptOutsOfAdaAsync());
    }

    [Fact]
    public async Task Events_of_copies_are_not_those_of_the_recipient()
    {
        await using var app = await StartAsync();
        var (url, reference) = await SendAsync(app, email: """{"cc":[{"address":"grace@example.org"}]}""");

        var copy = CreateEvent(reference, "bounce", "1").Replace("ada@", "grace@", StringComparison.Ordinal);
        var recipient = CreateEvent(reference, "open", "2").Replace("ada@", "Ada@", StringComparison.Ordinal);
        Assert.Equal((HttpStatusCode.NoContent, null), await PostAsync(app, CreateBatch(copy, recipient)));

        Assert.Equal(["opened"], await app.ReceiptsAsync(url));
    }

    [Fact]
    public async Task Arguments_of_the_content_stay_and_cannot_name_another_delivery()
    {
        await using var app = await StartAsync();

        var (_, header) = await app.SendAsync(
            "X-SMTPAPI",
            email: """
            {"headers":{"x-smtpapi":
            "{\"category\":[\"spring sale\"],\"unique_args\":{\"notify\":\"forged\",\"order\":\"42\"}}"}}
            """
        );

        var json = JsonNode.Parse(header["X-SMTPAPI: ".Length..])!;
        Assert.Equal("spring sale", json["category"]![0]!.GetValue<string>());
        Assert.Equal("42", json["unique_args"]!["order"]!.GetValue<string>());
        Assert.Matches("^[A-Za-z0-9_-]{58,}$", json["unique_args"]!["notify"]!.GetValue<string>());
    }

    [Fact]
    public async Task Mistakes_in_the_options_are_reported_at_start()
    {
        using var rsa = RSA.Create();
        using var p384 = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        var failure = await Assert.ThrowsAsync<OptionsValidationException>(() =>
            StartAsync(options =>
                options.PublicKeys = [
                    "no key",
                    Convert.ToBase64String(rsa.ExportSubjectPublicKeyInfo()),
                    Convert.ToBase64String(p384.ExportSubjectPublicKeyInfo()),
                ]
            )
        );

        for (var i = 0; i < 3; i++)
            Assert.Contains($"PublicKeys[{i}]", failure.Message, StringComparison.Ordinal);
    }

    private Task<MailCallbackApplication> StartAsync(Action<Mail.Callbacks.SendGridCallbackOptions>? configure = null) =>
        MailCallbackApplication.StartAsync(mail =>
            mail.AddSendGridCallback(options =>
            {
                options.Key = MailCallbackApplication.Key;
                options.PublicKeys = [Convert.ToBase64String(_key.ExportSubjectPublicKeyInfo())];
                configure?.Invoke(options);
            })
        );

    private static async Task<(string Url, string Reference)> SendAsync(
        MailCallbackApplication app,
        string tenant = "default",
        string to = """{"email":"ada@example.org"}""",
        string email = "{}"
    )
    {
        var (url, header) = await app.SendAsync("X-SMTPAPI", tenant, to, email);
        var json = JsonNode.Parse(header["X-SMTPAPI: ".Length..])!;
        return (url, json["unique_args"]!["notify"]!.GetValue<string>());
    }

    private Task<(HttpStatusCode Status, string? Code)> PostAsync(
        MailCallbackApplication app,
        string body,
        string? signature = null,
        DateTimeOffset? at = null
    )
    {
        var time = at ?? DateTimeOffset.UtcNow;
        return app.PostAsync(
            new StringContent(body, Encoding.UTF8, "application/json"),
            ("X-Twilio-Email-Event-Webhook-Signature", signature ?? Sign(_key, body, time)),
            ("X-Twilio-Email-Event-Webhook-Timestamp", Format(time))
        );
    }

    private static string Sign(ECDsa key, string body, DateTimeOffset at) =>
        Convert.ToBase64String(
            key.SignData(
                Encoding.UTF8.GetBytes(Format(at) + body),
                HashAlgorithmName.SHA256,
                DSASignatureFormat.Rfc3279DerSequence
            )
        );

    private static string Format(DateTimeOffset at) => at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);

    private static string CreateBatch(params string[] events) => $"[{string.Join(",\r\n", events)}]";

    private static string CreateEvent(string reference, string type, string id, string more = "")
    {
        var comma = more.Length > 0 ? "," : "";
        return $$"""
            {"email":"ada@example.org","timestamp":1767225600,"smtp-id":"<x@example.org>","event":"{{type}}",
            "sg_event_id":"{{id}}","sg_message_id":"14c5d75ce93.dfd.64b469","notify":"{{reference}}"{{comma}}{{more}}}
            """;
    }
}
