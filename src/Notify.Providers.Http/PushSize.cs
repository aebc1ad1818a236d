using System.Text;
using System.Text.Json;

namespace Notify.Providers.Http;

/// <summary>Compares the content of a push message with the size limit of a vendor.</summary>
public static class PushSize
{
    /// <summary>A character takes at most 6 bytes in JSON, as <c>\u0000</c>.</summary>
    private const int MaxBytesPerCharacter = 6;

    /// <summary>The maximum number of bytes of a message without texts, such as names of members, ids and numbers.</summary>
    private const int MaxFixedBytes = 512;

    /// <summary>The maximum number of bytes around a name and its value: four quotation marks, a colon and a comma.</summary>
    private const int BytesPerMember = 6;

    /// <summary>
    /// Determines quickly whether the content certainly fits, so that only large content needs to be written to be measured.
    /// </summary>
    /// <param name="content">The content.</param>
    /// <param name="maxBytes">The vendor's limit in bytes.</param>
    public static bool CertainlyFits(Content content, int maxBytes)
    {
        ArgumentNullException.ThrowIfNull(content);
        if (content.Overrides is not null)
            return false;

        var push = content.Push;
        var characters = Count(content.Title) + Count(content.Body) + Count(push?.ImageUrl) + Count(push?.Link);
        characters += Count(push?.Sound) + Count(push?.Action) + Count(push?.Thread);
        var members = 0L;
        foreach (var (name, value) in content.Data ?? new Dictionary<string, string>())
        {
            characters += Count(name) + Count(value);
            members++;
        }

        return MaxFixedBytes + (characters * MaxBytesPerCharacter) + (members * BytesPerMember) <= maxBytes;
    }

    /// <summary>Creates the error of content that is too large. It names the largest part of the content.</summary>
    /// <param name="content">The content.</param>
    /// <param name="vendor">The vendor, which is also the name of its overrides.</param>
    /// <param name="bytes">The size of the message in bytes.</param>
    /// <param name="maxBytes">The vendor's limit in bytes.</param>
    public static FieldError CreateError(Content content, string vendor, int bytes, int maxBytes)
    {
        ArgumentNullException.ThrowIfNull(content);
        (string Field, long Bytes)[] parts =
        [
            ("body", CountBytes(content.Body)),
            ("title", CountBytes(content.Title)),
            (
                "data",
                (content.Data ?? new Dictionary<string, string>()).Sum(item => CountBytes(item.Key) + CountBytes(item.Value))
            ),
            ("push.link", CountBytes(content.Push?.Link)),
            ("push.imageUrl", CountBytes(content.Push?.ImageUrl)),
            ($"overrides.{vendor}", FindOverride(content, vendor) is { } own ? CountBytes(own.GetRawText()) : 0),
        ];
        return new FieldError(
            parts.MaxBy(part => part.Bytes).Field,
            FieldErrorCodes.TooLarge,
            $"The push message is at least {bytes} bytes long. The limit ({vendor}) is {maxBytes} bytes."
        );
    }

    private static JsonElement? FindOverride(Content content, string vendor) =>
        content.Overrides is { } overrides && overrides.TryGetValue(vendor, out var own) ? own : null;

    private static long Count(string? text) => text?.Length ?? 0;

    private static long CountBytes(string? text) => text is null ? 0 : Encoding.UTF8.GetByteCount(text);
}
