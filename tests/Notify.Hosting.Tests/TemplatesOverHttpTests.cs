using System.Net;
using System.Text.Json;

namespace Notify.Hosting.Tests;

public sealed class TemplatesOverHttpTests(SharedApplication shared) : IClassFixture<SharedApplication>
{
    private const string Shipped = """
        {"variants":[{"title":"{{ n }}","body":"{{ n | format_number: 'N2' }}"},
         {"locale":"de","body":"{{ n | format_number: 'N2' }} {{ at | date: '%A, %d. %B %H:%M' }}"},
         {"channel":"email","html":"<p>{{ name }}</p>"}]}
        """;

    [Theory]
    [InlineData("de", "{{ n | format_number: 'N2' }}", "1.234.567,50")]
    [InlineData("de-CH", "{{ n | times: 2 }}", "2469135.0")]
    [InlineData("fr-CA", "{{ at | date: '%A %d %B %Y' }}", "dimanche 29 mars 2026")]
    [InlineData("de", "{{ at | format_date: 'D' }}", "Sonntag, 29. März 2026")]
    [InlineData("en-US", "{{ at | date: '%x %X' }}", "3/29/2026 10:15")]
    [InlineData("th-TH", "{{ at | date: '%Y' }}", "2026")]
    [InlineData("ar-SA", "{{ at | date: '%Y-%m-%d' }}", "2026-03-29")]
    [InlineData("fa-IR", "{{ at | date: '%d' }}", "29")]
    [InlineData("tr", "{{ 'i' | upcase }}", "İ")]
    [InlineData("en-x-none", "{{ n | format_number: 'N1' }}", "1,234,567.5")]
    public async Task Dates_and_numbers_are_formatted_in_the_language_of_the_variant(string locale, string source, string text)
    {
        var answer = await PreviewAsync(
            shared.App,
            new
            {
                variants = new[] { new { locale, body = source } },
                data = new { n = 1_234_567.5, at = "2026-03-29T10:15:00Z" },
                locale,
            }
        );

        Assert.StartsWith(text, Body(answer, 0).Replace('\u202f', ' '), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Europe/Stockholm", "12:15")]
    [InlineData("America/New_York", "06:15")]
    [InlineData(null, "10:15")]
    public async Task A_preview_uses_the_time_zone_in_the_request(string? timeZone, string text)
    {
        var answer = await PreviewAsync(
            shared.App,
            new
            {
                variants = new[] { new { body = "{{ at | date: '%H:%M' }}" } },
                data = new { at = "2026-03-29T10:15:00Z" },
                timeZone,
            }
        );

        Assert.Equal(text, Body(answer, 0));
    }

    [Fact]
    public async Task A_preview_shows_all_variants_or_those_for_a_locale_and_stores_nothing()
    {
        await using var app = await ApiApplication.StartAsync();
        await app.CallAsync("PUT", "/v1/templates/shipped", Shipped);
        await app.CallAsync("PUT", "/v1/templates/shipped", """{"variants":[{"body":"two"}]}""");
        const string data = """ "data":{"n":1.50,"at":"2026-03-29T10:15:00Z","name":"<Ada>"} """;

        var all = await app.CallAsync("POST", "/v1/templates/shipped/preview", $$"""{"version":1,{{data}}}""");
        var german = await app.CallAsync(
            "POST",
            "/v1/templates/shipped/preview",
            $$"""{"version":1,"locale":"de-AT","timeZone":"Europe/Vienna",{{data}}}"""
        );
        var newest = await app.CallAsync("POST", "/v1/templates/shipped/preview", "{}");
        var draft = await app.CallAsync("POST", "/v1/templates/preview", Shipped.Replace("]}", "]," + data + "}"));

        var variants = all.GetProperty("variants").EnumerateArray().ToArray();
        Assert.Equal(
            ("1.50", "1.50", "<p>&lt;Ada&gt;</p>", "email"),
            (
                variants[0].GetProperty("title").GetString(),
                variants[0].GetProperty("body").GetString(),
                variants[2].GetProperty("html").GetString(),
                variants[2].GetProperty("channel").GetString()
            )
        );
        Assert.Equal("1,50 Sonntag, 29. März 12:15", Body(german, 0));
        Assert.Equal(1, german.GetProperty("variants").GetArrayLength());
        Assert.Equal("two", Body(newest, 0));
        Assert.Equal(all.GetRawText(), draft.GetRawText());
        Assert.Equal(HttpStatusCode.NotFound, (await app.AskAsync("GET", "/v1/templates/preview")).Status);
        Assert.Equal(2, (await app.CallAsync("GET", "/v1/templates/shipped")).GetProperty("version").GetInt32());
    }

    [Theory]
    [InlineData("""{"variants":[{"body":"{{ x }}"}]}""", "data.x")]
    [InlineData("""{"variants":[{"body":"a\n{{ x | nope }}"}]}""", "variants[0].body")]
    [InlineData("""{"variants":[{"body":"{% for i in (1..1000000000) %}{% endfor %}"}]}""", "template")]
    [InlineData("""{"variants":[{"body":"x"}],"locale":"no such locale","timeZone":"Mars","data":{}}""", "locale,timeZone")]
    [InlineData("""{"variants":[{"body":"x"}],"data":[1],"colour":1}""", "colour,data")]
    [InlineData("""{"data":{}}""", "variants")]
    public async Task A_preview_reports_the_same_errors_as_saving_and_triggering(string body, string fields)
    {
        await using var app = await ApiApplication.StartAsync();

        var (status, answer) = await app.AskAsync("POST", "/v1/templates/preview", body);

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal(fields, string.Join(',', JsonElement.Parse(answer).Fields()));
    }

    [Fact]
    public async Task A_deleted_template_is_not_found()
    {
        await using var app = await ApiApplication.StartAsync();
        await app.CallAsync("PUT", "/v1/templates/shipped", """{"variants":[{"body":"one"}]}""");

        Assert.Equal(HttpStatusCode.NoContent, (await app.AskAsync("DELETE", "/v1/templates/shipped")).Status);

        Assert.Equal(HttpStatusCode.NotFound, (await app.AskAsync("DELETE", "/v1/templates/shipped")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await app.AskAsync("GET", "/v1/templates/shipped")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await app.AskAsync("POST", "/v1/templates/shipped/preview", "{}")).Status);
        Assert.Equal(
            HttpStatusCode.BadRequest,
            (await app.AskAsync("POST", "/v1/notifications", """{"to":{"email":"a@example.org"},"template":"shipped"}""")).Status
        );
    }

    private static string Body(JsonElement answer, int variant) =>
        answer.GetProperty("variants")[variant].GetProperty("body").GetString()!;

    private static Task<JsonElement> PreviewAsync(ApiApplication app, object body) =>
        app.CallAsync("POST", "/v1/templates/preview", JsonSerializer.Serialize(body));
}
