using System.Text.Json.Serialization;

namespace Notify.Providers.Acme;

/// <summary>The JSON form of a message to the vendor.</summary>
internal sealed record AcmeMessage(Guid Id, string To, string? Title, string? Body)
{
    // The ID is the same for all attempts, so the vendor can recognize a repetition.
    public static AcmeMessage FromDelivery(Delivery delivery) =>
        new(delivery.Id, delivery.To.Value, delivery.Content.Title, delivery.Content.Body);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(AcmeMessage))]
internal sealed partial class AcmeJson : JsonSerializerContext;
