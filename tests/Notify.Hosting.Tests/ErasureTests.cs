using System.Net;
using System.Text;
using System.Text.Json;
using Notify.Providers;
using Notify.TestSupport;

namespace Notify.Hosting.Tests;

/// <summary>A user who was deleted leaves no address and no content behind.</summary>
public sealed class ErasureTests
{
    private const string Address = "ada.lovelace@example.org";
    private const string Token = "token-of-adas-phone";
    private const string Words = "your results are ready";

    private static readonly string[] Secrets = [Address, Token, Words];

    [Fact]
    public async Task The_timeline_and_the_files_hold_nothing_of_a_deleted_user()
    {
        var mail = new ScriptedProvider("mail", Channel.Email, delivery =>
            delivery.To.Value == Address ? Outcome.Rejected($"550 <{Address}> unknown") : Outcome.Sent()
        );
        await using var app = await ApiApplication.StartOnSqliteAsync(mail);
        await SaveUsersAsync(app);
        var urls = new List<string>();
        for (var number = 0; number < 25; number++)
        {
            // Rows of others on the same pages of the file, and some that need pages of their own.
            await app.AcceptAsync("""{"to":{"user":"bo"},"content":{"title":"hello","body":"of bo"}}""");
            urls.Add(await app.AcceptAsync(Trigger(new string('x', number * 500), "")));
        }

        var ended = urls[^1];
        var waiting = await app.AcceptAsync(Trigger("", $",\"sendAt\":\"{DateTime.UtcNow.AddDays(1):O}\""));
        var collected = await app.AcceptAsync(
            $$"""{"to":{"user":"ada"},"template":"summary","data":{"text":"{{Words}}"},"digest":{"window":"PT1H"} }"""
        );
        var shared = await app.AcceptAsync("""{"to":[{"user":"ada"},{"user":"bo"}],"content":{"body":"for both"}}""");
        foreach (var url in urls)
            await app.WhenAsync(url, "deadLetter", 1);
        await app.WhenAsync(shared, "deadLetter", 1);
        Assert.All(Secrets, secret => Assert.True(IsInFiles(app, secret), "the test's own secrets must be found first"));

        Assert.Equal(HttpStatusCode.NoContent, (await app.AskAsync("DELETE", "/v1/users/ada")).Status);

        await Eventually.TrueAsync(() => !Secrets.Any(secret => IsInFiles(app, secret)), "the files to be clean");
        foreach (var url in (string[])[.. urls, waiting, collected, shared])
            Assert.DoesNotContain("lovelace", (await app.AskAsync("GET", url)).Body, StringComparison.Ordinal);
        Assert.Equal(
            ("deadLetter", Reason),
            Describe((await app.CallAsync("GET", ended)).GetProperty("deliveries").GetProperty("items")[0])
        );
        Assert.Equal(
            ("cancelled", Reason),
            Describe((await app.CallAsync("GET", waiting)).GetProperty("deliveries").GetProperty("items")[0])
        );
        Assert.Equal(("cancelled", Reason), Describe((await app.CallAsync("GET", collected)).GetProperty("collected")[0]));
        Assert.Contains("bo@example.org", (await app.AskAsync("GET", shared)).Body, StringComparison.Ordinal);
        Assert.Equal(0, (await app.CallAsync("GET", "/v1/dead-letters")).GetProperty("count").GetInt32());
        Assert.Equal(HttpStatusCode.NotFound, (await app.AskAsync("DELETE", "/v1/users/ada")).Status);
    }

    private const string Reason = "the user was deleted";

    private static (string?, string?) Describe(JsonElement one) =>
        (one.GetProperty("state").GetString(), one.GetProperty("reason").GetString());

    private static async Task SaveUsersAsync(ApiApplication app)
    {
        await app.CallAsync("PUT", "/v1/users/ada", $$"""{"addresses":{"email":"{{Address}}"} }""");
        await app.CallAsync("PUT", "/v1/users/bo", """{"addresses":{"email":"bo@example.org"}}""");
        await app.CallAsync("PUT", "/v1/users/ada/devices/phone", $$"""{"platform":"android","token":"{{Token}}"}""");
        await app.CallAsync("PUT", "/v1/templates/summary", """{"variants":[{"body":"{{count}}"}]}""");
    }

    private static string Trigger(string padding, string more) =>
        $$"""
            {
                "to": {"user": "ada"},
                "channels": ["email"],
                "content": {"title": "{{Words}}", "body": "{{Words}} {{padding}} {{Words}}"}
                {{more}}
            }
            """;

    private static bool IsInFiles(ApiApplication app, string text) =>
        Directory
            .GetFiles(app.Folder, "notify.db*")
            .Any(file =>
            {
                using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
                using var copy = new MemoryStream();
                stream.CopyTo(copy);
                return copy.GetBuffer().AsSpan(0, (int)copy.Length).IndexOf(Encoding.UTF8.GetBytes(text)) >= 0;
            });
}
