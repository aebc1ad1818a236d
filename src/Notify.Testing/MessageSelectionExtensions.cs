using Notify.Providers.Sandbox;

namespace Notify.Testing;

/// <summary>Criteria for the messages that a <see cref="NotificationsSandbox"/> sent.</summary>
public static class MessageSelectionExtensions
{
    internal static SelectionWords<SandboxMessage> Words { get; } =
        new(
            "message",
            "messages",
            "Nothing was sent. Messages are sent in the background: await WaitAsync() of the sandbox first.",
            Describe
        );

    /// <summary>Selects the messages over a channel.</summary>
    /// <param name="messages">The messages.</param>
    /// <param name="channel">The channel.</param>
    public static Selection<SandboxMessage> Over(this Selection<SandboxMessage> messages, Channel channel) =>
        Narrow(messages, $"over {channel}", message => message.Channel == channel);

    /// <summary>Selects the messages to a user or an address.</summary>
    /// <param name="messages">The messages.</param>
    /// <param name="recipient">The ID of the user, or the address.</param>
    public static Selection<SandboxMessage> To(this Selection<SandboxMessage> messages, string recipient) =>
        Narrow(messages, $"to {recipient}", message =>
            message.UserId == recipient
            || AddressFormat.Normalize(message.Channel, message.Address) == AddressFormat.Normalize(message.Channel, recipient)
        );

    /// <summary>Selects the messages that a template rendered.</summary>
    /// <param name="messages">The messages.</param>
    /// <param name="template">The name of the template.</param>
    public static Selection<SandboxMessage> WithTemplate(this Selection<SandboxMessage> messages, string template) =>
        Narrow(messages, $"with template {template}", message => message.Template == template);

    /// <summary>Selects the messages of a workflow.</summary>
    /// <param name="messages">The messages.</param>
    /// <param name="workflow">The name of the workflow.</param>
    public static Selection<SandboxMessage> WithWorkflow(this Selection<SandboxMessage> messages, string workflow) =>
        Narrow(messages, $"with workflow {workflow}", message => message.Workflow == workflow);

    /// <summary>Selects the messages with a title, which is the subject of an email.</summary>
    /// <param name="messages">The messages.</param>
    /// <param name="title">The title.</param>
    public static Selection<SandboxMessage> WithTitle(this Selection<SandboxMessage> messages, string title) =>
        Narrow(messages, $"with title \"{title}\"", message => message.Content.Title == title);

    /// <summary>Selects the messages whose title, body or HTML contains a text.</summary>
    /// <param name="messages">The messages.</param>
    /// <param name="text">The text, in the same case.</param>
    public static Selection<SandboxMessage> WithText(this Selection<SandboxMessage> messages, string text)
    {
        ArgumentException.ThrowIfNullOrEmpty(text);
        return Narrow(messages, $"with text \"{text}\"", message => HasText(message.Content, text));
    }

    /// <summary>Selects the messages of a tenant.</summary>
    /// <param name="messages">The messages.</param>
    /// <param name="tenant">The tenant.</param>
    public static Selection<SandboxMessage> InTenant(this Selection<SandboxMessage> messages, string tenant) =>
        Narrow(messages, $"in tenant {tenant}", message => message.Tenant == tenant);

    private static Selection<SandboxMessage> Narrow(
        Selection<SandboxMessage> messages,
        string description,
        Func<SandboxMessage, bool> predicate
    )
    {
        ArgumentNullException.ThrowIfNull(messages);
        return messages.Where(description, predicate);
    }

    private static bool HasText(SandboxContent content, string text) =>
        new[] { content.Title, content.Body, content.Html }.Any(part =>
            part is not null && part.Contains(text, StringComparison.Ordinal)
        );

    private static string Describe(SandboxMessage message)
    {
        string?[] parts =
        [
            $"over {message.Channel} to",
            message.UserId is { } user ? $"{user} at {message.Address}" : message.Address,
            message.Template is { } template ? $"with template {template}" : null,
            message.Content.Title is { } title ? $"with title \"{title}\"" : $"with text \"{message.Content.Body}\"",
        ];
        return string.Join(' ', parts.OfType<string>());
    }
}
