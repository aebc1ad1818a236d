using System.Text.Json;
using System.Text.Json.Serialization;
using Notify.Core.Validation;
using Notify.Storage;

namespace Notify.Core.Keys;

/// <summary>Validates teams, and keeps them in the store.</summary>
internal sealed partial class TeamDirectory(IDocumentStore documents) : ITeams
{
    /// <summary>The maximum number of users, and of addresses.</summary>
    public const int MaxMembers = 1_000;

    public const int MaxAddressLength = 4_096;

    private static readonly Team Empty = new();

    public async ValueTask<Team> FindAsync(string tenant, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(tenant);
        var found = await documents.FindAsync(GetKey(tenant), cancellationToken).ConfigureAwait(false);
        return found is null ? Empty : JsonSerializer.Deserialize(found.Content.Span, TeamJson.Default.Team)!;
    }

    public async ValueTask SaveAsync(string tenant, Team team, CancellationToken cancellationToken = default)
    {
        var errors = new List<FieldError>(Validate(team));
        Names.Check(errors, "tenant", tenant);
        InvalidRequestException.ThrowIfAny(errors);
        ReadOnlyMemory<byte> content = JsonSerializer.SerializeToUtf8Bytes(team, TeamJson.Default.Team);
        await documents.UpdateAsync(GetKey(tenant), _ => content, cancellationToken).ConfigureAwait(false);
    }

    public IReadOnlyList<FieldError> Validate(Team team)
    {
        ArgumentNullException.ThrowIfNull(team);
        var errors = new List<FieldError>();
        Check(errors, "users", team.Users, Names.MaxLength);
        Check(errors, "addresses", team.Addresses, MaxAddressLength);
        return errors;
    }

    private static void Check(List<FieldError> errors, string field, IReadOnlyList<string> members, int maxLength)
    {
        if (members.Count > MaxMembers)
            errors.Add(new FieldError(field, FieldErrorCodes.TooMany, $"Use at most {MaxMembers} items."));
        for (var i = 0; i < Math.Min(members.Count, MaxMembers); i++)
        {
            if (members[i]?.Length > maxLength)
                errors.Add(new FieldError($"{field}[{i}]", FieldErrorCodes.TooLong, $"Use at most {maxLength} characters."));
            else if (maxLength == Names.MaxLength && Names.FindError($"{field}[{i}]", members[i]) is { } error)
                errors.Add(error);
            else if (members[i]?.Any(char.IsControl) == true)
                errors.Add(new FieldError($"{field}[{i}]", FieldErrorCodes.InvalidText, "Control characters are not allowed."));
            else if (BlankText.IsBlank(members[i]))
                errors.Add(new FieldError($"{field}[{i}]", FieldErrorCodes.Required, "Use at least one visible character."));
        }
    }

    private static DocumentKey GetKey(string tenant) => new("teams", tenant, "team");

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
    [JsonSerializable(typeof(Team))]
    private sealed partial class TeamJson : JsonSerializerContext;
}
