using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Notify.Providers;

namespace Notify.Hosting.Tests;

/// <summary><c>/v1/providers</c>.</summary>
public sealed class ProvidersOverHttpTests
{
    private const string Trigger = """
        {"to":{"channel":"pager","address":"x"},"channels":["pager"],"content":{"body":"x"}}
        """;

    [Fact]
    public async Task A_provider_is_listed_with_its_figures_paused_and_resumed()
    {
        await using var app = await ApiApplication.StartAsync(services: services =>
            services.AddSingleton<IDeliveryProvider>(new ScriptedProvider("pager", Channel.Create("pager"), _ => Outcome.Sent()))
        );
        await app.WhenAsync(await app.AcceptAsync(Trigger), "sent", 1);
        var used = await FindAsync(app);
        Assert.Equal("pager", used.Text("channel"));
        Assert.False(used.GetProperty("paused").GetBoolean());
        var process = Assert.Single(used.GetProperty("processes").EnumerateArray());
        Assert.Equal(1, process.GetProperty("sent").GetInt32());
        Assert.True(process.GetProperty("latency").GetProperty("p99").GetInt64() >= 0);
        Assert.False(process.TryGetProperty("circuitOpenUntil", out _));

        var paused = await app.CallAsync("POST", "/v1/providers/pager/pause");
        var again = await app.CallAsync("POST", "/v1/providers/pager/pause");
        Assert.True(paused.GetProperty("paused").GetBoolean());
        Assert.Equal(paused.Text("pausedAt"), again.Text("pausedAt"));
        var waiting = await app.AcceptAsync(Trigger);
        await app.WhenAsync(await app.AcceptAsync("""{"to":{"email":"a@example.org"},"content":{"body":"x"}}"""), "sent", 1);
        Assert.Equal("inProgress", (await app.CallAsync("GET", waiting)).Text("status"));

        var resumed = await app.CallAsync("POST", "/v1/providers/pager/resume");
        Assert.False(resumed.GetProperty("paused").GetBoolean());
        await app.WhenAsync(waiting, "sent", 1);
        using var unknown = await app.SendAsync("POST", "/v1/providers/other/pause");
        await unknown.ProblemAsync(HttpStatusCode.NotFound);
        var audit = await app.CallAsync("GET", "/v1/audit?action=pauseProvider");
        Assert.Equal("pager", audit.GetProperty("items")[1].GetProperty("resource").Text("id"));
    }

    private static async Task<JsonElement> FindAsync(ApiApplication app) =>
        (await app.CallAsync("GET", "/v1/providers"))
            .GetProperty("items")
            .EnumerateArray()
            .Single(provider => provider.Text("name") == "pager");
}
