using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Notify.TestSupport;

namespace Notify.Chaos.Tests;

/// <summary>An import that a killed process leaves half done is continued by the next one.</summary>
public sealed class KilledImportTests
{
    private const int Users = 10_000;

    [Fact]
    public async Task A_process_that_is_killed_in_the_middle_of_an_import_loses_no_line()
    {
        await using var folder = new HostFolder();
        var host = await folder.StartAsync(folder.Settings());
        using var client = new HttpClient { BaseAddress = host.Settings.Address };
        var job = await StartAsync(client);
        await Eventually.TrueAsync(async () => await DoneAsync(client, job) > 0, "the import to begin");
        await host.KillAsync();

        var next = await folder.StartAsync(folder.Settings());
        using var other = new HttpClient { BaseAddress = next.Settings.Address };
        Assert.InRange(await DoneAsync(other, job), 1, Users - 1);
        await Eventually.TrueAsync(async () => await DoneAsync(other, job) == Users, "the import to end");

        var ended = await ReadAsync(other, job);
        Assert.Equal(Users, ended.GetProperty("total").GetInt32());
        Assert.Equal(1, ended.GetProperty("failed").GetInt32());
        var ids = new HashSet<string>(StringComparer.Ordinal);
        for (var page = "/v1/users?limit=200"; page is not null; )
        {
            var users = await ReadAsync(other, page);
            ids.UnionWith(users.GetProperty("items").EnumerateArray().Select(user => user.GetProperty("id").GetString()!));
            page = users.TryGetProperty("next", out var following) ? following.GetString() : null;
        }

        Assert.Equal(Users - 1, ids.Count);
    }

    private static async Task<string> StartAsync(HttpClient client)
    {
        var lines = new StringBuilder("{\"id\":\"x\",\"addresses\":{\"email\":\"nobody\"}}\n");
        for (var i = 1; i < Users; i++)
            lines
                .Append(
                    CultureInfo.InvariantCulture,
                    $$$"""{"id":"user-{{{i}}}","addresses":{"email":"user{{{i}}}@example.org"}}"""
                )
                .Append('\n');
        var content = new StringContent(lines.ToString(), Encoding.UTF8, MediaTypeHeaderValue.Parse("application/x-ndjson"));
        using var started = await client.PostAsync(new Uri("/v1/jobs/import-users", UriKind.Relative), content);
        Assert.True(started.IsSuccessStatusCode, await started.Content.ReadAsStringAsync());
        return started.Headers.Location!.ToString();
    }

    private static async Task<int> DoneAsync(HttpClient client, string job) =>
        (await ReadAsync(client, job)).GetProperty("done").GetInt32();

    private static async Task<JsonElement> ReadAsync(HttpClient client, string path) =>
        JsonElement.Parse(await client.GetStringAsync(new Uri(path, UriKind.Relative)));
}
