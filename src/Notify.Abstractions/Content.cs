using System.Text.Json;

namespace Notify;

/// <summary>What a recipient reads. A channel uses the parts it can show.</summary>
public sealed record Content
{
    private readonly IReadOnlyDictionary<string, JsonElement>? _overrides;

    /// <summary>A push notification's title, an email's subject. SMS ignores it.</summary>
    public string? Title { get; init; }

    /// <summary>Plain text: the body of every channel. Required unless <see cref="Html"/> is given to an email.</summary>
    public string? Body { get; init; }

    /// <summary>An email's HTML part, sent beside <see cref="Body"/>.</summary>
    public string? Html { get; init; }

    /// <summary>Values for the receiving application: a push message's data, a webhook's payload.</summary>
    public IReadOnlyDictionary<string, string>? Data { get; init; }

    /// <summary>How a push notification shows on the device. Null leaves it to the platform.</summary>
    public PushContent? Push { get; init; }

    /// <summary>
    /// What one vendor understands and the others do not: a JSON object by the vendor's name (<c>fcm</c>, <c>apns</c>,
    /// <c>webpush</c>), laid over what its provider sends, member by member. Each provider's documentation says what its object
    /// is.
    /// </summary>
    public IReadOnlyDictionary<string, JsonElement>? Overrides
    {
        get => _overrides;
        init => _overrides = value?.ToDictionary(item => item.Key, item => item.Value.Clone(), StringComparer.Ordinal);
    }

    /// <summary>Files to attach to an email.</summary>
    public IReadOnlyList<Attachment>? Attachments { get; init; }

    /// <summary>Gets what an email carries beside this: copies, headers, inline images. Null for nothing.</summary>
    public EmailContent? Email { get; init; }

    /// <summary>Nothing of the content, so that it can never reach a log.</summary>
    public override string ToString() => nameof(Content);
}

/// <summary>A file that goes with an email.</summary>
/// <param name="FileName">The name shown to the reader, without a path.</param>
/// <param name="MediaType">The media type, such as <c>application/pdf</c>.</param>
/// <param name="Bytes">The file itself.</param>
public sealed record Attachment(string FileName, string MediaType, ReadOnlyMemory<byte> Bytes)
{
    /// <summary>The media type and size, never the name or the bytes.</summary>
    public override string ToString() => $"{MediaType}, {Bytes.Length} bytes";
}
