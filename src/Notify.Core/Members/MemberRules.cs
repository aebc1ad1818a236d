using Notify.Core.Validation;

namespace Notify.Core.Members;

/// <summary>The rules of members and their roles.</summary>
internal static class MemberRules
{
    private static readonly ApiScope[] Scopes = [ApiScope.Read, ApiScope.Send, ApiScope.Manage, ApiScope.Admin];

    /// <summary>Gets the scopes of a role. No role may act for other tenants.</summary>
    public static ApiScope GetScopes(MemberRole role) =>
        Scopes[..((int)role + 1)].Aggregate(ApiScope.None, (scopes, scope) => scopes | scope);

    /// <summary>
    /// Gets the form of an ID in which it is kept and compared. Email addresses differ by more than letter case.
    /// </summary>
    public static string Normalize(string id) => id.Contains('@', StringComparison.Ordinal) ? id.ToLowerInvariant() : id;

    public static IReadOnlyList<FieldError> FindErrors(Member member)
    {
        ArgumentNullException.ThrowIfNull(member);
        var errors = new List<FieldError>();
        Names.Check(errors, "tenant", member.Tenant);
        Names.Check(errors, "id", member.Id);
        if (!Enum.IsDefined(member.Role))
            errors.Add(new FieldError("role", FieldErrorCodes.Invalid, "Use viewer, sender, manager or admin."));
        if (member.Name is not null)
            Names.Check(errors, "name", member.Name);
        return errors;
    }
}
