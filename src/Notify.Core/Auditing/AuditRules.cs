using Notify.Core.Validation;

namespace Notify.Core.Auditing;

/// <summary>Validates records and queries of the audit log, and decides which records a query finds.</summary>
internal static class AuditRules
{
    public const int MaxChanges = 100;

    public static List<FieldError> Check(AuditRecord record)
    {
        var errors = new List<FieldError>();
        Names.Check(errors, "tenant", record.Tenant);
        Names.Check(errors, "action", record.Action);
        if (record.Id.Version != 7)
            errors.Add(new FieldError("id", FieldErrorCodes.Invalid, "Use a UUIDv7, such as Guid.CreateVersion7(at)."));
        if (record.Changes.Count > MaxChanges)
            errors.Add(new FieldError("changes", FieldErrorCodes.TooMany, $"Use at most {MaxChanges} changes."));
        return errors;
    }

    public static List<FieldError> Check(AuditQuery query)
    {
        var errors = new List<FieldError>();
        Names.Check(errors, "tenant", query.Tenant);
        CheckName(errors, "action", query.Action);
        CheckName(errors, "actor", query.Actor);
        if (query.Resource is "")
            errors.Add(new FieldError("resource", FieldErrorCodes.Required, "Must not be empty. Omit the field instead."));
        if (query.From >= query.To)
            errors.Add(new FieldError("from", FieldErrorCodes.OutOfRange, "from must be before to."));
        return errors;
    }

    public static bool Matches(AuditQuery query, AuditRecord record) =>
        (query.Action is null || record.Action == query.Action)
        && (query.Actor is null || record.Actor.Id == query.Actor || record.Actor.Name == query.Actor)
        && (query.Resource is null || Matches(query.Resource, record.Resource));

    private static bool Matches(string wanted, AuditResource? resource) =>
        resource is not null && (wanted == resource.Kind || wanted == $"{resource.Kind}/{resource.Id}");

    private static void CheckName(List<FieldError> errors, string field, string? name)
    {
        if (name is not null)
            Names.Check(errors, field, name);
    }
}
