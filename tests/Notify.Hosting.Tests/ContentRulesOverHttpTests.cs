using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Notify.TestSupport;

namespace Notify.Hosting.Tests;

/// <summary>
/// Addresses and contents that every vendor would refuse. The sandbox applies the rules of the real providers, so an application
/// that works with it works with them.
/// </summary>
public sealed class ContentRulesOverHttpTests(SharedApplication shared) : IClassFixture<SharedApplication>
{
    private const string IosToken = "00fc13adff785122b4ad28809a3420982341241421348097878e577c991de8f0";
    private const string FcmToken = "cR8-xK2:APA91bH_0-z";
    private const string Phone = """ "to":{"phone":"+46701234567"} """;

    private const string PublicKey = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";

    private const string Keys = $$"""{"p256dh":"{{PublicKey}}","auth":"BTBZMqHH6r4Tts7J_aSIgg"}""";

    private const string Browser = $$"""{"endpoint":"https://push.example.org/1","keys":{{Keys}}}""";

    private static readonly string NotOnCurve =
        "{\"endpoint\":\"https://push.example.org/1\",\"keys\":{\"p256dh\":\"BA"
        + new string('A', 85)
        + "\",\"auth\":\"BTBZMqHH6r4Tts7J_aSIgg\"}}";

    public static TheoryData<string, string, bool> Tokens =>
        new()
        {
            { "ios", IosToken, true },
            { "ios", IosToken.ToUpperInvariant(), true },
            { "ios", FcmToken, true },
            { "ios", "not-hexadecimal", false },
            { "ios", $"<{IosToken}>", false },
            { "ios", $"{IosToken} ", false },
            { "ios", Browser, false },
            { "android", FcmToken, true },
            { "android", "token-1", true },
            { "android", "/topics/news", true },
            { "android", $"{FcmToken} ", false },
            { "android", "cR8\u00A0xK2", false },
            { "android", "\u200B", false },
            { "web", Browser, true },
            { "web", Browser.Replace(PublicKey, PublicKey.Replace('-', '+').Replace('_', '/')), true },
            { "web", FcmToken, true },
            { "web", "garbage", false },
            { "web", "{}", false },
            { "web", Browser.Replace("https", "http"), false },
            { "web", Browser.Replace("BTBZ", ""), false },
            { "web", Browser.Replace("BCVx", ""), false },
            { "web", NotOnCurve, false },
        };

    [Theory]
    [MemberData(nameof(Tokens))]
    public async Task The_sandbox_accepts_the_push_tokens_that_a_vendor_accepts(string platform, string token, bool isValid)
    {
        using var device = await shared.App.SendAsync(
            "PUT",
            "/v1/users/tokens/devices/one",
            JsonSerializer.Serialize(new { platform, token })
        );
        using var trigger = await shared.App.TriggerAsync(
            JsonSerializer.Serialize(new { to = new { pushToken = token, platform }, content = new { title = "x" } })
        );

        Assert.Equal(
            (
                isValid ? HttpStatusCode.NoContent : HttpStatusCode.BadRequest,
                isValid ? HttpStatusCode.Accepted : HttpStatusCode.BadRequest
            ),
            (device.StatusCode, trigger.StatusCode)
        );
    }

    [Fact]
    public async Task A_push_token_needs_its_platform_however_it_is_written()
    {
        await AssertRefusedAsync("""{"to":{"channel":"push","address":"token-1"},"content":{"title":"x"}}""", "to");
    }

