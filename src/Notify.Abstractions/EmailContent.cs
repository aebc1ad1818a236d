using Notify.Providers;

namespace Notify;

/// <summary>
/// What an email carries beside its title, texts and attachments. Other channels ignore it. Every recipient of a notification
/// gets an email of its own with all of this, so a notification to three recipients sends each copy three times.
/// </summary>
public sealed record EmailContent
{
    /// <summary>The largest number of mailboxes in <see cref="ReplyTo"/>.</summary>
    public const int MaxReplyTo = 10;

    /// <summary>The largest number of mailboxes in <see cref="Cc"/> and <see cref="Bcc"/> together.</summary>
    public const int MaxCopies = 50;

    /// <summary>The largest number of <see cref="Headers"/>.</summary>
    public const int MaxHeaders = 50;

    /// <summary>The longest name of a header, in characters.</summary>
    public const int MaxHeaderNameLength = 50;

    /// <summary>The longest value of a header, in characters.</summary>
    public const int MaxHeaderValueLength = 900;

    /// <summary>The largest number of <see cref="InlineImages"/>.</summary>
    public const int MaxInlineImages = 20;

    /// <summary>The largest inline image, in bytes.</summary>
    public const int MaxInlineImageBytes = 1_048_576;

    /// <summary>The largest size of all inline images together, in bytes.</summary>
    public const int MaxInlineImagesBytes = 5 * 1_048_576;

    /// <summary>
    /// Gets the mailboxes that answers go to. Null or empty leaves them to the provider's own option, else to the sender. At most
    /// 10.
    /// </summary>
    public IReadOnlyList<Mailbox>? ReplyTo { get; init; }

    /// <summary>
    /// Gets the mailboxes that get a copy, which every reader sees. At most 50 together with <see cref="Bcc"/>.
    /// </summary>
    /// <remarks>
    /// The outcome of a delivery is that of its recipient. A copy that the mail server refuses is not sent again, and the
    /// delivery's attempt tells how many were refused. If the recipient is refused, no copy is sent.
    /// </remarks>
    public IReadOnlyList<Mailbox>? Cc { get; init; }

    /// <summary>
    /// Gets the mailboxes that get a copy and that no header names. What holds for <see cref="Cc"/> holds for them.
    /// </summary>
    public IReadOnlyList<Mailbox>? Bcc { get; init; }

    /// <summary>
    /// Gets further headers, such as <c>X-Campaign</c> or <c>In-Reply-To</c>. At most 50, each name once. A name has printable
    /// ASCII characters without a colon, at most 50. A value has 1 to 900 characters without line breaks and other control
    /// characters; characters beyond ASCII are written as encoded words (RFC 2047). Headers that Notify, the mail server or
    /// another field writes are refused: From, To, Cc, Subject, Date, Message-ID, Content-*, List-Unsubscribe, Received and the
    /// like.
    /// </summary>
    public IReadOnlyDictionary<string, string>? Headers { get; init; }

    /// <summary>
    /// Gets the images that <see cref="Content.Html"/> shows by <c>cid:</c> and a content id. Each must be referred to. At most
    /// 20, each of at most 1 MiB, together at most 5 MiB.
    /// </summary>
    public IReadOnlyList<InlineImage>? InlineImages { get; init; }

    /// <summary>
    /// Finds what no email can carry, by the rule that triggers apply. Mail providers apply it again, because a delivery can be
    /// handed to them without a trigger.
    /// </summary>
    /// <param name="html">The HTML of the same content; null for none.</param>
    /// <returns>Errors whose fields are relative to the content, such as <c>email.cc[0]</c> or <c>html</c>.</returns>
    public IReadOnlyList<FieldError> Validate(string? html) => EmailContentRules.FindErrors(this, html);

    /// <summary>Returns the name of the type, and never a part of it.</summary>
    public override string ToString() => nameof(EmailContent);
}

/// <summary>An email address with the name that is shown beside it.</summary>
/// <param name="Address">The address alone, such as <c>ada@example.org</c>.</param>
/// <param name="Name">The name. Null for none; at most 200 characters, without control characters.</param>
public sealed record Mailbox(string Address, string? Name = null)
{
    /// <summary>The longest name, in characters.</summary>
    public const int MaxNameLength = 200;

    /// <summary>Creates a mailbox without a name.</summary>
    /// <param name="address">The address.</param>
    public static implicit operator Mailbox(string address) => new(address);

    /// <summary>Returns the name of the type, and never the address.</summary>
    public override string ToString() => nameof(Mailbox);
}

/// <summary>An image that an email's HTML shows by <c>&lt;img src="cid:logo"&gt;</c>.</summary>
/// <param name="ContentId">
/// The id after <c>cid:</c>, such as <c>logo</c> or <c>logo@example.org</c>. 1 to 128 letters, digits, and <c>. _ - + @</c>.
/// </param>
/// <param name="MediaType">The media type, such as <c>image/png</c>.</param>
/// <param name="Bytes">The image itself.</param>
public sealed record InlineImage(string ContentId, string MediaType, ReadOnlyMemory<byte> Bytes)
{
    /// <summary>The longest content id, in characters.</summary>
    public const int MaxContentIdLength = 128;

    /// <summary>Returns the media type and size, never the id or the bytes.</summary>
    public override string ToString() => $"{MediaType}, {Bytes.Length} bytes";
}
