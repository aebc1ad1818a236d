namespace Notify;

/// <summary>A person who may act for a tenant.</summary>
public sealed record Member
{
    /// <summary>Gets the tenant.</summary>
    public string Tenant { get; init; } = Trigger.DefaultTenant;

    /// <summary>
    /// Gets the ID: the subject that the identity provider has given to the person, or the person's email address, which counts
    /// only if the identity provider has verified it. 1 to 256 characters. In an ID with <c>@</c>, letter case does not matter,
    /// and it is kept in lowercase.
    /// </summary>
    public required string Id { get; init; }

    /// <summary>Gets the role.</summary>
    public required MemberRole Role { get; init; }

    /// <summary>Gets the name that people see; null for none. At most 256 characters.</summary>
    public string? Name { get; init; }

    /// <summary>Gets the time at which the member was added. It is set when the member is saved.</summary>
    public DateTimeOffset AddedAt { get; init; }

    /// <summary>Gets the time of the last change. It is set when the member is saved.</summary>
    public DateTimeOffset ChangedAt { get; init; }

    /// <summary>Returns the tenant and the role; never the ID or the name, which identify a person.</summary>
    public override string ToString() => $"{Role} of {Tenant}";
}

/// <summary>The role of a member. Each role includes the permissions of the roles before it.</summary>
public enum MemberRole
{
    /// <summary>Reads: the scope <see cref="ApiScope.Read"/>.</summary>
    Viewer = 0,

    /// <summary>Also sends: the scope <see cref="ApiScope.Send"/>.</summary>
    Sender = 1,

    /// <summary>Also changes users, templates and workflows: the scope <see cref="ApiScope.Manage"/>.</summary>
    Manager = 2,

    /// <summary>Also manages keys and members, and reads the audit log: the scope <see cref="ApiScope.Admin"/>.</summary>
    Admin = 3,
}
