using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;

namespace Notify.Providers.Sandbox.Tests;

/// <summary>Overrides that an application sets on the trigger itself, where no JSON reader has checked them.</summary>
public sealed class OverrideTests
{
    [Theory]
    [InlineData("5", "wrong_type")]
    [InlineData("[{}]", "wrong_type")]
    [InlineData("null", "wrong_type")]
    [InlineData("""{"payload":{"a":"\udc00"}}""", "invalid_text")]
    [InlineData("""{"payload":{"a":[["\ud800x"]]}}""", "invalid_text")]
    [InlineData("""{"payload":{"\ud800":1}}""", "invalid_text")]
    [InlineData("""{"payload":{"a":"\ud83d\ude00"}}""", null)]
    public async Task Overrides_are_an_object_of_valid_texts(string overrides, string? code)
    {
        await using var application = await SandboxApplication.StartAsync(notifications => notifications.AddSandbox());
        var trigger = new Trigger
        {
            To = Recipient.PushToken(new string('a', 64), Platform.Ios),
            Content = new Content
            {
                Title = "Hello",
                Overrides = new Dictionary<string, JsonElement> { ["apns"] = JsonDocument.Parse(overrides).RootElement },
            },
        };

        if (code is null)
        {
            await application.TriggerAsync(trigger);
            return;
        }

        var refused = await Assert.ThrowsAsync<InvalidRequestException>(() => application.TriggerAsync(trigger));
        Assert.Equal([("content.overrides.apns", code)], refused.Errors.Select(error => (error.Field, error.Code)));
    }
}
