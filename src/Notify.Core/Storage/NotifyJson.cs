using System.Text.Json.Serialization;
using Notify.Delivering;

namespace Notify.Storage;

/// <summary>How the domain is written to a store. Field names are part of the stored format.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Trigger))]
[JsonSerializable(typeof(Content))]
[JsonSerializable(typeof(IReadOnlyList<Content>))]
[JsonSerializable(typeof(Attempt))]
[JsonSerializable(typeof(IReadOnlyList<Attempt>))]
internal sealed partial class NotifyJson : JsonSerializerContext;
