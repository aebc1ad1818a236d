using System.Text.Json;
using System.Text.Json.Nodes;

namespace Notify.Hosting.Tests;

/// <summary>
/// A property of every resource: what GET returned can be sent back, and changes nothing. Each run uses other contents.
/// </summary>
public sealed class RoundTripTests : IAsyncLifetime
{
    private ApiApplication _app = null!;

    public async ValueTask InitializeAsync() => _app = await ApiApplication.StartOnSqliteAsync();

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task What_GET_returned_can_be_sent_back_and_changes_nothing(int seed)
    {
        var random = new Random(seed);
        for (var i = 0; i < 20; i++)
        {
            var user = $"/v1/users/u{random.Next(5)}";
            await _app.CallAsync("PUT", user, CreateUser(random));
            await _app.CallAsync("PATCH", $"{user}/preferences", CreatePreferences(random));
            var device = $"{user}/devices/d{random.Next(3)}";
            await _app.CallAsync("PUT", device, CreateDevice(random));
            var template = $"/v1/templates/t{random.Next(3)}";
            await _app.CallAsync("PUT", template, CreateTemplate(random));
            await _app.CallAsync("POST", "/v1/topics/news/subscribers", $$"""{"users":["u{{random.Next(5)}}"]}""");

            await SendBackAsync(user, "PUT");
            await SendBackAsync(user, "PATCH");
            await SendBackAsync($"{user}/preferences", "PATCH");
            await SendBackAsync(device, "PUT");
            await SendBackAsync(template, "PUT");
            await SendBackAsync("/v1/topics/news/subscribers", "POST", ToUsers);
        }
    }

    [Fact]
    public async Task A_device_changes_its_locale_without_its_token_and_its_app_only_with_it()
    {
        const string Device = "/v1/users/ada/devices/phone";
        await _app.CallAsync(
            "PUT",
            Device,
            """{"platform":"android","token":"the-whole-token-4bc1","app":"shop","locale":"sv"}"""
        );
        var before = await _app.CallAsync("GET", Device);

        await _app.CallAsync("PUT", Device, """{"locale":"de"}""");
        var after = JsonNode.Parse((await _app.CallAsync("GET", Device)).GetRawText())!;
        Assert.Equal("de", after["locale"]!.GetValue<string>());
        after["locale"] = "sv";
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(before.GetRawText()), after));

        using var wrong = await _app.SendAsync("PUT", Device, """{"platform":"ios","app":"other","token":"…4bc1"}""");
        Assert.Equal(["app", "platform"], (await wrong.ProblemAsync(System.Net.HttpStatusCode.BadRequest)).Fields());
        using var foreign = await _app.SendAsync("PUT", Device, """{"platform":"android","token":"…0000"}""");
        Assert.Equal(["token"], (await foreign.ProblemAsync(System.Net.HttpStatusCode.BadRequest)).Fields());
    }

    private async Task SendBackAsync(string path, string method, Func<JsonElement, string>? convert = null)
    {
        using var read = await _app.SendAsync("GET", path);
        var before = await read.Content.ReadAsStringAsync();
        await _app.CallAsync(method, path, convert?.Invoke(JsonElement.Parse(before)) ?? before);

        using var again = await _app.SendAsync("GET", path);
        Assert.Equal(before, await again.Content.ReadAsStringAsync());
        Assert.Equal(read.Headers.ETag, again.Headers.ETag);
    }

    private static string ToUsers(JsonElement subscribers) =>
        JsonSerializer.Serialize(
            new { users = subscribers.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("user").GetString()) }
        );

    private static string CreateUser(Random random)
    {
        var user = new JsonObject { ["addresses"] = new JsonObject() };
        if (random.Next(2) == 0)
            user["addresses"]!["email"] = $"åsa{random.Next(9)}@example.org";
        if (random.Next(2) == 0)
            user["locale"] = Choose(random, "sv", "pt-BR", "zh-Hant");
        if (random.Next(2) == 0)
            user["timeZone"] = Choose(random, "Europe/Stockholm", "Asia/Kathmandu");
        if (random.Next(2) == 0)
            user["quietHours"] = new JsonObject { ["from"] = $"2{random.Next(4)}:30", ["to"] = "07:00" };
        return user.ToJsonString();
    }

    private static string CreatePreferences(Random random)
    {
        var item = new JsonObject { ["status"] = Choose(random, "optedIn", "optedOut") };
        if (random.Next(2) == 0)
            item["category"] = Choose(random, "news", "märketing");
        if (random.Next(2) == 0)
            item["channel"] = Choose(random, "email", "push");
        return new JsonObject { ["items"] = new JsonArray(item), ["source"] = Choose(random, "api", "import") }.ToJsonString();
    }

    private static string CreateDevice(Random random)
    {
        var device = new JsonObject { ["platform"] = "android", ["token"] = $"token-{random.Next(4)}-of-a-phone" };
        if (random.Next(2) == 0)
            device["app"] = "shop";
        if (random.Next(2) == 0)
            device["locale"] = "sv";
        if (random.Next(2) == 0)
            device["timeZone"] = "Europe/Stockholm";
        return device.ToJsonString();
    }

    private static string CreateTemplate(Random random)
    {
        var variants = new JsonArray(new JsonObject { ["title"] = "Hej", ["body"] = $"{random.Next(3)} {{{{ name }}}}" });
        if (random.Next(2) == 0)
            variants.Add(
                new JsonObject
                {
                    ["channel"] = "email",
                    ["locale"] = "sv",
                    ["html"] = "<p>{{ name }}</p>",
                    ["body"] = "x",
                }
            );
        return new JsonObject { ["variants"] = variants }.ToJsonString();
    }

    private static string Choose(Random random, params string[] texts) => texts[random.Next(texts.Length)];
}
