using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace Notify;

/// <summary>
/// A record of the audit log. It never contains addresses of recipients, tokens or content. The ID of a member may be an email
/// address.
/// </summary>
public sealed record AuditRecord
{
    /// <summary>Gets the ID, a UUIDv7 of <see cref="At"/>: records are ordered by it.</summary>
    public required Guid Id { get; init; }

    /// <summary>Gets the time at which the call began.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Gets the tenant.</summary>
    public required string Tenant { get; init; }

    /// <summary>Gets who made the call.</summary>
    public required AuditActor Actor { get; init; }

    /// <summary>Gets the action: the ID of the operation in the OpenAPI document, such as <c>saveTemplate</c>.</summary>
    public required string Action { get; init; }

    /// <summary>Gets the resource that the action concerns; null if it concerns no single kind.</summary>
    public AuditResource? Resource { get; init; }

    /// <summary>Gets the network address of the client; null if it is not known.</summary>
    public string? Client { get; init; }

    /// <summary>Gets the outcome.</summary>
    public required AuditOutcome Outcome { get; init; }

    /// <summary>Gets the HTTP status of the answer; null if there was none.</summary>
    public int? Status { get; init; }

    /// <summary>Gets the fields that changed.</summary>
    public IReadOnlyList<AuditChange> Changes { get; init; } = [];
}

/// <summary>The caller in an audit record.</summary>
public sealed record AuditActor
{
    /// <summary>Creates the value.</summary>
    /// <param name="kind">The kind of the actor.</param>
    /// <param name="id">The ID of the key or of the signed-in user; null for an anonymous caller.</param>
    /// <param name="name">The name of the key or of the signed-in user, if it has one.</param>
    [SetsRequiredMembers]
    public AuditActor(AuditActorKind kind, string? id = null, string? name = null) => (Kind, Id, Name) = (kind, id, name);

    /// <summary>Gets the kind of the actor.</summary>
    public required AuditActorKind Kind { get; init; }

    /// <summary>Gets the ID of the key or of the signed-in user; null for an anonymous caller.</summary>
    public string? Id { get; init; }

    /// <summary>Gets the name of the key or of the signed-in user, if it has one.</summary>
    public string? Name { get; init; }
}

/// <summary>The resource that an action concerns.</summary>
public sealed record AuditResource
{
    /// <summary>Creates the value.</summary>
    /// <param name="kind">The kind, as in the path of the HTTP API, such as <c>templates</c>.</param>
    /// <param name="id">
    /// The ID; null if the action concerns several resources. The parts of a nested ID are joined by <c>/</c>.
    /// </param>
    [SetsRequiredMembers]
    public AuditResource(string kind, string? id = null) => (Kind, Id) = (kind, id);

    /// <summary>Gets the kind, as in the path of the HTTP API, such as <c>templates</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>
    /// Gets the ID; null if the action concerns several resources. The parts of a nested ID are joined by <c>/</c>.
    /// </summary>
    public string? Id { get; init; }
}

/// <summary>A field that a call changed.</summary>
public sealed record AuditChange
{
    /// <summary>Creates the value.</summary>
    /// <param name="field">The name of the field.</param>
    /// <param name="before">The value before, if it is harmless and there was one.</param>
    /// <param name="after">The value after, if it is harmless and there is one.</param>
    [SetsRequiredMembers]
    public AuditChange(string field, string? before = null, string? after = null) =>
        (Field, Before, After) = (field, before, after);

    /// <summary>Gets the name of the field.</summary>
    public required string Field { get; init; }

    /// <summary>Gets the value before, if it is harmless and there was one.</summary>
    public string? Before { get; init; }

    /// <summary>Gets the value after, if it is harmless and there is one.</summary>
    public string? After { get; init; }
}

/// <summary>The kind of an actor.</summary>
[JsonConverter(typeof(AuditActorKindJsonConverter))]
public enum AuditActorKind
{
    /// <summary>A caller without a key, on the loopback address of a host that has no keys.</summary>
    [JsonStringEnumMemberName("anonymous")]
    Anonymous,

    /// <summary>An API key.</summary>
    [JsonStringEnumMemberName("key")]
    Key,

    /// <summary>A signed-in user.</summary>
    [JsonStringEnumMemberName("user")]
    User,

    /// <summary>A kind that a newer version of Notify wrote.</summary>
    [JsonStringEnumMemberName("unknown")]
    Unknown,
}

/// <summary>The outcome of an audited call.</summary>
[JsonConverter(typeof(AuditOutcomeJsonConverter))]
public enum AuditOutcome
{
    /// <summary>
    /// The call began, and its end was not recorded: it is still running, or its process crashed. The change may have been made.
    /// </summary>
    [JsonStringEnumMemberName("unknown")]
    Unknown,

    /// <summary>The change was made.</summary>
    [JsonStringEnumMemberName("succeeded")]
    Succeeded,

    /// <summary>The call succeeded and changed nothing, such as a dry run.</summary>
    [JsonStringEnumMemberName("unchanged")]
    Unchanged,

    /// <summary>The call was refused with a 4xx status. Nothing was changed.</summary>
    [JsonStringEnumMemberName("refused")]
    Refused,

    /// <summary>The call failed. The change may have been made, completely or in part.</summary>
    [JsonStringEnumMemberName("failed")]
    Failed,
}

/// <summary>A JSON converter that reads an unknown kind as <see cref="AuditActorKind.Unknown"/>.</summary>
public sealed class AuditActorKindJsonConverter() : TolerantEnumJsonConverter<AuditActorKind>(AuditActorKind.Unknown);

/// <summary>A JSON converter that reads an unknown outcome as <see cref="AuditOutcome.Unknown"/>.</summary>
public sealed class AuditOutcomeJsonConverter() : TolerantEnumJsonConverter<AuditOutcome>(AuditOutcome.Unknown);

/// <summary>A query for records of the audit log. A record must match all of the specified criteria.</summary>
public sealed record AuditQuery
{
    /// <summary>Gets the tenant.</summary>
    public required string Tenant { get; init; }

    /// <summary>Gets the inclusive start of the period, to the millisecond.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Gets the exclusive end of the period, to the millisecond.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>Gets the action; null for any.</summary>
    public string? Action { get; init; }

    /// <summary>Gets the ID or the name of the actor; null for any.</summary>
    public string? Actor { get; init; }

    /// <summary>
    /// Gets the resource; null for any. <c>templates</c> matches all templates, and <c>templates/order-shipped</c> one.
    /// </summary>
    public string? Resource { get; init; }
}
