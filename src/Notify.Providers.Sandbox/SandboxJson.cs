using System.Text.Json.Serialization;

namespace Notify.Providers.Sandbox;

/// <summary>
/// How captured messages are written as JSON, in <see cref="SandboxOptions.File"/> and wherever they are shown.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(SandboxMessage))]
[JsonSerializable(typeof(IReadOnlyList<SandboxMessage>))]
public sealed partial class SandboxJson : JsonSerializerContext;
