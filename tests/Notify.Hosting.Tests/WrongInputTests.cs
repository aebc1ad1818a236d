using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.Extensions.DependencyInjection;

namespace Notify.Hosting.Tests;

public sealed class WrongInputTests(SharedApplication shared) : IClassFixture<SharedApplication>
{
    private const string Ada = """ "to":{"email":"ada@example.org"} """;
    private const string Text = """ "content":{"body":"Text"} """;

    public static TheoryData<string, string[]> WrongFields() =>
        new()
        {
            { "{}", ["content", "to"] },
            { "[]", ["body", "content", "to"] },
            { $"{{{Text}}}", ["to"] },
            { $"{{\"to\":[],{Text}}}", ["to"] },
            { $"{{\"to\":5,{Text}}}", ["to"] },
            { $"{{\"to\":[{{}}],{Text}}}", ["to[0]"] },
            { $"{{\"to\":[null],{Text}}}", ["to[0]"] },
            { $"{{\"to\":[{{\"email\":\"nobody\"}}],{Text}}}", ["to[0].email"] },
            { $"{{\"to\":{{\"email\":\"nobody\"}},{Text}}}", ["to.email"] },
            { $"{{\"to\":[{{\"phone\":\"0701234567\"}},{{\"webhook\":\"ftp://x\"}}],{Text}}}", ["to[0].phone", "to[1].webhook"] },
            { $"{{\"to\":[{{\"email\":5}}],{Text}}}", ["to[0].email"] },
            { $"{{\"to\":[{{\"email\":\"a@example.org\",\"phone\":\"+46701234567\"}}],{Text}}}", ["to[0]"] },
            { $"{{\"to\":[{{\"email\":\"a@example.org\",\"platform\":\"ios\"}}],{Text}}}", ["to[0].platform"] },
            { $"{{\"to\":[{{\"mail\":\"a@example.org\"}}],{Text}}}", ["to[0]", "to[0].mail"] },
            { $"{{\"to\":[{{\"pushToken\":\"t\"}}],{Text}}}", ["to[0].platform"] },
            { $"{{\"to\":[{{\"pushToken\":\"t\",\"platform\":\"symbian\"}}],{Text}}}", ["to[0].platform"] },
            { $"{{\"to\":[{{\"channel\":\"pigeon\",\"address\":\"coop\"}}],{Text}}}", ["to[0]"] },
            { $"{{\"to\":[{{\"channel\":\"Pi geon\",\"address\":\"coop\"}}],{Text}}}", ["to[0].channel"] },
            { $"{{\"to\":[{{\"address\":\"coop\"}}],{Text}}}", ["to[0].channel"] },
            { $"{{\"to\":[{{\"user\":\"u-42\"}}],{Text}}}", ["to[0].user"] },
            { $"{{{Ada}}}", ["content"] },
            { $"{{{Ada},\"content\":{{}}}}", ["content"] },
            { $"{{{Ada},\"content\":\"Text\"}}", ["content"] },
            { $"{{{Ada},\"content\":{{\"titel\":\"x\"}}}}", ["content.titel"] },
            { $"{{{Ada},\"content\":{{\"title\":\"a\\nb\"}}}}", ["content.title"] },
            { $"{{{Ada},\"content\":{{\"body\":\"x\",\"data\":{{\"a\":1}}}}}}", ["content.data.a"] },
            { $"{{{Ada},\"content\":{{\"body\":\"\\ud800\"}}}}", ["content.body"] },
            {
                $"{{{Ada},\"content\":{{\"body\":\"x\","
                    + $"\"attachments\":[{{\"fileName\":\"../a\",\"mediaType\":\"x\",\"base64\":\"%\"}},{{}}]}}}}",
                [
                    "content.attachments[0].base64",
                    "content.attachments[0].fileName",
                    "content.attachments[0].mediaType",
                    "content.attachments[1]",
                ]
            },
            { $"{{{Ada},{Text},\"template\":\"order-shipped\"}}", ["template"] },
            { $"{{{Ada},\"template\":\"no-such-template\"}}", ["template"] },
            { $"{{{Ada},{Text},\"colour\":\"red\"}}", ["colour"] },
            { $"{{{Ada},{Text},{Text}}}", ["content"] },
            { $"{{{Ada},{Text},\"data\":[1]}}", ["data"] },
            { $"{{{Ada},{Text},\"data\":{{\"a\":[\"\\udc00\"]}}}}", ["data.a[0]"] },
            { $"{{{Ada},{Text},\"data\":{Nested(60)}}}", ["data" + string.Concat(Enumerable.Repeat(".a", 60))] },
            { $"{{{Ada},{Text},\"channels\":[\"pigeon\"]}}", ["channels[0]", "to.email"] },
            { $"{{{Ada},{Text},\"channels\":[\"email\",\"E-Mail\"]}}", ["channels[1]"] },
            { $"{{{Ada},{Text},\"channels\":[]}}", ["channels", "to.email"] },
            { $"{{{Ada},{Text},\"priority\":\"urgent\"}}", ["priority"] },
            { $"{{{Ada},{Text},\"priority\":1}}", ["priority"] },
            { $"{{{Ada},{Text},\"sendAt\":\"tomorrow\"}}", ["sendAt"] },
            {
                $"{{{Ada},{Text},\"sendAt\":\"\\ud800\",\"sendAtLocal\":\"\\ud800\","
                    + $"\"priority\":\"\\ud800\",\"digest\":{{\"window\":\"\\ud800\"}}}}",
                ["digest.window", "priority", "sendAt", "sendAtLocal"]
            },
            { $"{{{Ada},{Text},\"sendAt\":\"2031-01-01T10:00:00\"}}", ["sendAt"] },
            { $"{{{Ada},{Text},\"sendAt\":\"9999-01-01T10:00:00Z\"}}", ["sendAt"] },
            { $"{{{Ada},{Text},\"sendAt\":\"0001-01-01T00:00:00Z\"}}", ["sendAt"] },
            { $"{{{Ada},{Text},\"sendAtLocal\":\"0001-01-01T00:00:00\"}}", ["sendAtLocal"] },
            { $"{{{Ada},{Text},\"sendAtLocal\":\"9999-12-31T23:59:59\"}}", ["sendAtLocal"] },
            { $"{{\"to\":{{\"topic\":\"news\"}},{Text},\"sendAtLocal\":\"0001-01-01T00:00:00\"}}", ["sendAtLocal"] },
            { $"{{{Ada},{Text},\"expiresAt\":\"9999-12-31T23:59:59Z\"}}", ["expiresAt"] },
            { $"{{{Ada},{Text},\"expiresAt\":\"0001-01-01T00:00:00+14:00\"}}", ["expiresAt"] },
            { $"{{{Ada},{Text},\"expiresAt\":\"2020-01-01T10:00:00Z\"}}", ["expiresAt"] },
            { $"{{{Ada},{Text},\"idempotencyKey\":\"\"}}", ["idempotencyKey"] },
            { $"{{{Ada},{Text},\"fallback\":[]}}", ["fallback"] },
            {
                $"{{{Ada},{Text},\"fallback\":[{{\"channel\":\"sms\",\"after\":\"soon\"}}]}}",
                ["fallback[0].after", "fallback[0].channel"]
            },
            {
                $"{{{Ada},{Text},\"fallback\":[{{\"channel\":\"pigeon\",\"after\":\"PT5M\"}},{{\"chanel\":\"sms\"}},5]}}",
                ["fallback[0].channel", "fallback[1].after", "fallback[1].chanel", "fallback[1].channel", "fallback[2]"]
            },
            { $"{{{Ada},{Text},\"category\":\"\"}}", ["category"] },
            { $"{{{Ada},{Text},\"collapseKey\":\"{new string('k', 65)}\"}}", ["collapseKey"] },
            { $"{{{Ada},{Text},\"throttle\":5}}", ["throttle"] },
            { $"{{{Ada},{Text},\"throttle\":{{\"max\":0,\"per\":\"PT0S\"}}}}", ["category", "throttle.max", "throttle.per"] },
            {
                $"{{{Ada},{Text},\"category\":\"c\",\"throttle\":{{\"max\":\"5\",\"per\":\"P1M\",\"most\":1}}}}",
                ["throttle.max", "throttle.most", "throttle.per"]
            },
            { $"{{{Ada},{Text},\"digest\":{{\"window\":\"PT1H\"}}}}", ["digest"] },
            { $"{{{Ada},\"template\":\"t\",\"digest\":{{\"cron\":\"at noon\"}}}}", ["digest.cron", "template"] },
            { $"{{{Ada},\"template\":\"t\",\"digest\":{{\"cron\":\"5/2147483647 * * * *\"}}}}", ["digest.cron", "template"] },
            { $"{{{Ada},\"template\":\"t\",\"digest\":{{\"cron\":\"0 8 31 2 *\"}}}}", ["digest.cron", "template"] },
            { $"{{{Ada},\"template\":\"t\",\"digest\":{{\"window\":\"1 hour\",\"at\":1}}}}", ["digest.at", "digest.window"] },
            { $"{{{Ada},\"template\":\"t\",\"digest\":{{\"window\":\"PT1H\",\"key\":\"\"}}}}", ["digest.key", "template"] },
            { $"{{{Ada},\"template\":\"t\",\"digest\":{{\"window\":\"PT1H\",\"key\":7}}}}", ["digest.key"] },
            { $"{{{Ada},{Text},\"sendAtLocal\":\"2031-01-01T10:00:00Z\"}}", ["sendAtLocal"] },
            { $"{{{Ada},{Text},\"sendAt\":\"2020-01-01T10:00:00Z\",\"sendAtLocal\":\"2020-01-01T10:00:00\"}}", ["sendAtLocal"] },
            { $"{{{Ada},{Text},\"idempotencyKey\":\"{new string('k', 257)}\"}}", ["idempotencyKey"] },
            {
                "{\"to\":[{\"email\":\"nobody\"},{\"email\":5},{\"phone\":\"7\"}],\"content\":{\"titel\":\"x\",\"body\":1},"
                    + "\"template\":\"t\","
                    + "\"channels\":[\"email\",\"sms\",\"pigeon\"],\"priority\":\"High\","
                    + "\"sendAt\":1,\"expiresAt\":\"2020-01-01T00:00:00Z\",\"Data\":{}}",
                [
                    "Data",
                    "channels[2]",
                    "content.body",
                    "content.titel",
                    "expiresAt",
                    "priority",
                    "sendAt",
                    "template",
                    "to[0].email",
                    "to[1].email",
                    "to[2].phone",
                ]
            },
        };

