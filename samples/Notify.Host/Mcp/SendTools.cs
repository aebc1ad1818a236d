using System.ComponentModel;
using System.Text.Json;
using ModelContextProtocol.Server;

namespace Notify.Host.Mcp;

/// <summary>The tools that send.</summary>
internal sealed class SendTools(INotifier notifier, IHttpContextAccessor accessor)
{
    [McpServerTool(Name = "send_notification", Title = "Send a notification", Destructive = false, UseStructuredContent = true)]
    [Description(
        "Sends a notification to users, topics or addresses, with a text or a template. It is accepted once the call returns, "
            + "and sent soon after. Use get_notification to see what became of it."
    )]
    public async Task<SentNotification> SendAsync(
        [Description("IDs of users, who get it over their channels.")] string[]? users = null,
        [Description("Names of topics, whose subscribers get it.")] string[]? topics = null,
        [Description("Email addresses.")] string[]? emails = null,
        [Description("Phone numbers with their country code, such as +46701234567.")] string[]? phones = null,
        [Description("The title, or the subject of an email. Not with a template.")] string? title = null,
        [Description("The plain text. Not with a template.")] string? body = null,
        [Description("The HTML of an email. Not with a template.")] string? html = null,
        [Description("The name of a template, instead of title, body and html.")] string? template = null,
        [Description("An object with the variables of the template.")] JsonElement? data = null,
        [Description("The only channels to use, in this order, such as push, email or sms.")] string[]? channels = null,
        [Description("The category, which users may have switched off.")] string? category = null,
        [Description("When to send it, with an offset; without it, now.")] DateTimeOffset? sendAt = null,
        [Description("The sender's own name for it, such as the number of an order.")] string? reference = null,
        [Description("The same key with the same notification sends it once, however often it is called.")]
            string? idempotencyKey = null,
        CancellationToken cancellationToken = default
    )
    {
        var caller = accessor.GetCaller();
        var trigger = new Trigger
        {
            Tenant = caller.Tenant,
            Kind = caller.Kind,
            To =
            [
                .. (users ?? []).Select(Recipient.User),
                .. (topics ?? []).Select(Recipient.Topic),
                .. (emails ?? []).Select(Recipient.Email),
                .. (phones ?? []).Select(Recipient.Phone),
            ],
            Content = (title ?? body ?? html) is null
                ? null
                : new Content
                {
                    Title = title,
                    Body = body,
                    Html = html,
                },
            Template = template,
            DataElement = data,
            Channels = channels is null ? null : [.. channels.Select(ParseChannel)],
            Category = category,
            SendAt = sendAt,
            Reference = reference,
            IdempotencyKey = idempotencyKey,
        };
        var result = await notifier.TriggerAsync(trigger, cancellationToken);
        return new SentNotification(
            result.Id,
            result.IsDuplicate,
            [.. result.Skipped.Select(skipped => new SkippedNotification($"{skipped.Recipient}", skipped.Code, skipped.Reason))]
        );
    }

    private static Channel ParseChannel(string name) =>
        Channel.TryParse(name, out var channel)
            ? channel
            : throw new InvalidRequestException([
                new FieldError("channels", FieldErrorCodes.Invalid, $"'{name}' is not the name of a channel."),
            ]);
}

/// <summary>An accepted notification.</summary>
internal sealed record SentNotification(Guid Id, bool Duplicate, IReadOnlyList<SkippedNotification> Skipped);

/// <summary>A recipient that gets nothing.</summary>
internal sealed record SkippedNotification(string Recipient, string Code, string Reason);