    [Theory]
    [InlineData("""{"fcm":{"token":"x"}}""", "content.overrides.fcm.token")]
    [InlineData("""{"fcm":{"android":{"ttl":"5"}}}""", "content.overrides.fcm.android.ttl")]
    [InlineData("""{"fcm":{"data":{"google.x":"1"}}}""", "content.overrides.fcm.data.google.x")]
    [InlineData("""{"apns":{"aps":{}}}""", "content.overrides.apns.aps")]
    [InlineData("""{"apns":{"payload":{"aps":{"badge":"1"}}}}""", "content.overrides.apns.payload.aps.badge")]
    [InlineData(
        """{"apns":{"headers":{"apns-push-type":"background","apns-priority":"10"}}}""",
        "content.overrides.apns.headers.apns-priority"
    )]
    [InlineData("""{"webpush":5}""", "content.overrides.webpush")]
    [InlineData("""{"webpush":{"a":"\udc00"}}""", "content.overrides.webpush.a")]
    public async Task The_sandbox_refuses_the_overrides_that_a_vendor_refuses(string overrides, string field)
    {
        await AssertRefusedAsync(
            $$"""{"to":{"pushToken":"token-1","platform":"android"},"content":{"title":"x","overrides":{{overrides}} } }""",
            field
        );
    }

    [Theory]
    [InlineData("fmc")]
    [InlineData("FCM")]
    [InlineData("")]
    public async Task Overrides_of_an_unknown_vendor_are_refused_with_the_known_names(string vendor)
    {
        var problem = await AssertRefusedAsync(
            $$$"""{"to":{"email":"ada@example.org"},"content":{"title":"x","overrides":{"{{{vendor}}}":{} } } }""",
            $"content.overrides.{vendor}"
        );

        Assert.Contains("apns, fcm, webpush", problem.GetRawText(), StringComparison.Ordinal);
    }

    // The sizes of the limits: Apple, "Generating a remote notification" (4,096 bytes); Firebase, "About FCM messages" (4,096
    // bytes); RFC 8291 section 4 (3,993 bytes). The payload around the text is {"aps":{"alert":{"body":""}}} for APNs, and for
    // Web Push {"id":"…","body":"","data":{}} with an id of 36 characters.
    [Theory]
    [InlineData("ios", IosToken, 4096 - 29, true)]
    [InlineData("ios", IosToken, 4096 - 28, false)]
    [InlineData("ios", FcmToken, 4096 - 4, true)]
    [InlineData("ios", FcmToken, 4096 - 3, false)]
    [InlineData("android", FcmToken, 4096 - 4, true)]
    [InlineData("android", FcmToken, 4096 - 3, false)]
    [InlineData("web", Browser, 3993 - 65, true)]
    [InlineData("web", Browser, 3993 - 64, false)]
    public async Task A_push_message_larger_than_its_vendor_accepts_is_refused(
        string platform,
        string token,
        int length,
        bool fits
    )
    {
        var trigger = JsonSerializer.Serialize(
            new { to = new { pushToken = token, platform }, content = new { body = new string('x', length) } }
        );

        await AssertFitsAsync(trigger, fits, "content.body");
    }

    [Theory]
    [InlineData(1_364, true)]
    [InlineData(1_365, false)]
    public async Task The_limit_counts_bytes_and_not_characters(int length, bool fits)
    {
        var trigger = JsonSerializer.Serialize(
            new { to = new { pushToken = FcmToken, platform = "android" }, content = new { body = new string('€', length) } }
        );

        await AssertFitsAsync(trigger, fits, "content.body");
    }

    [Fact]
    public async Task The_largest_part_is_named_and_data_counts()
    {
        var data = Enumerable.Range(0, 100).ToDictionary(number => $"key{number}", _ => new string('v', 50));
        var trigger = JsonSerializer.Serialize(
            new { to = new { pushToken = IosToken, platform = "ios" }, content = new { title = "x", data } }
        );

        await AssertRefusedAsync(trigger, "content.data");
    }

    [Fact]
    public async Task Overrides_can_make_a_message_fit_or_too_large()
    {
        var longText = new string('x', 5_000);
        var to = new { pushToken = FcmToken, platform = "android" };
        var shortened = new { fcm = new { notification = new { body = "short" } } };
        var other = new { fcm = new { android = new { notification = new { body = "short" } } } };
        var enlarged = new { fcm = new { data = new { a = longText[..3_000], b = longText[..1_000] } } };

        await AssertFitsAsync(Serialize(longText, shortened), true, "");
        await AssertFitsAsync(Serialize(longText, other), true, "");
        await AssertFitsAsync(Serialize(longText[..200], enlarged), false, "content.overrides.fcm");

        string Serialize(string body, object overrides) =>
            JsonSerializer.Serialize(new { to, content = new { body, overrides } });
    }

