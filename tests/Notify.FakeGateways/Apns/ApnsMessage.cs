using System.Text.Json;

namespace Notify.FakeGateways.Apns;

/// <summary>A notification that the gateway accepted.</summary>
/// <param name="DeviceToken">The device token that it was sent to.</param>
/// <param name="Headers">The request headers whose names begin with <c>apns-</c>.</param>
/// <param name="Body">The payload as it was received.</param>
public sealed record ApnsMessage(string DeviceToken, IReadOnlyDictionary<string, string> Headers, string Body)
{
    /// <summary>The id that the sender chose for it.</summary>
    public string Id => Headers["apns-id"];

    /// <summary>The host name in the request.</summary>
    public required string Host { get; init; }

    /// <summary>The payload as parsed JSON.</summary>
    public JsonElement Payload => JsonSerializer.Deserialize<JsonElement>(Body);
}
