using System.Text.Json.Serialization;

namespace Notify.Providers.Ntfy;

/// <summary>The JSON form of a message to ntfy (docs.ntfy.sh, "Publish as JSON").</summary>
internal sealed record NtfyMessage(string Topic, string? Title, string? Message, string? Click)
{
    public static NtfyMessage FromDelivery(Delivery delivery) =>
        new(delivery.To.Value, delivery.Content.Title, delivery.Content.Body, delivery.Content.Push?.Link);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(NtfyMessage))]
internal sealed partial class NtfyJson : JsonSerializerContext;
