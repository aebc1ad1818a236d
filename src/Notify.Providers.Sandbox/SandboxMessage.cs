using Notify.Queueing;

namespace Notify.Providers.Sandbox;

/// <summary>A message that would have gone out. Written as JSON by <see cref="SandboxJson"/>.</summary>
public sealed record SandboxMessage
{
    /// <summary>Counts the captured messages of this process from 1, over all channels.</summary>
    public required long Sequence { get; init; }

    /// <summary>The delivery's id. A delivery that is attempted again is captured again under the same id.</summary>
    public required Guid DeliveryId { get; init; }

    /// <summary>The notification that the delivery belongs to.</summary>
    public required Guid NotificationId { get; init; }

    /// <summary>On whose behalf.</summary>
    public required string Tenant { get; init; }

    /// <summary>The channel it would have travelled over.</summary>
    public required Channel Channel { get; init; }

    /// <summary>Where it would have gone, in the form of its channel.</summary>
    public required string Address { get; init; }

    /// <summary>A push token's platform; null elsewhere.</summary>
    public Platform? Platform { get; init; }

    /// <summary>What it says.</summary>
    public required SandboxContent Content { get; init; }

    /// <summary>The lane it waited in.</summary>
    public required Priority Priority { get; init; }

    /// <summary>When it was captured.</summary>
    public required DateTimeOffset CapturedAt { get; init; }

    /// <summary>The attempts that were spent before this one; 0 at the first.</summary>
    public required int AttemptsSpent { get; init; }

    /// <summary>The sequence number and channel; never the address or content.</summary>
    public override string ToString() => $"{Sequence} over {Channel}";

    internal static SandboxMessage Of(Delivery delivery, long sequence, DateTimeOffset capturedAt) =>
        new()
        {
            Sequence = sequence,
            DeliveryId = delivery.Id,
            NotificationId = delivery.NotificationId,
            Tenant = delivery.Tenant,
            Channel = delivery.Channel,
            Address = delivery.To.Value,
            Platform = delivery.To.Platform,
            Content = SandboxContent.Of(delivery.Content),
            Priority = delivery.Priority,
            CapturedAt = capturedAt,
            AttemptsSpent = delivery.AttemptsSpent,
        };
}

/// <summary>What a captured message says: its <see cref="Notify.Content"/> without the bytes of attached files.</summary>
public sealed record SandboxContent
{
    /// <inheritdoc cref="Content.Title"/>
    public string? Title { get; init; }

    /// <inheritdoc cref="Content.Body"/>
    public string? Body { get; init; }

    /// <inheritdoc cref="Content.Html"/>
    public string? Html { get; init; }

    /// <inheritdoc cref="Content.Data"/>
    public IReadOnlyDictionary<string, string>? Data { get; init; }

    /// <summary>The files that would have been attached; null when there are none.</summary>
    public IReadOnlyList<SandboxAttachment>? Attachments { get; init; }

    /// <summary>What an email would have carried beside this; null for nothing.</summary>
    public SandboxEmail? Email { get; init; }

    /// <summary>Nothing of the content, so that it can never reach a log.</summary>
    public override string ToString() => nameof(SandboxContent);

    internal static SandboxContent Of(Content content) =>
        new()
        {
            Title = content.Title,
            Body = content.Body,
            Html = content.Html,
            Data = content.Data,
            Attachments = content.Attachments is { Count: > 0 } files
                ? [.. files.Select(file => new SandboxAttachment(file.FileName, file.MediaType, file.Bytes.Length))]
                : null,
            Email = content.Email is { } email ? SandboxEmail.From(email) : null,
        };
}

/// <summary>An attached file, without its bytes.</summary>
/// <param name="FileName">The name shown to the reader.</param>
/// <param name="MediaType">The media type, such as <c>application/pdf</c>.</param>
/// <param name="Size">The size in bytes.</param>
public sealed record SandboxAttachment(string FileName, string MediaType, int Size)
{
    /// <summary>The media type and size, never the name.</summary>
    public override string ToString() => $"{MediaType}, {Size} bytes";
}

/// <summary>A captured message's <see cref="EmailContent"/> without the bytes of images.</summary>
public sealed record SandboxEmail
{
    /// <inheritdoc cref="EmailContent.ReplyTo"/>
    public IReadOnlyList<Mailbox>? ReplyTo { get; init; }

    /// <inheritdoc cref="EmailContent.Cc"/>
    public IReadOnlyList<Mailbox>? Cc { get; init; }

    /// <inheritdoc cref="EmailContent.Bcc"/>
    public IReadOnlyList<Mailbox>? Bcc { get; init; }

    /// <inheritdoc cref="EmailContent.Headers"/>
    public IReadOnlyDictionary<string, string>? Headers { get; init; }

    /// <summary>The inline images; null when there are none.</summary>
    public IReadOnlyList<SandboxImage>? InlineImages { get; init; }

    /// <summary>Returns the name of the type, and never a part of it.</summary>
    public override string ToString() => nameof(SandboxEmail);

    internal static SandboxEmail From(EmailContent email) =>
        new()
        {
            ReplyTo = email.ReplyTo,
            Cc = email.Cc,
            Bcc = email.Bcc,
            Headers = email.Headers,
            InlineImages = email
                .InlineImages?.Select(image => new SandboxImage(image.ContentId, image.MediaType, image.Bytes.Length))
                .ToArray(),
        };
}

/// <summary>An inline image, without its bytes.</summary>
/// <param name="ContentId">The id by which the HTML shows it.</param>
/// <param name="MediaType">The media type, such as <c>image/png</c>.</param>
/// <param name="Size">The size in bytes.</param>
public sealed record SandboxImage(string ContentId, string MediaType, int Size)
{
    /// <summary>The media type and size, never the id.</summary>
    public override string ToString() => $"{MediaType}, {Size} bytes";
}
