namespace Notify.Client.Outbox;

/// <summary>
/// Finds the errors of a trigger that every service refuses. The others, such as an unknown template, are found by the service.
/// </summary>
internal static class OutboxRules
{
    private const int MaxName = 256;

    public static IReadOnlyList<FieldError> FindErrors(Trigger trigger) =>
        [.. FindRecipientErrors(trigger), .. FindContentErrors(trigger), .. FindNameErrors(trigger)];

    private static IEnumerable<FieldError> FindRecipientErrors(Trigger trigger)
    {
        for (var i = 0; i < (trigger.To?.Count ?? 0); i++)
        {
            if (trigger.To![i] is null)
                yield return new FieldError($"to[{i}]", FieldErrorCodes.Required, "A recipient is required.");
        }
    }

    private static IEnumerable<FieldError> FindContentErrors(Trigger trigger)
    {
        if (trigger.Content is null && trigger.Template is null && trigger.Workflow is null)
            yield return new FieldError(
                "content",
                FieldErrorCodes.Required,
                "Either content, a template or a workflow is required."
            );
        if (trigger.Content is not null && trigger.Template is not null)
            yield return new FieldError("template", FieldErrorCodes.Conflict, "Use either content or a template, not both.");
    }

    private static IEnumerable<FieldError> FindNameErrors(Trigger trigger)
    {
        (string Field, string? Name)[] names =
        [
            ("tenant", trigger.Tenant ?? ""),
            ("idempotencyKey", trigger.IdempotencyKey),
            ("reference", trigger.Reference),
            ("cancellationKey", trigger.CancellationKey),
        ];
        foreach (var (field, name) in names)
        {
            if (name is null)
                continue;
            if (string.IsNullOrWhiteSpace(name))
                yield return new FieldError(field, FieldErrorCodes.Required, $"Use 1 to {MaxName} characters.");
            else if (name.Length > MaxName)
                yield return new FieldError(field, FieldErrorCodes.TooLong, $"Use at most {MaxName} characters.");
            else if (name.Any(char.IsControl))
                yield return new FieldError(field, FieldErrorCodes.InvalidText, "Control characters are not allowed.");
        }
    }
}
