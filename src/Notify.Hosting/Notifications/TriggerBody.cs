using Notify.Hosting.Requests;

namespace Notify.Hosting.Notifications;

/// <summary>
/// A trigger that was read from a request, and the errors in it. Unreadable fields are left out of the trigger, so that
/// <see cref="INotifier.Validate(Trigger)"/> can still check the others and the response reports all errors at once.
/// </summary>
internal sealed class TriggerBody
{
    public static readonly IReadOnlyDictionary<string, Priority> Priorities = new Dictionary<string, Priority>(
        StringComparer.Ordinal
    )
    {
        ["high"] = Priority.High,
        ["normal"] = Priority.Normal,
        ["bulk"] = Priority.Bulk,
    };

    private static readonly Dictionary<string, UnknownRecipientBehavior> Behaviors = new(StringComparer.Ordinal)
    {
        ["fail"] = UnknownRecipientBehavior.Fail,
        ["skip"] = UnknownRecipientBehavior.Skip,
    };

    private readonly List<ReadRecipient> _recipients = [];

    private TriggerBody(FieldErrors errors, string tenant, ApiKeyKind kind, string? idempotencyKey)
    {
        Errors = errors;
        Trigger = new Trigger
        {
            Tenant = tenant,
            Kind = kind,
            To = [],
            IdempotencyKey = idempotencyKey,
        };
    }

    public Trigger Trigger { get; private set; }

    public FieldErrors Errors { get; }

    public static TriggerBody Read(JsonField body, string tenant, ApiKeyKind kind, string? idempotencyKey)
    {
        var read = new TriggerBody(body.Errors, tenant, kind, idempotencyKey);
        foreach (var field in body.Members())
            read.Read(field);
        return read;
    }

    /// <summary>
    /// Adds errors from validation with the paths that the caller used. Errors that result from an unreadable field are skipped.
    /// </summary>
    public void Add(IReadOnlyList<FieldError> errors) =>
        Errors.Add(
            errors
                .Where(error => FindRecipient(error.Field, out _) is not { Recipient: null })
                .Select(error => error with { Field = FindPath(error.Field) })
        );

    private void Read(JsonField field) =>
        Trigger = field.Name switch
        {
            "to" => Trigger with { To = ReadRecipients(field) },
            "onUnknownRecipient" => Trigger with { OnUnknownRecipient = field.GetOne(Behaviors) ?? default },
            "content" => Trigger with { Content = ContentReader.Read(field) },
            "template" => ReadTemplate(field),
            "workflow" => ReadWorkflow(field),
            "data" => Trigger with { Data = field.Object() },
            "channels" => Trigger with { Channels = [.. field.Items().Select(item => ChannelReader.Read(item) ?? default)] },
            "fallback" => Trigger with { Fallback = [.. field.Items().Select(FallbackReader.Read)] },
            "category" => Trigger with { Category = field.Text() },
            "collapseKey" => Trigger with { CollapseKey = field.Text() },
            "throttle" => Trigger with { Throttle = FrequencyReader.ReadThrottle(field) },
            "digest" => Trigger with { Digest = FrequencyReader.ReadDigest(field) },
            "priority" => Trigger with { Priority = field.GetOne(Priorities) ?? Priority.Normal },
            "sendAt" => Trigger with { SendAt = field.Time() },
            "sendAtLocal" => Trigger with { SendAtLocal = field.LocalTime() },
            "expiresAt" => Trigger with { ExpiresAt = field.Time() },
            "reference" => Trigger with { Reference = field.Text() },
            "cancellationKey" => Trigger with { CancellationKey = field.Text() },
            "tags" => Trigger with { Tags = [.. field.Items().Select(item => item.Text()).OfType<string>()] },
            "metadata" => Trigger with { Metadata = field.Texts() },
            "track" => Trigger with { Track = field.Flag() },
            "idempotencyKey" => Trigger with { IdempotencyKey = ReadIdempotencyKey(field) },
            _ => RefuseUnknown(field),
        };

    private Trigger ReadTemplate(JsonField template)
    {
        var (name, version) = VersionReader.Read(template, "template");
        return Trigger with { Template = name, TemplateVersion = version };
    }

    private Trigger ReadWorkflow(JsonField workflow)
    {
        var (name, version) = VersionReader.Read(workflow, "workflow");
        return Trigger with { Workflow = name, WorkflowVersion = version };
    }

    private RecipientList ReadRecipients(JsonField to)
    {
        var items = to.IsObject ? [to] : to.Items();
        _recipients.AddRange(items.Select(RecipientReader.Read));
        return [.. _recipients.Select(read => read.Recipient!)];
    }

    private string? ReadIdempotencyKey(JsonField field)
    {
        var key = field.Text();
        if (key is not null && Trigger.IdempotencyKey is { } header && header != key)
            field.Wrong(FieldErrorCodes.Conflict, $"Differs from the header {IdempotencyKey.Header}. Set only one of them.");
        return key;
    }

    private Trigger RefuseUnknown(JsonField field)
    {
        field.Unknown(
            "to",
            "onUnknownRecipient",
            "content",
            "template",
            "workflow",
            "data",
            "channels",
            "fallback",
            "category",
            "collapseKey",
            "throttle",
            "digest",
            "priority",
            "sendAt",
            "sendAtLocal",
            "expiresAt",
            "reference",
            "cancellationKey",
            "tags",
            "metadata",
            "track",
            "idempotencyKey"
        );
        return Trigger;
    }

    private string FindPath(string field) =>
        FindRecipient(field, out var member) switch
        {
            null => field,
            { } found when member.Length == 0 => found.Field.Path,
            { } found => found.Item.Path + member,
        };

    /// <summary>
    /// Finds the recipient to which a path such as <c>to[3]</c> or <c>to[3].data</c> refers, and the member behind it.
    /// </summary>
    private ReadRecipient? FindRecipient(string field, out string member)
    {
        member = "";
        if (
            !field.StartsWith("to[", StringComparison.Ordinal)
            || field.IndexOf(']', StringComparison.Ordinal) is not (> 3 and var end)
        )
            return null;

        member = field[(end + 1)..];
        return int.TryParse(field.AsSpan(3, end - 3), out var index) ? _recipients[index] : null;
    }
}