    [Theory]
    [MemberData(nameof(WrongFields))]
    public async Task All_invalid_fields_are_named_and_nothing_is_stored(string json, string[] fields)
    {
        using var response = await shared.App.TriggerAsync(json);

        var problem = await response.ProblemAsync(HttpStatusCode.BadRequest);
        Assert.Equal(fields.Order(StringComparer.Ordinal), problem.Fields());
        Assert.Equal(0, shared.Enqueued);
    }

    [Fact]
    public async Task The_number_of_stored_items_is_compared()
    {
        var store = new CountingQueue();
        await using var app = await ApiApplication.StartAsync(services: store.Watch);
        using var response = await app.TriggerAsync($"{{{Ada},{Text}}}");

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Assert.Equal(1, store.Enqueued);
    }

    [Fact]
    public async Task A_header_that_contradicts_the_body_is_refused_by_name()
    {
        using var response = await shared.App.TriggerAsync(
            $"{{{Ada},{Text},\"idempotencyKey\":\"a\"}}",
            ("Idempotency-Key", "b"),
            ("X-Notify-Tenant", new string('t', 300))
        );

        Assert.Equal(["X-Notify-Tenant", "idempotencyKey"], (await response.ProblemAsync(HttpStatusCode.BadRequest)).Fields());
    }

