using System.Text.Json.Serialization;
using Notify.Providers;

namespace Notify.Storage.Toolkit;

/// <summary>The serialization of domain types for a store. Field names are part of the stored format.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(Trigger))]
[JsonSerializable(typeof(StoredContents))]
[JsonSerializable(typeof(Content))]
[JsonSerializable(typeof(User))]
[JsonSerializable(typeof(IReadOnlyList<Preference>))]
[JsonSerializable(typeof(UserRecord))]
[JsonSerializable(typeof(Template))]
[JsonSerializable(typeof(Attempt))]
[JsonSerializable(typeof(IReadOnlyList<Attempt>))]
[JsonSerializable(typeof(Receipt))]
[JsonSerializable(typeof(IReadOnlyList<Receipt>))]
[JsonSerializable(typeof(string))]
internal sealed partial class StoredJson : JsonSerializerContext;
