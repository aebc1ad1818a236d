using System.Diagnostics.CodeAnalysis;

namespace Notify;

/// <summary>
/// The parts of an email beyond its title, texts and attachments. Other channels ignore them. Each recipient of a notification
/// gets a separate email with all of these parts, so a notification to three recipients sends every copy three times.
/// </summary>
public sealed record EmailContent
{
    /// <summary>The maximum number of mailboxes in <see cref="ReplyTo"/>.</summary>
    public const int MaxReplyTo = 10;

    /// <summary>The maximum number of mailboxes in <see cref="Cc"/> and <see cref="Bcc"/> together.</summary>
    public const int MaxCopies = 50;

    /// <summary>The maximum number of <see cref="Headers"/>.</summary>
    public const int MaxHeaders = 50;

    /// <summary>The maximum length of a header name, in characters.</summary>
    public const int MaxHeaderNameLength = 50;

    /// <summary>The maximum length of a header value, in characters.</summary>
    public const int MaxHeaderValueLength = 900;

    /// <summary>The maximum number of <see cref="InlineImages"/>.</summary>
    public const int MaxInlineImages = 20;

    /// <summary>The maximum size of one inline image, in bytes.</summary>
    public const int MaxInlineImageBytes = 1_048_576;

    /// <summary>The maximum total size of all inline images, in bytes.</summary>
    public const int MaxInlineImagesBytes = 5 * 1_048_576;

    /// <summary>
    /// Gets the mailbox that the email is sent from; null for the sender in the provider's options. Those options must allow the
    /// address (<c>AllowedFrom</c>): a trigger is refused if no email provider allows it, and only providers that allow it send
    /// the email. Its local part must be ASCII.
    /// </summary>
    public Mailbox? From { get; init; }

    /// <summary>
    /// Gets the mailboxes that receive replies. If null or empty, the provider's own option applies, or else replies go to the
    /// sender. At most 10.
    /// </summary>
    public IReadOnlyList<Mailbox>? ReplyTo { get; init; }

    /// <summary>
    /// Gets the mailboxes that receive a copy and are visible to every reader. At most 50 together with <see cref="Bcc"/>.
    /// </summary>
    /// <remarks>
    /// The outcome of a delivery depends only on its recipient. A copy that the mail server refuses is not sent again; the
    /// attempt records how many copies were refused. If the recipient is refused, no copies are sent.
    /// </remarks>
    public IReadOnlyList<Mailbox>? Cc { get; init; }

    /// <summary>
    /// Gets the mailboxes that receive a copy and are not named in any header. They are otherwise treated like those in
    /// <see cref="Cc"/>.
    /// </summary>
    public IReadOnlyList<Mailbox>? Bcc { get; init; }

    /// <summary>
    /// Gets additional headers, such as <c>X-Campaign</c> or <c>In-Reply-To</c>. At most 50, each name once. A name consists of 1
    /// to 50 printable ASCII characters other than the colon. A value consists of 1 to 900 characters without line breaks or
    /// other control characters; non-ASCII characters are written as encoded words (RFC 2047). Headers that are written by
    /// Notify, by the mail server or from other fields are rejected: From, To, Cc, Subject, Date, Message-ID, Content-*,
    /// List-Unsubscribe, Received and similar headers.
    /// </summary>
    public IReadOnlyDictionary<string, string>? Headers { get; init; }

    /// <summary>
    /// Gets the images that <see cref="Content.Html"/> references by <c>cid:</c> and a content ID. Each image must be referenced.
    /// At most 20 images, each at most 1 MiB and together at most 5 MiB.
    /// </summary>
    public IReadOnlyList<InlineImage>? InlineImages { get; init; }

    /// <summary>
    /// Finds errors that prevent this content from being sent as an email. Triggers apply the same rules. Mail providers apply
    /// them again, because a delivery can be passed to a provider without a trigger.
    /// </summary>
    /// <param name="html">The HTML of the same content, or null.</param>
    /// <returns>The errors. Their fields are relative to the content, such as <c>email.cc[0]</c> or <c>html</c>.</returns>
    public IReadOnlyList<FieldError> Validate(string? html) => EmailContentRules.FindErrors(this, html);

    /// <summary>Returns the name of the type and none of the content.</summary>
    public override string ToString() => nameof(EmailContent);
}

/// <summary>An email address with an optional display name.</summary>
public sealed record Mailbox
{
    /// <summary>The maximum length of the display name, in characters.</summary>
    public const int MaxNameLength = 200;

    /// <summary>Initializes a new instance whose properties are set by an object initializer.</summary>
    public Mailbox() { }

    /// <summary>Initializes a new instance with the specified values.</summary>
    /// <param name="address">The address alone, such as <c>ada@example.org</c>.</param>
    /// <param name="name">The display name, or null. At most 200 characters, without control characters.</param>
    [SetsRequiredMembers]
    public Mailbox(string address, string? name = null)
    {
        Address = address;
        Name = name;
    }

    /// <summary>Gets the address alone, such as <c>ada@example.org</c>.</summary>
    public required string Address { get; init; }

    /// <summary>Gets the display name, or null. At most 200 characters, without control characters.</summary>
    public string? Name { get; init; }

    /// <summary>Creates a mailbox without a display name.</summary>
    /// <param name="address">The address.</param>
    public static implicit operator Mailbox(string address) => new(address);

    /// <summary>Returns the name of the type; never the address.</summary>
    public override string ToString() => nameof(Mailbox);
}

/// <summary>An image that the HTML of an email shows with <c>&lt;img src="cid:logo"&gt;</c>.</summary>
public sealed record InlineImage
{
    /// <summary>The maximum length of a content ID, in characters.</summary>
    public const int MaxContentIdLength = 128;

    /// <summary>Initializes a new instance whose properties are set by an object initializer.</summary>
    public InlineImage() { }

    /// <summary>Initializes a new instance with the specified values.</summary>
    /// <param name="contentId">
    /// The ID after <c>cid:</c>, such as <c>logo</c> or <c>logo@example.org</c>. 1 to 128 characters: letters, digits and <c>. _
    /// - + @</c>.
    /// </param>
    /// <param name="mediaType">The media type, such as <c>image/png</c>.</param>
    /// <param name="bytes">The contents of the image.</param>
    [SetsRequiredMembers]
    public InlineImage(string contentId, string mediaType, ReadOnlyMemory<byte> bytes)
    {
        ContentId = contentId;
        MediaType = mediaType;
        Bytes = bytes;
    }

    /// <summary>
    /// Gets the ID after <c>cid:</c>, such as <c>logo</c> or <c>logo@example.org</c>. 1 to 128 characters: letters, digits and
    /// <c>. _ - + @</c>.
    /// </summary>
    public required string ContentId { get; init; }

    /// <summary>Gets the media type, such as <c>image/png</c>.</summary>
    public required string MediaType { get; init; }

    /// <summary>Gets the contents of the image.</summary>
    public required ReadOnlyMemory<byte> Bytes { get; init; }

    /// <summary>Returns the media type and size, but not the ID or the contents.</summary>
    public override string ToString() => $"{MediaType}, {Bytes.Length} bytes";
}
