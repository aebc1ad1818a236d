using System.Text.Json;

namespace Notify;

/// <summary>The content of a notification. Each channel uses the parts that it can show.</summary>
public sealed record Content
{
    private readonly IReadOnlyDictionary<string, JsonElement>? _overrides;

    /// <summary>Gets the title of a push notification or an inbox item, or the subject of an email. SMS ignores it.</summary>
    public string? Title { get; init; }

    /// <summary>
    /// Gets the plain text that every channel uses as the body. Required, unless an email has <see cref="Html"/>.
    /// </summary>
    public string? Body { get; init; }

    /// <summary>Gets the HTML part of an email, which is sent alongside <see cref="Body"/>.</summary>
    public string? Html { get; init; }

    /// <summary>
    /// Gets the values for the receiving application: the data of a push message or an inbox item, or the payload of a webhook.
    /// </summary>
    public IReadOnlyDictionary<string, string>? Data { get; init; }

    /// <summary>Gets how a push notification appears on the device. Null leaves this to the platform.</summary>
    public PushContent? Push { get; init; }

    /// <summary>
    /// Gets vendor-specific settings: one JSON object per vendor (<c>fcm</c>, <c>apns</c>, <c>webpush</c>), which is merged
    /// member by member into the message that the provider sends. The documentation of each provider describes its object.
    /// </summary>
    public IReadOnlyDictionary<string, JsonElement>? Overrides
    {
        get => _overrides;
        init => _overrides = value?.ToDictionary(item => item.Key, item => item.Value.Clone(), StringComparer.Ordinal);
    }

    /// <summary>Gets the files to attach to an email: their bytes, or URLs from which they are fetched when it is sent.</summary>
    public IReadOnlyList<Attachment>? Attachments { get; init; }

    /// <summary>
    /// Gets the additional parts of an email: sender, copies, headers and inline images. Null if there are none.
    /// </summary>
    public EmailContent? Email { get; init; }

    /// <summary>Gets the additional parts of an SMS: its sender. Null if there are none.</summary>
    public SmsContent? Sms { get; init; }

    /// <summary>Gets the additional parts of an inbox item: links and an image. Null if there are none.</summary>
    public InboxContent? Inbox { get; init; }

    /// <summary>
    /// Gets whether opens and clicks in <see cref="Html"/> may be tracked; null or true if the tenant decides
    /// (<see cref="ITracking"/>), false for never.
    /// </summary>
    public bool? Track { get; init; }

    /// <summary>
    /// Gets the event that a webhook carries instead of the other parts. Notify sets it when it sends an event to a subscription
    /// (<see cref="IEventSubscriptions"/>); a trigger must not have one. Null otherwise.
    /// </summary>
    public NotifyEvent? Event { get; init; }

    /// <summary>Returns the name of the type and none of the content, so that content can never reach a log.</summary>
    public override string ToString() => nameof(Content);
}

/// <summary>
/// A file attached to an email. Set either <see cref="Bytes"/>, with a name and a media type, or <see cref="Url"/>.
/// </summary>
public sealed record Attachment
{
    /// <summary>The maximum number of attachments by URL of one content.</summary>
    public const int MaxUrls = 10;

    /// <summary>The maximum length of <see cref="Url"/>, in characters.</summary>
    public const int MaxUrlLength = 2_048;

    /// <summary>Initializes a new instance whose properties are set by an object initializer.</summary>
    public Attachment() { }

    /// <summary>Initializes a new instance with the specified values.</summary>
    /// <param name="fileName">The file name that is shown to the reader, without a path.</param>
    /// <param name="mediaType">The media type, such as <c>application/pdf</c>.</param>
    /// <param name="bytes">The contents of the file.</param>
    public Attachment(string fileName, string mediaType, ReadOnlyMemory<byte> bytes)
    {
        FileName = fileName;
        MediaType = mediaType;
        Bytes = bytes;
    }

    /// <summary>
    /// Gets the file name that is shown to the reader, without a path. Required without <see cref="Url"/>; with it, null means
    /// the last segment of its path.
    /// </summary>
    public string? FileName { get; init; }

    /// <summary>
    /// Gets the media type, such as <c>application/pdf</c>. Required without <see cref="Url"/>; with it, null means the type that
    /// the server states.
    /// </summary>
    public string? MediaType { get; init; }

    /// <summary>Gets the contents of the file; empty with <see cref="Url"/>.</summary>
    public ReadOnlyMemory<byte> Bytes { get; init; }

    /// <summary>
    /// Gets the https URL from which the provider fetches the file when it sends the email, at most 2,048 characters; null if
    /// <see cref="Bytes"/> contains the file. Each process fetches it once for all deliveries of a notification. The server must
    /// be on the public internet, unless the operator has allowed its host.
    /// </summary>
    public string? Url { get; init; }

    /// <summary>Returns the media type and size, but not the name, the URL or the contents.</summary>
    public override string ToString() => Url is null ? $"{MediaType}, {Bytes.Length} bytes" : $"{MediaType}, by URL";
}
