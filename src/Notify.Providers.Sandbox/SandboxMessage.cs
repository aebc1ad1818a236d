using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Notify.Providers.Sandbox;

/// <summary>A captured message. <see cref="SandboxJson"/> writes it as JSON.</summary>
public sealed record SandboxMessage
{
    /// <summary>
    /// Gets the message's number among the messages of its tenant that this process has captured, starting at 1.
    /// </summary>
    public required long Sequence { get; init; }

    /// <summary>Gets the id of the delivery. Each attempt of a delivery is captured separately, with the same id.</summary>
    public required Guid DeliveryId { get; init; }

    /// <summary>Gets the id of the notification that the delivery belongs to.</summary>
    public required Guid NotificationId { get; init; }

    /// <summary>Gets the tenant.</summary>
    public required string Tenant { get; init; }

    /// <summary>Gets the id of the user who receives the message, or null for a direct address.</summary>
    public string? UserId { get; init; }

    /// <summary>Gets the name of the template that was rendered, or null without a template.</summary>
    public string? Template { get; init; }

    /// <summary>Gets the name of the workflow that was triggered, or null without a workflow.</summary>
    public string? Workflow { get; init; }

    /// <summary>Gets the channel.</summary>
    public required Channel Channel { get; init; }

    /// <summary>Gets the address, in the form of its channel.</summary>
    public required string Address { get; init; }

    /// <summary>Gets the platform of a push token, or null for other channels.</summary>
    public Platform? Platform { get; init; }

    /// <summary>Gets the content.</summary>
    public required SandboxContent Content { get; init; }

    /// <summary>Gets the priority.</summary>
    public required Priority Priority { get; init; }

    /// <summary>Gets the time at which the notification was accepted.</summary>
    public required DateTimeOffset AcceptedAt { get; init; }

    /// <summary>Gets the time at which the message was captured.</summary>
    public required DateTimeOffset CapturedAt { get; init; }

    /// <summary>Gets the number of attempts before this one, 0 for the first.</summary>
    public required int AttemptsSpent { get; init; }

    /// <summary>
    /// Gets the reason with which the sandbox answered that the message was not sent; null if the message counts as sent.
    /// </summary>
    public string? Error { get; init; }

    /// <summary>
    /// Gets the message's number among the messages of all tenants. It is never shown to one tenant, because it counts what the
    /// others send.
    /// </summary>
    internal long Position { get; init; }

    /// <summary>Returns the sequence number and channel. The text never contains the address or content.</summary>
    public override string ToString() => $"{Sequence} over {Channel}";

    internal static SandboxMessage FromDelivery(Delivery delivery, long sequence, long position, DateTimeOffset capturedAt) =>
        new()
        {
            Sequence = sequence,
            Position = position,
            DeliveryId = delivery.Id,
            NotificationId = delivery.NotificationId,
            Tenant = delivery.Tenant,
            UserId = delivery.UserId,
            Template = delivery.Template,
            Workflow = delivery.Workflow,
            Channel = delivery.Channel,
            Address = delivery.To.Value,
            Platform = delivery.To.Platform,
            Content = SandboxContent.FromContent(delivery.Content),
            Priority = delivery.Priority,
            AcceptedAt = delivery.AcceptedAt,
            CapturedAt = capturedAt,
            AttemptsSpent = delivery.AttemptsSpent,
        };
}

/// <summary>The <see cref="Notify.Content"/> of a captured message, without the bytes of attached files.</summary>
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

    /// <inheritdoc cref="Content.Push"/>
    public SandboxPush? Push { get; init; }

    /// <inheritdoc cref="Content.Overrides"/>
    public IReadOnlyDictionary<string, JsonElement>? Overrides { get; init; }

    /// <summary>Gets the attached files, or null if there are none.</summary>
    public IReadOnlyList<SandboxAttachment>? Attachments { get; init; }

    /// <summary>Gets the email parts of the content; null when there are none.</summary>
    public SandboxEmail? Email { get; init; }

    /// <inheritdoc cref="Content.Sms"/>
    public SmsContent? Sms { get; init; }

    /// <summary>Returns only the type's name, so that the content can never reach a log.</summary>
    public override string ToString() => nameof(SandboxContent);

    internal static SandboxContent FromContent(Content content) =>
        new()
        {
            Title = content.Title,
            Body = content.Body,
            Html = content.Html,
            Data = content.Data,
            Push = content.Push is { } push ? SandboxPush.From(push) : null,
            Overrides = content.Overrides,
            Attachments = content.Attachments is { Count: > 0 } files
                ? [.. files.Select(file => SandboxAttachment.Create(file))]
                : null,
            Email = content.Email is { } email ? SandboxEmail.Create(email) : null,
            Sms = content.Sms,
        };
}

