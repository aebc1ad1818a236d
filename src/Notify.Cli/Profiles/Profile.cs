using System.Text.Json.Serialization;

namespace Notify.Cli.Profiles;

/// <summary>A service that the user has signed in to.</summary>
internal sealed record Profile
{
    public required string Address { get; init; }

    /// <summary>Gets the API key; null for a service that needs none.</summary>
    public string? Key { get; init; }

    /// <summary>Returns the address; never the key.</summary>
    public override string ToString() => Address;
}

/// <summary>The file of profiles.</summary>
internal sealed record ProfileFile
{
    public SortedDictionary<string, Profile> Profiles { get; init; } = new(StringComparer.Ordinal);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    WriteIndented = true
)]
[JsonSerializable(typeof(ProfileFile))]
internal sealed partial class ProfileJson : JsonSerializerContext;
