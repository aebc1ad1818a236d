using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Notify.Testing;

namespace Notify.Hosting.Tests;

/// <summary>
/// A tenant can never read, list, count, send for, or infer the existence of another tenant's data. The endpoints, their bodies
/// and the IDs come from the OpenAPI document and from the answers of lists, so new endpoints are tested automatically.
/// </summary>
public sealed partial class TenantIsolationTests : IAsyncLifetime
{
    private const string User = "/v1/users/ada";

    private ApiApplication _app = null!;
    private OpenApiDocument _document = null!;
    private string _ours = null!;
    private string _theirs = null!;

    public async ValueTask InitializeAsync()
    {
        _app = await ApiApplication.StartAsync(
            options => options.RequireKey = true,
            services =>
                services
                    .AddNotifications(options => options.PollInterval = TimeSpan.FromMilliseconds(20))
                    .AddWebhook(options => options.Secret = $"whsec_{Convert.ToBase64String(new byte[32])}")
        );
        _ours = await CreateKeyAsync("ours");
        _theirs = await CreateKeyAsync("theirs");
        _document = new OpenApiDocument(JsonElement.Parse((await AskAsync(_ours, "GET", "/openapi/v1.json")).Body));
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task The_answers_of_a_tenant_do_not_depend_on_the_data_of_another()
    {
        await FillAsync(_ours, "ours");
        var before = await SettleAsync(_ours);
        await FillAsync(_theirs, "theirs");
        await FillAsync(_theirs, "more");
        var theirs = await SettleAsync(_theirs);
        var after = await ReadAllAsync(_ours, before.Keys);

        Assert.True(before.Count > 20, $"{before.Count} answers");
        Assert.True(before.Values.Count(answer => answer.Status == HttpStatusCode.OK) > 18, "too few answers have data");
        Assert.All(before, answer => Assert.Equal(answer.Value, after[answer.Key]));

        // What one tenant named, the other one cannot find anywhere.
        Assert.All(after.Values, answer => Assert.DoesNotContain("theirs", answer.Body, StringComparison.Ordinal));
        Assert.All(theirs.Values, answer => Assert.DoesNotContain("ours", answer.Body, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Every_call_with_an_ID_of_another_tenant_is_answered_like_one_with_an_unknown_ID()
    {
        await FillAsync(_ours, "ours");
        await FillAsync(_theirs, "theirs");
        var theirs = await SettleAsync(_theirs);
        // Both tenants use some names, such as that of a topic.
        var ids = FindIds(theirs).Except(FindIds(await SettleAsync(_ours))).ToArray();
        Assert.True(ids.Length > 10, $"{ids.Length} IDs");

        var tried = 0;
        // Each kind of ID has another form, which an error may mention.
        var unknownIds = ids.ToDictionary(id => id, id => Guid.TryParse(id, out _) ? $"{Guid.CreateVersion7()}" : $"{id}-none");
        foreach (var operation in _document.Operations.Where(operation => operation.Path.Contains('{', StringComparison.Ordinal)))
        {
            foreach (var id in ids)
            {
                var unknown = unknownIds[id];
                var foreign = await AskAsync(_ours, operation, id);
                var absent = await AskAsync(_ours, operation, unknown);

                Assert.True(absent.Status == foreign.Status, $"{operation} {id}: {foreign}");
                Assert.Equal(Normalize(absent.Body, unknown), Normalize(foreign.Body, id));
                tried++;
            }
        }

        Assert.True(tried > 200, $"{tried} calls");
        var later = await ReadAllAsync(_theirs, theirs.Keys);
        Assert.All(theirs, answer => Assert.Equal(answer.Value, later[answer.Key]));
    }

    [Fact]
    public async Task IDs_and_keys_in_bodies_mean_only_what_the_own_tenant_has()
    {
        await FillAsync(_theirs, "theirs");
        var before = await SettleAsync(_theirs);
        var delivery = before
            .Single(answer =>
                answer.Key.StartsWith("/v1/notifications/", StringComparison.Ordinal)
                && answer.Value.Body.Contains("\"reference\":\"ref-theirs\"", StringComparison.Ordinal)
            )
            .Value.Body;
        var id = JsonElement.Parse(delivery).GetProperty("deliveries").GetProperty("items")[0].Text("id");

        var receipts = await CallAsync("POST", "/v1/receipts", $$"""{"receipts":[{"delivery":"{{id}}","kind":"opened"}]}""");
        Assert.Contains(id!, receipts, StringComparison.Ordinal);
        var cancelled = await CallAsync("POST", "/v1/notifications/cancel", """{"reference":"ref-theirs"}""");
        Assert.Contains("\"cancelled\":0", cancelled, StringComparison.Ordinal);
        await CallAsync("POST", "/v1/dead-letters/replay", """{"all":true}""");
        await CallAsync("DELETE", "/v1/users/user-theirs", null, HttpStatusCode.NotFound);
        await CallAsync(
            "POST",
            "/v1/topics/topic-theirs/subscribers/remove",
            """{"users":["user-theirs"]}""",
            HttpStatusCode.NoContent
        );
        // The same key of another tenant with another body is no conflict.
        await CallAsync(
            "POST",
            "/v1/notifications",
            """{"to":{"email":"eve@example.org"},"content":{"body":"Hello"},"idempotencyKey":"key-theirs"}""",
            HttpStatusCode.Accepted
        );
        await CallAsync(
            "POST",
            "/v1/notifications",
            """{"to":{"user":"user-theirs"},"content":{"body":"Hello"}}""",
            HttpStatusCode.BadRequest
        );

        var after = await ReadAllAsync(_theirs, before.Keys);
        Assert.All(before, answer => Assert.Equal(answer.Value, after[answer.Key]));
    }

    [Fact]
    public async Task A_stream_has_only_events_of_the_own_tenant()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/events")
        {
            Headers = { Authorization = new("Bearer", _ours) },
        };
        using var response = await _app.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync());
        while (!(await lines.ReadLineAsync())!.Contains("ready", StringComparison.Ordinal)) { }
        await FillAsync(_theirs, "theirs");
        await SettleAsync(_theirs);
        await TriggerAsync(_ours, "ours");

        var received = new StringBuilder();
        while (!received.ToString().Contains("delivery.", StringComparison.Ordinal))
            received.AppendLine(await lines.ReadLineAsync());
        Assert.DoesNotContain("theirs", received.ToString(), StringComparison.Ordinal);
    }

    private async Task<string> CallAsync(string method, string path, string? json, HttpStatusCode? expected = null)
    {
        var (status, body) = await AskAsync(_ours, method, path, json);
        Assert.True(expected is null ? (int)status < 300 : status == expected, $"{method} {path}: {status} {body}");
        return body;
    }
}