    [Fact]
    public async Task A_message_that_some_channel_or_vendor_can_send_is_accepted()
    {
        var body = new string('x', 5_000);
        await shared.App.CallAsync("PUT", "/v1/users/reader", """{"addresses":{"email":"reader@example.org"} }""");

        await AssertFitsAsync(JsonSerializer.Serialize(new { to = new { user = "reader" }, content = new { body } }), true, "");
        await AssertFitsAsync(
            JsonSerializer.Serialize(
                new
                {
                    to = new { user = "reader" },
                    channels = (string[])["push"],
                    content = new { body },
                }
            ),
            false,
            "content.body"
        );
        // Web Push accepts less than the others, and the devices are not known.
        await AssertFitsAsync(
            JsonSerializer.Serialize(
                new
                {
                    to = new { user = "reader" },
                    channels = (string[])["push"],
                    content = new { body = body[..4_050] },
                }
            ),
            true,
            ""
        );
    }

    [Fact]
    public async Task A_rendered_push_message_that_is_too_large_is_refused()
    {
        await shared.App.CallAsync(
            "PUT",
            "/v1/templates/large",
            """{"variants":[{"channel":"push","body":"{{text}}"},{"body":"{{text}}"}]}"""
        );
        var small = new
        {
            to = new { pushToken = IosToken, platform = "ios" },
            template = "large",
            data = new { text = "x" },
        };
        var large = new
        {
            to = new { pushToken = IosToken, platform = "ios" },
            template = "large",
            data = new { text = new string('x', 5_000) },
        };

        await AssertFitsAsync(JsonSerializer.Serialize(small), true, "");
        await AssertFitsAsync(JsonSerializer.Serialize(large), false, "template");
    }

    [Theory]
    [InlineData("aps", IosToken, "ios")]
    [InlineData("google.id", FcmToken, "android")]
    [InlineData("from", FcmToken, "android")]
    public async Task A_data_key_that_the_vendor_reserves_is_refused(string key, string token, string platform)
    {
        await AssertRefusedAsync(
            $$$"""
            {"to":{"pushToken":"{{{token}}}","platform":"{{{platform}}}"},"content":{"title":"x","data":{"{{{key}}}":"v"} } }
            """,
            $"content.data.{key}"
        );
    }

    [Theory]
    [InlineData("\\u200b")]
    [InlineData(" \\t\\u00a0\\n")]
    [InlineData("\\u3164")]
    [InlineData("\\u2800\\u2800")]
    [InlineData("\\ufeff\\u2060\\u00ad")]
    [InlineData("\\u115f\\u1160\\uffa0\\u034f\\ufe0f")]
    [InlineData("\\udb40\\udc20\\u202e")]
    [InlineData("\\udb40\\udd00")]
    public async Task An_SMS_that_shows_nothing_is_refused(string body)
    {
        await AssertRefusedAsync($$"""{ {{Phone}}, "content":{"title":"x","body":"{{body}}"} }""", "content.body");
        await AssertRefusedAsync($$"""{"to":{"email":"ada@example.org"},"content":{"body":"{{body}}"} }""", "content");
    }

    [Theory]
    [InlineData(".")]
    [InlineData("\\ud83d\\udc4d\\ufe0f")]
    [InlineData("\\u200fשלום")]
    [InlineData("\\u2801")]
    public async Task An_SMS_that_shows_anything_is_accepted(string body) =>
        await AssertFitsAsync($$"""{ {{Phone}}, "content":{"body":"{{body}}"} }""", true, "");

    [Fact]
    public async Task An_SMS_of_the_sandbox_has_the_length_that_Twilio_sends()
    {
        await AssertFitsAsync($$"""{ {{Phone}}, "content":{"body":"{{new string('x', 1_600)}}"} }""", true, "");
        await AssertFitsAsync($$"""{ {{Phone}}, "content":{"body":"{{new string('x', 1_601)}}"} }""", false, "content.body");
    }