    [Theory]
    [InlineData("{\n  \"to\": ]", 2, 9)]
    [InlineData("", 1, 1)]
    [InlineData("{\"to\":1} x", 1, 10)]
    public async Task The_error_for_invalid_JSON_has_the_line_and_the_position(string json, int line, int position)
    {
        using var response = await shared.App.TriggerAsync(json);

        var problem = await response.ProblemAsync(HttpStatusCode.BadRequest);
        Assert.Equal((line, position), (problem.GetProperty("line").GetInt32(), problem.GetProperty("position").GetInt32()));
    }

    [Fact]
    public async Task A_body_that_is_not_UTF8_is_refused()
    {
        using var body = new ByteArrayContent([(byte)'"', 0xff, (byte)'"'])
        {
            Headers = { ContentType = new("application/json") },
        };
        using var response = await shared.App.Client.PostAsync("/v1/notifications", body);

        await response.ProblemAsync(HttpStatusCode.BadRequest);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_body_over_the_limit_is_refused(bool chunked)
    {
        var json = $"{{{Ada},\"content\":{{\"body\":\"{new string('x', 2_000_000)}\"}}}}";
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/notifications")
        {
            Content = new StringContent(json, Encoding.UTF8, "application/json"),
            Headers = { TransferEncodingChunked = chunked, ExpectContinue = true },
        };
        using var response = await shared.App.Client.SendAsync(request);

        await response.ProblemAsync(HttpStatusCode.RequestEntityTooLarge);
        Assert.Equal(0, shared.Enqueued);
    }

    [Fact]
    public async Task The_limit_can_be_configured()
    {
        await using var app = await ApiApplication.StartAsync(options => options.MaxBodyBytes = 3_000_000);
        using var response = await app.TriggerAsync($"{{{Ada},\"content\":{{\"body\":\"{new string('x', 2_000_000)}\"}}}}");

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/json; charset=iso-8859-1")]
    [InlineData(null)]
    public async Task Another_content_type_is_refused(string? contentType)
    {
        using var body = new ByteArrayContent(Encoding.UTF8.GetBytes($"{{{Ada},{Text}}}"));
        body.Headers.ContentType = contentType is null ? null : MediaTypeHeaderValue.Parse(contentType);
        using var response = await shared.App.Client.PostAsync("/v1/notifications", body);

        await response.ProblemAsync(HttpStatusCode.UnsupportedMediaType);
    }

    [Theory]
    [InlineData("/v1/notifications/7a1c2f64-6d4b-4f2e-9d51-7a3a9c0f6a11")]
    [InlineData("/v1/notifications/not-an-id")]
    [InlineData("/v1/notifications/a/b")]
    [InlineData("/v1/sandbox/nothing")]
    [InlineData("/v1/users/nobody")]
    [InlineData("/v1/topics/t")]
    [InlineData("/v1/templates/nothing")]
    [InlineData("/v1/analytics/unknown")]
    public async Task Unknown_resources_are_not_found(string path)
    {
        using var response = await shared.App.Client.GetAsync(path);

        await response.ProblemAsync(HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("PUT", "/v1/notifications", "GET, HEAD, POST")]
    [InlineData("DELETE", "/v1/notifications/x", "GET, HEAD")]
    [InlineData("POST", "/health/ready", "GET, HEAD")]
    [InlineData("POST", "/v1/sandbox/messages", "GET, HEAD")]
    [InlineData("GET", "/v1/notifications/x/cancel", "POST")]
    [InlineData("POST", "/v1/users/u", "GET, HEAD, PUT, PATCH, DELETE")]
    [InlineData("PUT", "/v1/users/u/devices", "GET, HEAD")]
    [InlineData("POST", "/v1/users/u/devices/d", "GET, HEAD, PUT, DELETE")]
    [InlineData("PUT", "/v1/users/u/preferences", "GET, HEAD, PATCH")]
    [InlineData("PUT", "/v1/topics/t/subscribers", "GET, HEAD, POST")]
    [InlineData("DELETE", "/v1/topics/t/subscribers", "GET, HEAD, POST")]
    [InlineData("GET", "/v1/topics/t/subscribers/remove", "POST")]
    [InlineData("POST", "/v1/templates/t", "GET, HEAD, PUT, DELETE")]
    [InlineData("GET", "/v1/templates/t/preview", "POST")]
    [InlineData("DELETE", "/v1/dead-letters", "GET, HEAD")]
    [InlineData("GET", "/v1/dead-letters/replay", "POST")]
    [InlineData("GET", "/v1/receipts", "POST")]
    [InlineData("POST", "/v1/analytics/deliveries", "GET, HEAD")]
    public async Task A_wrong_method_is_refused_and_the_answer_names_the_right_one(string method, string path, string allowed)
    {
        using var response = await shared.App.Client.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));

        await response.ProblemAsync(HttpStatusCode.MethodNotAllowed);
        Assert.Equal(allowed, string.Join(", ", response.Content.Headers.Allow));
    }

    [Theory]
    [InlineData("limit=0", "limit")]
    [InlineData("page=2", "page")]
    [InlineData("limit=501", "limit")]
    [InlineData("limit=a", "limit")]
    [InlineData("after=a", "after")]
    public async Task An_invalid_page_is_refused(string query, string field)
    {
        using var response = await shared.App.Client.GetAsync($"/v1/notifications/{Guid.NewGuid()}?{query}");

        Assert.Equal([field], (await response.ProblemAsync(HttpStatusCode.BadRequest)).Fields());
    }

    private static string Nested(int levels) =>
        string.Concat(Enumerable.Repeat("{\"a\":", levels)) + "\"\\ud800\"" + new string('}', levels);
}
