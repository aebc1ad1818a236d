using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Notify.Core.Members;

/// <summary>
/// All members of a tenant. They are one document, so that the rule about the last administrator holds however many changes are
/// made at the same time.
/// </summary>
internal sealed class StoredMembers
{
    /// <summary>Gets the members by their IDs.</summary>
    public SortedDictionary<string, StoredMember> Members { get; init; } = new(StringComparer.Ordinal);

    public static StoredMembers Read(ReadOnlyMemory<byte>? content) =>
        content is null ? new() : JsonSerializer.Deserialize(content.Value.Span, MembersJson.Default.StoredMembers)!.Sort();

    public byte[] Write() => JsonSerializer.SerializeToUtf8Bytes(this, MembersJson.Default.StoredMembers);

    /// <summary>Determines whether a member is the only administrator.</summary>
    public bool IsLastAdmin(string id) =>
        Members.TryGetValue(id, out var member)
        && member.Role == MemberRole.Admin
        && !Members.Any(other => other.Key != id && other.Value.Role == MemberRole.Admin);

    // The serializer creates a dictionary in the order of the current culture.
    private StoredMembers Sort() => new() { Members = new(Members, StringComparer.Ordinal) };
}

/// <summary>A member as it is stored.</summary>
internal sealed record StoredMember
{
    public required MemberRole Role { get; init; }

    public string? Name { get; init; }

    public required DateTimeOffset AddedAt { get; init; }

    public required DateTimeOffset ChangedAt { get; init; }

    /// <summary>Computes the tag of the member, for preconditions.</summary>
    public string ComputeTag() =>
        Convert.ToHexStringLower(
            SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(this, MembersJson.Default.StoredMember)).AsSpan(0, 8)
        );

    public Member ToMember(string tenant, string id) =>
        new()
        {
            Tenant = tenant,
            Id = id,
            Role = Role,
            Name = Name,
            AddedAt = AddedAt,
            ChangedAt = ChangedAt,
        };

    // A record would write the name.
    public override string ToString() => $"{Role}";
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(StoredMembers))]
internal sealed partial class MembersJson : JsonSerializerContext;