    [Theory]
    [InlineData("https://example.org:0/")]
    [InlineData(" https://example.org/")]
    [InlineData("https://example.org/\\u00a0")]
    [InlineData("https:\\\\\\\\example.org/")]
    public async Task A_webhook_URL_that_cannot_be_called_as_it_is_written_is_refused(string url) =>
        await AssertRefusedAsync($$"""{"to":{"webhook":"{{url}}"},"content":{"title":"x"} }""", "to.webhook");

    [Theory]
    [InlineData("/etc/passwd")]
    [InlineData("file:///a.png")]
    [InlineData("//example.org/a.png")]
    [InlineData("data:image/png;base64,AAAA")]
    public async Task An_image_needs_a_web_URL(string url) =>
        await AssertRefusedAsync(
            $$"""{"to":{"email":"a@example.org"},"content":{"title":"x","push":{"imageUrl":"{{url}}"} } }""",
            "content.push.imageUrl"
        );

    [Theory]
    [InlineData("\"category\":\" \"", "category")]
    [InlineData("\"category\":\"\\u200b\"", "category")]
    [InlineData("\"idempotencyKey\":\"\\u3000\"", "idempotencyKey")]
    [InlineData("\"collapseKey\":\" \"", "collapseKey")]
    public async Task A_name_that_shows_nothing_is_refused(string field, string name) =>
        await AssertRefusedAsync($$"""{"to":{"email":"a@example.org"},"content":{"title":"x"},{{field}} }""", name);

    [Theory]
    [InlineData("UTC")]
    [InlineData("Etc/UTC")]
    [InlineData("Etc/GMT+5")]
    [InlineData("GMT")]
    [InlineData("Zulu")]
    [InlineData("Europe/Paris")]
    [InlineData("US/Pacific")]
    public async Task The_name_of_every_IANA_time_zone_is_accepted(string zone)
    {
        foreach (var (method, path, body) in ZoneCalls(zone))
        {
            using var response = await shared.App.SendAsync(method, path, body);
            Assert.True(response.IsSuccessStatusCode, $"{path}: {response.StatusCode}");
        }
    }

    [Theory]
    [InlineData("W. Europe Standard Time")]
    [InlineData("GMT Standard Time")]
    [InlineData("UTC-02")]
    [InlineData("utc")]
    [InlineData("Z")]
    [InlineData("+01:00")]
    [InlineData("CEST")]
    [InlineData("")]
    [InlineData("posix/Europe/Paris")]
    [InlineData("right/Europe/Paris")]
    [InlineData("localtime")]
    [InlineData("posixrules")]
    [InlineData("../zoneinfo/Europe/Paris")]
    public async Task A_time_zone_that_only_some_machines_know_is_refused(string zone)
    {
        foreach (var (method, path, body) in ZoneCalls(zone))
        {
            using var response = await shared.App.SendAsync(method, path, body);
            Assert.Equal(["timeZone"], (await response.ProblemAsync(HttpStatusCode.BadRequest)).Fields());
        }
    }

    private static (string Method, string Path, string Body)[] ZoneCalls(string zone) =>
        [
            ("PUT", "/v1/users/zones", $$"""{"timeZone":"{{zone}}"}"""),
            ("PUT", "/v1/users/zones/devices/phone", $$"""{"platform":"ios","token":"{{IosToken}}","timeZone":"{{zone}}"}"""),
            ("POST", "/v1/templates/preview", $$"""{"variants":[{"body":"x"}],"timeZone":"{{zone}}"}"""),
        ];

    [Theory]
    [InlineData("/v1/notifications")]
    [InlineData("/v1/dead-letters")]
    public async Task A_range_that_contains_no_time_is_refused(string path)
    {
        using var response = await shared.App.Client.GetAsync($"{path}?from=2031-01-02T00:00:00Z&to=2031-01-02T00:00:00Z");

        Assert.Equal(["from"], (await response.ProblemAsync(HttpStatusCode.BadRequest)).Fields());
    }

