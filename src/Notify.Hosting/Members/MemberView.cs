using System.ComponentModel;
using System.Text.Json.Serialization;

namespace Notify.Hosting.Members;

/// <summary>A member, as the API shows it.</summary>
internal sealed record MemberView(
    [property: Description("The subject at the identity provider, or the verified email address.")] string Id,
    string Role,
    string? Name,
    DateTimeOffset AddedAt,
    DateTimeOffset ChangedAt
)
{
    public static MemberView Create(Member member) =>
        new(member.Id, RoleNames.Get(member.Role), member.Name, member.AddedAt, member.ChangedAt);
}

/// <summary>A page of members.</summary>
internal sealed record MembersView(IReadOnlyList<MemberView> Items, string? Next);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(MemberView))]
[JsonSerializable(typeof(MembersView))]
internal sealed partial class MembersJson : JsonSerializerContext;
