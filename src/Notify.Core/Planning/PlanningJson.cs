using System.Text.Json.Serialization;

namespace Notify.Planning;

/// <summary>The JSON that templates are rendered with.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(DigestData))]
internal sealed partial class PlanningJson : JsonSerializerContext;
