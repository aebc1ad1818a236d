using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Notify.TestSupport;

namespace Notify.Hosting.Tests;

/// <summary><c>/v1/notifications/{id}/pause</c> and <c>…/resume</c>.</summary>
public sealed class BroadcastsOverHttpTests
{
    [Fact]
    public async Task A_broadcast_is_paused_over_a_restart_and_resumed()
    {
        using var folder = new TemporaryFolder();
        string url;
        // This process does not expand, so the broadcast is paused before its first batch.
        await using (var accepting = await StartAsync(folder, Workers.None))
        {
            await accepting.CallAsync("PUT", "/v1/users/ada", """{"addresses":{"email":"ada@example.org"}}""");
            await accepting.CallAsync("POST", "/v1/topics/news/subscribers", """{"users":["ada"]}""");
            url = await accepting.AcceptAsync("""{"to":{"topic":"news"},"content":{"body":"x"}}""");
            var paused = await accepting.CallAsync("POST", $"{url}/pause");
            var again = await accepting.CallAsync("POST", $"{url}/pause");

            Assert.Equal((0, 1), (paused.GetProperty("done").GetInt32(), paused.GetProperty("total").GetInt32()));
            Assert.False(paused.GetProperty("complete").GetBoolean());
            Assert.True(JsonElement.DeepEquals(paused, again));
            foreach (var call in (string[])["pause", "resume"])
            {
                using var foreign = await accepting.SendAsync("POST", $"{url}/{call}", null, "globex");
                await foreign.ProblemAsync(HttpStatusCode.NotFound);
            }
        }

        await using var app = await StartAsync(folder, Workers.All);
        // A notification that is accepted now and sent shows that the process works, and has passed the paused one over.
        var other = await app.AcceptAsync("""{"to":{"topic":"news"},"content":{"body":"y"}}""");
        await app.WhenAsync(other, "sent", 1);
        var held = await app.CallAsync("GET", url);
        Assert.NotNull(held.Text("pausedAt"));
        Assert.Equal("inProgress", held.Text("status"));
        Assert.Equal(0, held.GetProperty("expansions")[0].GetProperty("done").GetInt32());

        var resumed = await app.CallAsync("POST", $"{url}/resume");

        Assert.Null(resumed.Text("pausedAt"));
        var timeline = await app.WhenAsync(url, "sent", 1);
        Assert.Null(timeline.Text("pausedAt"));
        using var direct = await app.SendAsync(
            "POST",
            $"{await app.AcceptAsync("""{"to":{"email":"ada@example.org"},"content":{"body":"z"}}""")}/pause"
        );
        await direct.ProblemAsync(HttpStatusCode.NotFound);
    }

    private static Task<ApiApplication> StartAsync(TemporaryFolder folder, Workers workers) =>
        ApiApplication.StartOnAsync(
            store =>
                store
                    .UseSqlite($"Data Source={folder.File("notify.db")};Pooling=False")
                    .Services.Configure<NotificationsOptions>(options => options.Workers = workers),
            folder: null
        );
}
