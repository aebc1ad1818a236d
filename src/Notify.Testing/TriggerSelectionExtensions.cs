using System.Text.Json;

namespace Notify.Testing;

/// <summary>Criteria for the triggers that a <see cref="FakeNotifier"/> accepted.</summary>
public static class TriggerSelectionExtensions
{
    private const int MaxRecipients = 3;

    internal static SelectionWords<RecordedTrigger> Words { get; } =
        new("trigger", "triggers", "Nothing was triggered.", Describe);

    /// <summary>
    /// Selects the triggers that ask for a channel, in <see cref="Trigger.Channels"/> or with a direct address. A trigger that
    /// leaves the channels to the user or to a workflow is not selected.
    /// </summary>
    /// <param name="triggers">The triggers.</param>
    /// <param name="channel">The channel.</param>
    public static Selection<RecordedTrigger> Over(this Selection<RecordedTrigger> triggers, Channel channel) =>
        Narrow(triggers, $"over {channel}", trigger => GetChannels(trigger).Contains(channel));

    /// <summary>Selects the triggers to a user, a topic or an address.</summary>
    /// <param name="triggers">The triggers.</param>
    /// <param name="recipient">The ID of the user, the name of the topic, or the address.</param>
    public static Selection<RecordedTrigger> To(this Selection<RecordedTrigger> triggers, string recipient) =>
        Narrow(triggers, $"to {recipient}", trigger => trigger.To.Any(to => IsNamed(to, recipient)));

    /// <summary>Selects the triggers to a recipient.</summary>
    /// <param name="triggers">The triggers.</param>
    /// <param name="recipient">The recipient.</param>
    public static Selection<RecordedTrigger> To(this Selection<RecordedTrigger> triggers, Recipient recipient)
    {
        ArgumentNullException.ThrowIfNull(recipient);
        return Narrow(triggers, $"to {Describe(recipient)}", trigger =>
            trigger.To.Any(to => string.Equals(to.Key, recipient.Key, StringComparison.Ordinal))
        );
    }

    /// <summary>Selects the triggers that render a template.</summary>
    /// <param name="triggers">The triggers.</param>
    /// <param name="template">The name of the template.</param>
    public static Selection<RecordedTrigger> WithTemplate(this Selection<RecordedTrigger> triggers, string template) =>
        Narrow(triggers, $"with template {template}", trigger => trigger.Template == template);

    /// <summary>Selects the triggers of a workflow.</summary>
    /// <param name="triggers">The triggers.</param>
    /// <param name="workflow">The name of the workflow.</param>
    public static Selection<RecordedTrigger> WithWorkflow(this Selection<RecordedTrigger> triggers, string workflow) =>
        Narrow(triggers, $"with workflow {workflow}", trigger => trigger.Workflow == workflow);

    /// <summary>Selects the triggers whose own content has a title.</summary>
    /// <param name="triggers">The triggers.</param>
    /// <param name="title">The title.</param>
    public static Selection<RecordedTrigger> WithTitle(this Selection<RecordedTrigger> triggers, string title) =>
        Narrow(triggers, $"with title \"{title}\"", trigger => trigger.Content?.Title == title);

    /// <summary>Selects the triggers whose template variables have a value.</summary>
    /// <param name="triggers">The triggers.</param>
    /// <param name="name">The name of the variable in JSON notation, such as <c>order</c>.</param>
    /// <param name="value">The value: anything that System.Text.Json serializes.</param>
    public static Selection<RecordedTrigger> WithData(this Selection<RecordedTrigger> triggers, string name, object? value)
    {
        var expected = JsonSerializer.SerializeToElement(value, JsonSerializerOptions.Web);
        return Narrow(triggers, $"with {name} {expected.GetRawText()}", trigger => HasData(trigger, name, expected));
    }

    /// <summary>Selects the triggers with a reference.</summary>
    /// <param name="triggers">The triggers.</param>
    /// <param name="reference">The reference.</param>
    public static Selection<RecordedTrigger> WithReference(this Selection<RecordedTrigger> triggers, string reference) =>
        Narrow(triggers, $"with reference {reference}", trigger => trigger.Reference == reference);

    /// <summary>Selects the triggers of a tenant.</summary>
    /// <param name="triggers">The triggers.</param>
    /// <param name="tenant">The tenant.</param>
    public static Selection<RecordedTrigger> InTenant(this Selection<RecordedTrigger> triggers, string tenant) =>
        Narrow(triggers, $"in tenant {tenant}", trigger => trigger.Tenant == tenant);

    /// <summary>Selects the triggers whose notification was cancelled later.</summary>
    /// <param name="triggers">The triggers.</param>
    public static Selection<RecordedTrigger> Cancelled(this Selection<RecordedTrigger> triggers)
    {
        ArgumentNullException.ThrowIfNull(triggers);
        return triggers.Where("that was cancelled", recorded => recorded.IsCancelled);
    }

    private static Selection<RecordedTrigger> Narrow(
        Selection<RecordedTrigger> triggers,
        string description,
        Func<Trigger, bool> predicate
    )
    {
        ArgumentNullException.ThrowIfNull(triggers);
        return triggers.Where(description, recorded => predicate(recorded.Trigger));
    }

    private static IEnumerable<Channel> GetChannels(Trigger trigger) =>
        (trigger.Channels ?? []).Concat(trigger.To.Select(to => to.Channel).OfType<Channel>());

    private static bool IsNamed(Recipient to, string name) =>
        to.Channel is { } channel
            ? AddressFormat.Normalize(channel, to.Value) == AddressFormat.Normalize(channel, name)
            : to.Value == name;

    private static bool HasData(Trigger trigger, string name, JsonElement expected) =>
        trigger.DataElement is { ValueKind: JsonValueKind.Object } data
        && data.TryGetProperty(name, out var value)
        && JsonElement.DeepEquals(value, expected);

    private static string Describe(RecordedTrigger recorded)
    {
        var trigger = recorded.Trigger;
        var channels = GetChannels(trigger).Distinct().ToArray();
        string?[] parts =
        [
            channels.Length == 0 ? null : $"over {string.Join(" and ", channels)}",
            $"to {DescribeRecipients(trigger.To)}",
            trigger switch
            {
                { Workflow: { } workflow } => $"with workflow {workflow}",
                { Template: { } template } => $"with template {template}",
                { Content.Title: { } title } => $"with title \"{title}\"",
                { Content: { } content } => $"with text \"{content.Body}\"",
                _ => null,
            },
            recorded.IsCancelled ? "that was cancelled" : null,
        ];
        return string.Join(' ', parts.OfType<string>());
    }

    private static string DescribeRecipients(RecipientList recipients)
    {
        var named = string.Join(" and ", recipients.Take(MaxRecipients).Select(Describe));
        return recipients.Count > MaxRecipients ? $"{named} and {recipients.Count - MaxRecipients} more" : named;
    }

    private static string Describe(Recipient recipient) =>
        recipient.Kind switch
        {
            RecipientKind.User => recipient.Value,
            RecipientKind.Topic => $"topic {recipient.Value}",
            _ => recipient.Value,
        };
}