    [Fact]
    public async Task The_sandbox_shows_how_a_push_appears_and_the_overrides()
    {
        await using var app = await ApiApplication.StartAsync();
        using var response = await app.TriggerAsync(
            $$"""
            {"to":{"pushToken":"{{IosToken}}","platform":"ios"},"content":{
              "push":{"badge":0,"silent":true,"sound":"bell","link":"app://a",
                      "action":"A","thread":"t","imageUrl":"https://a.b/c"},
              "overrides":{"apns":{"payload":{"x":[1]} } } } }
            """
        );
        await Eventually.TrueAsync(() => app.Sandbox.Messages.Count == 1, "the message");

        var content = (await app.ReadAsync("/v1/sandbox/messages")).GetProperty("items")[0].GetProperty("content");
        Assert.Equal(
            """{"imageUrl":"https://a.b/c","link":"app://a","sound":"bell","badge":0,"action":"A","thread":"t","silent":true}""",
            content.GetProperty("push").GetRawText()
        );
        Assert.Equal("""{"apns":{"payload":{"x":[1]}}}""", content.GetProperty("overrides").GetRawText());
    }

    [Fact]
    public async Task The_sandbox_forgets_the_messages_of_a_deleted_user()
    {
        await using var app = await ApiApplication.StartAsync();
        await app.CallAsync("PUT", "/v1/users/ada", """{"addresses":{"email":"ada@example.org"} }""");
        await app.CallAsync("PUT", "/v1/users/bo", """{"addresses":{"email":"bo@example.org"} }""");
        using var both = await app.TriggerAsync("""{"to":[{"user":"ada"},{"user":"bo"}],"content":{"body":"both"} }""");
        using var direct = await app.TriggerAsync("""{"to":{"email":"carol@example.org"},"content":{"body":"direct"} }""");
        await Eventually.TrueAsync(() => app.Sandbox.Messages.Count == 3, "three messages");

        Assert.Equal(HttpStatusCode.NoContent, (await app.AskAsync("DELETE", "/v1/users/ada")).Status);
        await Eventually.TrueAsync(() => app.Sandbox.Messages.Count == 2, "one message to be erased");

        var left = (await app.AskAsync("GET", "/v1/sandbox/messages")).Body;
        Assert.DoesNotContain("ada@example.org", left, StringComparison.Ordinal);
        Assert.Contains("bo@example.org", left, StringComparison.Ordinal);
        Assert.Contains("carol@example.org", left, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Security", HttpStatusCode.BadRequest)]
    [InlineData("SECURITY", HttpStatusCode.BadRequest)]
    [InlineData("security", HttpStatusCode.Accepted)]
    [InlineData("security2", HttpStatusCode.Accepted)]
    public async Task A_category_that_differs_from_a_mandatory_one_by_case_is_refused(string category, HttpStatusCode expected)
    {
        await using var app = await ApiApplication.StartAsync(services: services =>
            services.Configure<NotificationsOptions>(options => options.MandatoryCategories.Add("security"))
        );
        using var response = await app.TriggerAsync(
            $$"""{"to":{"email":"ada@example.org"},"content":{"title":"x"},"category":"{{category}}"}"""
        );

        Assert.Equal(expected, response.StatusCode);
        if (expected == HttpStatusCode.BadRequest)
            Assert.Contains("'security'", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private async Task<JsonElement> AssertRefusedAsync(string trigger, string field)
    {
        using var response = await shared.App.TriggerAsync(trigger);
        var problem = await response.ProblemAsync(HttpStatusCode.BadRequest);
        Assert.Contains(field, problem.Fields());
        return problem;
    }

    private async Task AssertFitsAsync(string trigger, bool fits, string field)
    {
        if (!fits)
        {
            Assert.Equal([field], (await AssertRefusedAsync(trigger, field)).Fields());
            return;
        }

        using var response = await shared.App.TriggerAsync(trigger);
        Assert.Equal(
            (HttpStatusCode.Accepted, ""),
            (response.StatusCode, response.IsSuccessStatusCode ? "" : await response.Content.ReadAsStringAsync())
        );
    }
}
