using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Notify.FakeGateways.Fcm;

namespace Notify.Providers.Fcm.Tests;

/// <summary>Tests that a trigger is refused if FCM would certainly refuse its message.</summary>
public sealed class RulesTests
{
    [Theory]
    [InlineData("""{"token":"another"}""", "fcm.token")]
    [InlineData("""{"topic":"news"}""", "fcm.topic")]
    [InlineData("""{"name":"projects/p/messages/1"}""", "fcm.name")]
    [InlineData("""{"notifications":{}}""", "fcm.notifications")]
    [InlineData("""{"notification":"text"}""", "fcm.notification")]
    [InlineData("""{"notification":{"title":1}}""", "fcm.notification.title")]
    [InlineData("""{"data":{"order":42}}""", "fcm.data.order")]
    [InlineData("""{"data":{"google.sent_time":"1"}}""", "fcm.data.google.sent_time")]
    [InlineData("""{"android":{"ttl":3600}}""", "fcm.android.ttl")]
    [InlineData("""{"android":{"ttl":"1h"}}""", "fcm.android.ttl")]
    [InlineData("""{"android":{"priority":"urgent"}}""", "fcm.android.priority")]
    [InlineData("""{"android":{"data":{"from":"me"}}}""", "fcm.android.data.from")]
    [InlineData("""{"android":[]}""", "fcm.android")]
    [InlineData("""{"apns":{"headers":{"apns-priority":10}}}""", "fcm.apns.headers.apns-priority")]
    [InlineData("""{"apns":{"payload":"text"}}""", "fcm.apns.payload")]
    [InlineData("""{"apns":{"payload":{"aps":1}}}""", "fcm.apns.payload.aps")]
    [InlineData("""{"webpush":{"headers":{"TTL":60}}}""", "fcm.webpush.headers.TTL")]
    [InlineData("""{"webpush":{"fcm_options":{"link":"http://example.org"}}}""", "fcm.webpush.fcm_options.link")]
    public async Task An_override_that_FCM_would_refuse_is_refused_by_the_trigger(string json, string field)
    {
        var exception = await Assert.ThrowsAsync<InvalidRequestException>(() => TriggerAsync(json));

        Assert.Equal([$"content.overrides.{field}"], exception.Errors.Select(error => error.Field));
    }

    [Fact]
    public async Task An_override_larger_than_a_message_is_refused_by_the_trigger()
    {
        var json = $$$"""{"data":{"text":"{{{new string('x', 4_096)}}}"}}""";

        var exception = await Assert.ThrowsAsync<InvalidRequestException>(() => TriggerAsync(json));

        Assert.Equal("content.overrides.fcm", Assert.Single(exception.Errors).Field);
    }

    [Theory]
    [InlineData("""{"notification":null,"android":{"ttl":"3.5s","priority":"HIGH","notification":{"channel_id":"orders"}}}""")]
    [InlineData("""{"apns":{"headers":{"apns-priority":"10"},"payload":{"aps":{"badge":1}},"live_activity_token":"5e"}}""")]
    [InlineData("""{"fcm_options":{"analytics_label":"autumn"},"webpush":{"notification":{"requireInteraction":true}}}""")]
    public async Task An_override_that_FCM_may_accept_is_accepted(string json) =>
        Assert.NotEqual(Guid.Empty, await TriggerAsync(json));

    private static async Task<Guid> TriggerAsync(string overrides)
    {
        await using var gateway = await FcmGateway.StartAsync(tls: false);
        await using var application = await FcmApplication.StartAsync(gateway);
        var content = new Content
        {
            Body = "content-text",
            Overrides = new Dictionary<string, JsonElement> { ["fcm"] = JsonSerializer.Deserialize<JsonElement>(overrides) },
        };
        var trigger = new Trigger { To = Recipient.PushToken(FcmGateway.NewToken(), Platform.Android), Content = content };
        var result = await application.Services.GetRequiredService<INotifier>().TriggerAsync(trigger);
        return result.Id;
    }
}
