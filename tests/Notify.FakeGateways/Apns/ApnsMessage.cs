using System.Text.Json;

namespace Notify.FakeGateways.Apns;

/// <summary>A notification that the gateway took over.</summary>
/// <param name="DeviceToken">To whom.</param>
/// <param name="Headers">The request's headers whose names begin with <c>apns-</c>.</param>
/// <param name="Body">The payload as it came.</param>
public sealed record ApnsMessage(string DeviceToken, IReadOnlyDictionary<string, string> Headers, string Body)
{
    /// <summary>The sender's id for it.</summary>
    public string Id => Headers["apns-id"];

    /// <summary>The host that the sender asked for.</summary>
    public required string Host { get; init; }

    /// <summary>The payload, parsed.</summary>
    public JsonElement Payload => JsonSerializer.Deserialize<JsonElement>(Body);
}