/// <summary>A captured message's <see cref="PushContent"/>, in the JSON form of the HTTP API.</summary>
public sealed record SandboxPush
{
    /// <inheritdoc cref="PushContent.ImageUrl"/>
    public string? ImageUrl { get; init; }

    /// <inheritdoc cref="PushContent.Link"/>
    public string? Link { get; init; }

    /// <inheritdoc cref="PushContent.Sound"/>
    public string? Sound { get; init; }

    /// <inheritdoc cref="PushContent.Badge"/>
    public int? Badge { get; init; }

    /// <inheritdoc cref="PushContent.Action"/>
    public string? Action { get; init; }

    /// <inheritdoc cref="PushContent.Thread"/>
    public string? Thread { get; init; }

    /// <inheritdoc cref="PushContent.IsSilent"/>
    [JsonPropertyName("silent")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsSilent { get; init; }

    /// <summary>Returns only the type's name, so that the content can never reach a log.</summary>
    public override string ToString() => nameof(SandboxPush);

    internal static SandboxPush From(PushContent push) =>
        new()
        {
            ImageUrl = push.ImageUrl,
            Link = push.Link,
            Sound = push.Sound,
            Badge = push.Badge,
            Action = push.Action,
            Thread = push.Thread,
            IsSilent = push.IsSilent,
        };
}

/// <summary>An attached file, without its bytes.</summary>
public sealed record SandboxAttachment
{
    /// <summary>Initializes a new instance whose properties are set by an object initializer.</summary>
    public SandboxAttachment() { }

    /// <summary>Initializes a new instance with the specified values.</summary>
    /// <param name="fileName">The file name that the recipient sees.</param>
    /// <param name="mediaType">The media type, such as <c>application/pdf</c>.</param>
    /// <param name="size">The size in bytes.</param>
    [SetsRequiredMembers]
    public SandboxAttachment(string fileName, string mediaType, int size)
    {
        FileName = fileName;
        MediaType = mediaType;
        Size = size;
    }

    /// <summary>Gets the file name that the recipient sees.</summary>
    public required string FileName { get; init; }

    /// <summary>Gets the media type, such as <c>application/pdf</c>.</summary>
    public required string MediaType { get; init; }

    /// <summary>Gets the size in bytes.</summary>
    public required int Size { get; init; }

    /// <summary>
    /// Gets the URL of a file that would be fetched; null if the message contains its bytes. The sandbox does not fetch it, so
    /// its size is 0, and its name and media type are those of the message, if any.
    /// </summary>
    public string? Url { get; init; }

    /// <summary>Returns the media type and size. The text never contains the file name.</summary>
    public override string ToString() => $"{MediaType}, {Size} bytes";

    internal static SandboxAttachment Create(Attachment file) =>
        new(file.FileName ?? "", file.MediaType ?? "", file.Bytes.Length) { Url = file.Url };
}

/// <summary>A captured message's <see cref="EmailContent"/> without the bytes of images.</summary>
public sealed record SandboxEmail
{
    /// <inheritdoc cref="EmailContent.From"/>
    public Mailbox? From { get; init; }

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

    internal static SandboxEmail Create(EmailContent email) =>
        new()
        {
            From = email.From,
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
public sealed record SandboxImage
{
    /// <summary>Initializes a new instance whose properties are set by an object initializer.</summary>
    public SandboxImage() { }

    /// <summary>Initializes a new instance with the specified values.</summary>
    /// <param name="contentId">The id by which the HTML shows it.</param>
    /// <param name="mediaType">The media type, such as <c>image/png</c>.</param>
    /// <param name="size">The size in bytes.</param>
    [SetsRequiredMembers]
    public SandboxImage(string contentId, string mediaType, int size)
    {
        ContentId = contentId;
        MediaType = mediaType;
        Size = size;
    }

    /// <summary>Gets the id by which the HTML shows it.</summary>
    public required string ContentId { get; init; }

    /// <summary>Gets the media type, such as <c>image/png</c>.</summary>
    public required string MediaType { get; init; }

    /// <summary>Gets the size in bytes.</summary>
    public required int Size { get; init; }

    /// <summary>The media type and size, never the id.</summary>
    public override string ToString() => $"{MediaType}, {Size} bytes";
}
