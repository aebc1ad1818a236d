using System.Net;
using System.Text.Json;

namespace Notify.Hosting.Tests;

/// <summary>The overall status of a notification in the timeline and in lists.</summary>
public sealed class StatusOverHttpTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_timeline_and_the_list_show_the_status_and_the_list_is_filtered_by_it(bool onSqlite)
    {
        await using var app = onSqlite ? await ApiApplication.StartOnSqliteAsync() : await ApiApplication.StartInMemoryAsync();
        await app.CallAsync("PUT", "/v1/users/homeless", """{ "addresses": {} }""");
        var tomorrow = DateTime.UtcNow.AddDays(1).ToString("O");
        var urls = new Dictionary<string, string>
        {
            ["completed"] = await SendAsync(""" "to": { "email": "a@example.org" } """),
            ["nothingToSend"] = await SendAsync(""" "to": { "user": "homeless" } """),
            ["scheduled"] = await SendAsync($""" "to": [{Email("b")}, {Email("c")}], "sendAt": "{tomorrow}" """),
            ["cancelled"] = await SendAsync($""" "to": {Email("d")}, "sendAt": "{tomorrow}" """),
        };
        await app.WhenAsync(urls["completed"], "sent", 1);
        await app.CallAsync("POST", $"{urls["cancelled"]}/cancel");

        foreach (var (status, url) in urls)
        {
            Assert.Equal(status, (await app.ReadAsync(url)).Text("status"));
            var listed = (await app.ReadAsync($"/v1/notifications?status={status}")).GetProperty("items").EnumerateArray();
            var one = Assert.Single(listed);
            Assert.Equal((status, url), (one.Text("status"), one.Text("statusUrl")));
        }

        var all = (await app.ReadAsync("/v1/notifications")).GetProperty("items").EnumerateArray();
        Assert.Equal(urls.Keys.Order(), all.Select(one => one.Text("status")!).Order());
        Assert.Empty((await app.ReadAsync("/v1/notifications?status=failed")).GetProperty("items").EnumerateArray());

        Task<string> SendAsync(string members) =>
            app.AcceptAsync($$"""{ "content": { "title": "Hello", "body": "Text" }, {{members}} }""");
    }

    [Theory]
    [InlineData("unknown")]
    [InlineData("done")]
    [InlineData("")]
    public async Task An_unknown_status_is_refused(string status)
    {
        await using var app = await ApiApplication.StartAsync();

        using var response = await app.SendAsync("GET", $"/v1/notifications?status={status}");

        Assert.Equal(["status"], (await response.ProblemAsync(HttpStatusCode.BadRequest)).Fields());
    }

    private static string Email(string name) => JsonSerializer.Serialize(new { email = $"{name}@example.org" });
}
