using System.Globalization;
using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Notify.Storage;

namespace Notify.Hosting.Tests;

/// <summary>Tests of the figures over HTTP.</summary>
public sealed class AnalyticsOverHttpTests
{
    private static readonly DateTimeOffset Start = new(2031, 5, 28, 9, 0, 0, TimeSpan.Zero);

    private const string Url = "/v1/analytics?from=2031-05-28T09:00:00Z&to=2031-05-28T12:00:00Z";

    [Fact]
    public async Task Figures_are_listed_in_pages()
    {
        await using var app = await StartAsync();
        var everything = $"{Url}&groupBy=channel,provider,category&resolution=minute";
        var (_, whole) = await app.AskAsync("GET", everything);
        var all = Describe(JsonElement.Parse(whole));

        Assert.Equal(12, all.Length);
        Assert.Equal(
            all.OrderBy(row => row[..16], StringComparer.Ordinal).Select(row => row[..16]),
            all.Select(row => row[..16])
        );
        for (var limit = 1; limit <= 14; limit++)
        {
            var found = new List<string>();
            for (var next = $"{everything}&limit={limit}"; next is not null; )
            {
                var (status, answer) = await app.AskAsync("GET", next);
                Assert.Equal(HttpStatusCode.OK, status);
                var page = JsonElement.Parse(answer);
                found.AddRange(Describe(page));
                next = page.TryGetProperty("next", out var link) ? link.GetString() : null;
            }

            Assert.Equal(all, found);
        }
    }

    [Fact]
    public async Task Figures_are_summed_by_time_and_filtered()
    {
        await using var app = await StartAsync();

        var (_, hours) = await app.AskAsync("GET", Url);
        Assert.Equal(
            ["2031-05-28T09:00:00+00:00 6", "2031-05-28T10:00:00+00:00 3", "2031-05-28T11:00:00+00:00 3"],
            JsonElement.Parse(hours).GetProperty("items").EnumerateArray().Select(row => $"{row.Text("time")} {Sent(row)}")
        );
        var (_, sms) = await app.AskAsync("GET", $"{Url}&resolution=total&channel=sms&category=c0");
        Assert.Equal([1], JsonElement.Parse(sms).GetProperty("items").EnumerateArray().Select(Sent));
        var (_, day) = await app.AskAsync("GET", $"{Url}&resolution=day&groupBy=channel");
        var rows = JsonElement.Parse(day);
        Assert.Equal("2031-05-28T00:00:00+00:00", rows.Text("from"));
        Assert.Equal("2031-05-29T00:00:00+00:00", rows.Text("to"));
        var failed = rows.GetProperty("items").EnumerateArray().First();
        Assert.Equal(5, failed.GetProperty("failed").GetInt64());
        Assert.Equal(5, failed.GetProperty("failedBy").GetProperty("rejected").GetInt64());
        Assert.Equal(1.5m, failed.GetProperty("costs").GetProperty("EUR").GetDecimal());
    }

    [Fact]
    public async Task Figures_are_exported_as_CSV_without_formulas()
    {
        await using var app = await StartAsync();
        string[] names = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "plain", "a,b", "say \"hello\"", "two\nlines"];
        await AddAsync(app, [.. names.Select(name => Sent(0) with { Category = name, Tenant = "csv" })]);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{Url}&resolution=hour&groupBy=category,channel&limit=1");
        request.Headers.Add("Accept", "text/csv");
        request.Headers.Add("X-Notify-Tenant", "csv");

        using var response = await app.Client.SendAsync(request);

        Assert.Equal("text/csv", response.Content.Headers.ContentType!.MediaType);
        Assert.Contains("Accept", response.Headers.Vary);
        var lines = (await response.Content.ReadAsStringAsync()).Split("\r\n");
        Assert.StartsWith("time,channel,category,accepted,sent,delivered,opened,clicked,", lines[0], StringComparison.Ordinal);
        Assert.Equal("", lines[^1]);
        Assert.Equal(
            ["'\t=1", "'+1", "'-1", "'=1+1", "'@SUM(A1)", "\"a,b\"", "plain", "\"say \"\"hello\"\"\"", "\"two\nlines\""],
            lines[1..^1]
                .Select(line => line["2031-05-28T09:00:00Z,email,".Length..line.IndexOf(",0,1,", StringComparison.Ordinal)])
                .Order(StringComparer.Ordinal)
                .OrderBy(cell => cell.Trim('"'), StringComparer.Ordinal)
        );

        // JSON stays the answer to browsers and to callers that accept everything.
        using var both = new HttpRequestMessage(HttpMethod.Get, Url);
        both.Headers.Add("Accept", "text/csv;q=0.5, application/json");
        using var json = await app.Client.SendAsync(both);
        Assert.Equal("application/json", json.Content.Headers.ContentType!.MediaType);
    }

    [Fact]
    public async Task Invalid_parameters_are_named()
    {
        await using var app = await StartAsync();
        (string Query, string[] Fields)[] cases =
        [
            ("resolution=week", ["resolution"]),
            ("groupBy=channel,age", ["groupBy"]),
            ("channel=E%20mail&limit=0", ["channel", "limit"]),
            ("from=yesterday", ["from"]),
            ("from=2031-05-28T09:00:00Z&to=2031-05-28T08:00:00Z", ["from"]),
            ("from=2031-05-01T00:00:00Z&to=2031-05-28T08:00:00Z&resolution=minute", ["from"]),
            ("group=channel", ["group"]),
        ];

        foreach (var (query, fields) in cases)
        {
            var (status, answer) = await app.AskAsync("GET", $"/v1/analytics?{query}");
            Assert.Equal(HttpStatusCode.BadRequest, status);
            Assert.Equal(fields, JsonElement.Parse(answer).Fields());
        }
    }

    private static async Task<ApiApplication> StartAsync()
    {
        var app = await ApiApplication.StartAsync();
        await AddAsync(
            app,
            [
                .. from minute in new[] { 0, 1, 60, 120 }
                from i in Enumerable.Range(0, 3)
                select Sent(minute) with
                {
                    Channel = i == 0 ? Channel.Sms : Channel.Email,
                    Provider = i == 0 ? "sms" : "mail",
                    Category = minute == 120 ? null : $"c{minute + i}",
                },
                Sent(0) with
                {
                    Measure = AnalyticsMeasure.Failed,
                    Detail = FailureClasses.Rejected,
                    Value = 5,
                },
                Sent(0) with
                {
                    Measure = AnalyticsMeasure.Cost,
                    Detail = "EUR",
                    Value = 1_500_000,
                },
            ]
        );
        return app;
    }

    private static async Task AddAsync(ApiApplication app, AnalyticsCount[] counts) =>
        await app.Services.GetRequiredService<IAnalyticsStore>().AddAsync(counts, CancellationToken.None);

    private static AnalyticsCount Sent(int minute) =>
        new()
        {
            Time = Start.AddMinutes(minute),
            Resolution = AnalyticsResolution.Minute,
            Tenant = "default",
            Measure = AnalyticsMeasure.Sent,
            Channel = Channel.Email,
            Value = 1,
        };

    private static string[] Describe(JsonElement page) =>
        [
            .. page.GetProperty("items")
                .EnumerateArray()
                .Select(row =>
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{row.Text("time")} {Name(row, "channel")} {Name(row, "provider")} {Name(row, "category")} {Sent(row)}"
                    )
                ),
        ];

    private static string Name(JsonElement row, string name) =>
        row.TryGetProperty(name, out var value) ? value.GetString()! : "-";

    private static long Sent(JsonElement row) => row.GetProperty("sent").GetInt64();
}
