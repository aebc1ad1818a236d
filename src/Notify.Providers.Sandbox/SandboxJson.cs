using System.Text.Json.Serialization;

namespace Notify.Providers.Sandbox;

/// <summary>
/// The JSON form of captured messages, in <see cref="SandboxOptions.File"/> and in the HTTP API.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(SandboxMessage))]
[JsonSerializable(typeof(IReadOnlyList<SandboxMessage>))]
public sealed partial class SandboxJson : JsonSerializerContext;
